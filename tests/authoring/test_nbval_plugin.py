"""Real notebooks: recorded by a real kernel, changed here and there, and run again by a real ``pytest --nbval``."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat import v4

from d2l_authoring.nbval_plugin import _NotebookChecks, pytest_configure
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.record import record_notebook
from d2l_helpers.records import METRICS_TYPE

ROOT = Path(__file__).parents[2]
NOTEBOOK = "notebooks/04_softmax_regression.ipynb"
kernel = pytest.mark.kernel
QUICK = ("no:hypothesispytest", "no:anyio", "no:xdist")  # plugins of this environment, slow to import
PICTURE = (
    "from IPython.display import display\n"
    "display({'image/png': 'AAAA', 'text/html': '<img alt=\"A boot\"/>', 'text/plain': 'A boot'}, raw=True)"
)
GOOD = {
    "setup": "import os, time\nimport d2l_helpers as helpers\nprint('ready')",
    "same": "helpers.show(same=0.83, tolerance=5e-4)",
    "near": "helpers.show(near=[9.99996, 0.5], tolerance=1e-4)",
    "ignored": "# NBVAL_IGNORE_OUTPUT\nprint(time.time())\nhelpers.show(ignored=0.5, tolerance=0)",
    "environment": "os.environ['D2L_HELPERS_RECORDING'], os.environ['TQDM_DISABLE']",
    "picture": PICTURE,
    "folded": "helpers.show(folded=0.83, tolerance=5e-4)",
    "cleared": "from IPython.display import clear_output, display\nprint('a')\nclear_output()\nprint('b')",
    "cleared-later": "for i in range(3):\n    clear_output(wait=True)\n    print(i)",
    "never-cleared": "print('kept')\nclear_output(wait=True)",
    "updated": "shown = display('first', display_id=True)\nprint('between')\nshown.update('second')\n6 * 7",
    "cleared-then-updated": "shown = display(1, display_id='x')\nclear_output()\nshown = display(2, display_id='x')\n"
    "shown.update(3)",
    "widget": "from ipywidgets import Output, interact\nwith Output():\n    print('inside')\nprint('outside')",
    "interact": "@interact(x=(0, 10))\ndef f(x):\n    print(x)",
    "after-widgets": "print('plain')",
}
BAD = {
    "setup": "import os\nimport d2l_helpers as helpers",
    "missing": "helpers.show(missing=0.83, tolerance=5e-4)",
    "new": "helpers.show(old=0.83, new=1, tolerance=5e-4)",
    "nan": "helpers.show(nan=0.83, tolerance=5e-4)",
    "far": "helpers.show(far=0.83, tolerance=5e-4)",
    "ignored-far": "# NBVAL_IGNORE_OUTPUT\nhelpers.show(ignored_far=0.83, tolerance=5e-4)",
    "tolerance": "helpers.show(tight=0.83, tolerance=5e-4)",
    "folded-far": "helpers.show(folded_far=0.83, tolerance=5e-4)",
    "text-of-record": "helpers.show(same=0.83, tolerance=5e-4)",
    "words": "print('ten epochs')",
    "picture": PICTURE,
    "never-run": "never_run = 1",
    "after": "never_run",
    "cleared": "from IPython.display import clear_output, display\nprint('a')\nclear_output()\nprint('b')",
    "updated": "display('first', display_id='x').update('second')",
    "captured": "from ipywidgets import Output\nwith Output():\n    print('inside')\nprint('outside')",
    "nan-now": "helpers.show(now=float(os.environ.get('NOW', 'nan')), tolerance=1e-4)",
}


def record(path, sources, prose=""):
    cells = [v4.new_code_cell(source, id=cell_id) for cell_id, source in sources.items()]
    for cell in cells:
        if cell["id"].startswith("folded"):
            cell.metadata["jupyter"] = {"outputs_hidden": True}
    path.write_bytes(to_bytes(v4.new_notebook(cells=[*cells, v4.new_markdown_cell(prose, id="prose")])))
    record_notebook(path)


def change(path, **changes):
    """Edit recorded cells by id, each by a function of the cell and the metrics in it."""
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if edit := changes.get(cell["id"].replace("-", "_")):
            bundles = [output.data[METRICS_TYPE] for output in cell.outputs if METRICS_TYPE in output.get("data", {})]
            edit(cell, bundles[0] if bundles else None)
    path.write_bytes(to_bytes(notebook))


def run_pytest(folder, *arguments, plugins=("d2l_authoring.nbval_plugin",)):
    """Run pytest outside the project, with every warning an error; return its exit code and what it prints."""
    options = [option for plugin in plugins for option in ("-p", plugin)]
    command = [sys.executable, "-W", "error", "-m", "pytest", "-W", "error", "-rA", "--color=no", *options, *arguments]
    ours = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}  # for the outer pytest
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def failures(text):
    """Split a report into the text of each failed item, by the item's name."""
    parts = re.split(r"^_{3,} (?:\S+::)?(.+?) _{3,}$", text.partition(" FAILURES ")[2], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def node_ids(folder, *arguments):
    """Return the items that pytest would run, without running them."""
    code, text = run_pytest(folder, "--nbval", "--collect-only", "-q", *arguments)
    assert code == 0, text
    return [line for line in text.splitlines() if "::" in line]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "good.ipynb"
    record(path, GOOD, prose="It got **83%**<!--same--> right.")
    change(
        path,
        near=lambda cell, metrics: metrics["near"].update(value=[10.00004, 0.49995]),
        picture=lambda cell, metrics: cell.outputs[0].data.update({"text/html": "another drawing"}),
    )
    return path


@pytest.fixture(scope="module")
def bad_run(tmp_path_factory):
    path = tmp_path_factory.mktemp("bad") / "bad.ipynb"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NOW", "0.5")
        record(path, BAD, prose="It got **84%**<!--far--> right, and `0.9`<!--none-->.")
    change(
        path,
        missing=lambda cell, metrics: metrics.update(gone={"value": 0.25, "tolerance": 0.5}),
        new=lambda cell, metrics: metrics.pop("new"),
        nan=lambda cell, metrics: metrics["nan"].update(value=float("nan")),
        far=lambda cell, metrics: metrics["far"].update(value=0.8306),
        ignored_far=lambda cell, metrics: metrics["ignored_far"].update(value=0.8306),
        folded_far=lambda cell, metrics: metrics["folded_far"].update(value=0.8306),
        tolerance=lambda cell, metrics: metrics["tight"].update(tolerance=0.02),
        text_of_record=lambda cell, metrics: cell.outputs[0].data.update({"text/plain": "other: 0.8300"}),
        words=lambda cell, metrics: cell.outputs[0].update(text="five epochs\n"),
        picture=lambda cell, metrics: cell.outputs[0].data.update({"text/plain": "another description"}),
        never_run=lambda cell, metrics: cell.update(execution_count=None),
        cleared=lambda cell, metrics: cell.outputs[0].update(text="a\nb\n"),
        updated=lambda cell, metrics: cell.outputs[0].data.update({"text/plain": "'first'"}),
        captured=lambda cell, metrics: cell.outputs[0].update(text="inside\noutside\n"),
    )
    return run_pytest(path.parent, "--nbval")


@kernel
def test_run_within_tolerance_passes(good):
    code, text = run_pytest(good.parent, "--nbval")
    assert code == 0, text
    assert f"{len(GOOD) + 1} passed" in text
    assert re.search(r"seconds per notebook -*\n +\d+\.\d\d  good\.ipynb", text.replace("=", "-")), text


@kernel
@pytest.mark.parametrize(
    ("cell_id", "message"),
    [
        ("missing", "gone: recorded 0.25, but this run did not record it"),
        ("new", "new: this run recorded 1, but the notebook did not"),
        ("nan", "The metric 'nan' cannot be recorded or compared"),
        ("far", "far: recorded 0.8306, got 0.83, difference 0.0006, tolerance 0.0005"),
        ("ignored-far", "ignored_far: recorded 0.8306, got 0.83, difference 0.0006, tolerance 0.0005"),
        ("folded-far", "folded_far: recorded 0.8306, got 0.83, difference 0.0006, tolerance 0.0005"),
        ("tolerance", "tight: tolerance recorded 0.02, got 0.0005"),
        ("text-of-record", "same: #"),
        ("words", "five epochs"),
        ("picture", "another description"),
        ("never-run", "Cell was never run, so there is nothing to compare"),
        ("cleared", "mismatch 'stdout'"),
        ("updated", "'first'"),
        ("captured", "inside"),
        ("nan-now", "RecordError"),
    ],
)
def test_run_that_differs_fails_with_the_reason(bad_run, cell_id, message):
    reports = failures(bad_run[1])
    assert message in reports[cell_id]
    assert f"Cell {cell_id}: " in reports[cell_id]


@kernel
def test_prose_with_wrong_numbers_fails(bad_run):
    report = failures(bad_run[1])["prose"]
    assert "prose: prose says 84%, but far is recorded as 83.06%" in report
    assert "prose: prose quotes none, which no cell records" in report


@kernel
def test_nothing_else_fails_and_cells_never_recorded_are_run_for_later_cells(bad_run):
    code, text = bad_run
    assert code == 1
    assert "16 failed, 2 passed" in text


@kernel
def test_cells_are_named_and_chosen_by_their_ids(good):
    assert node_ids(good.parent) == [f"good.ipynb::{name}" for name in (*GOOD, "prose")]
    for choice in (["good.ipynb::setup", "good.ipynb::same"], ["-k", "setup or same"]):
        assert node_ids(good.parent, *choice) == ["good.ipynb::setup", "good.ipynb::same"]


@kernel
def test_cells_without_a_unique_id_keep_their_numbers(tmp_path):
    cases = {
        "old": (4, [None, None], ["Cell 0", "Cell 1"]),
        "half": (5, [None, "words"], ["Cell 0", "words"]),
        "twice": (5, ["twice", "twice"], ["Cell 0", "Cell 1"]),
        "prose": (5, ["prose", "words"], ["Cell 0", "words"]),
    }
    for file, (minor, ids, _) in cases.items():
        cells = [
            {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": 1}
            | ({"id": cell_id} if cell_id else {})
            for cell_id in ids
        ]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        content = {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells}
        (tmp_path / f"{file}.ipynb").write_text(json.dumps(content))
    expected = {f"{file}.ipynb::{name}" for file, (_, _, names) in cases.items() for name in (*names, "prose")}
    assert set(node_ids(tmp_path, "-W", "ignore")) == expected  # nbformat warns of ids that are missing or double


@kernel
def test_invalid_notebook_fails_without_a_traceback_of_ours(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {}}, "cells": []}')
    code, text = run_pytest(tmp_path, "--nbval")
    assert code == 1
    assert "$.metadata.kernelspec: 'name' is a required property" in failures(text)["prose"]
    assert "nbval_plugin.py" not in text


@pytest.mark.parametrize(("asked", "used"), [("load", "loadfile"), ("worksteal", "loadfile"), ("no", "no")])
def test_xdist_schedules_that_split_files_are_replaced(asked, used):
    undo, options = [], SimpleNamespace(nbval=True, dist=asked)
    config = SimpleNamespace(
        option=options,
        getoption=lambda name, default=None: getattr(options, name, default),
        add_cleanup=undo.append,
        pluginmanager=pytest.PytestPluginManager(),
    )
    pytest_configure(config)
    undo[0]()
    assert options.dist == used


@pytest.mark.parametrize(("worker", "order"), [({"workerinput": {}}, "b1 b2 a1 a2"), ({}, "a1 a2 b1 b2")])
def test_processes_that_share_the_notebooks_begin_with_the_last_ones(worker, order):
    items = [SimpleNamespace(path=Path(f"{name[0]}.ipynb"), name=name) for name in ("a1", "a2", "b1", "b2")]
    _NotebookChecks().pytest_collection_modifyitems(SimpleNamespace(**worker), items)
    assert " ".join(item.name for item in items) == order


@kernel
@pytest.mark.nightly
def test_xdist_keeps_the_cells_of_a_notebook_together(good, tmp_path):
    for name in ("one.ipynb", "two.ipynb"):
        (tmp_path / name).write_bytes(good.read_bytes())
    code, text = run_pytest(tmp_path, "--nbval", "-v", "-n", "2", "--dist", "load")
    assert code == 0, text
    places = set(re.findall(r"\[(gw\d)\].*? PASSED (\w+)\W+ipynb::", text))
    assert sorted(notebook for _, notebook in places) == ["one", "two"], text


@kernel
def test_environment_is_restored_when_pytest_ends(tmp_path):
    (tmp_path / "twice.py").write_text(
        "import os, pytest\n"
        "status = pytest.main(['--nbval', '-p', 'd2l_authoring.nbval_plugin'])\n"
        "assert status == pytest.ExitCode.NO_TESTS_COLLECTED\n"
        "assert 'D2L_HELPERS_RECORDING' not in os.environ\n"
    )
    done = subprocess.run([sys.executable, "twice.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@kernel
def test_this_project_opts_in():
    code, text = run_pytest(ROOT, "--nbval", "--collect-only", "-q", NOTEBOOK, plugins=())
    assert code == 0, text
    assert {f"{NOTEBOOK}::setup", f"{NOTEBOOK}::prose"} <= set(text.split())


def test_without_nbval_notebooks_are_not_collected(tmp_path):
    (tmp_path / "some.ipynb").write_text("{}")
    code, text = run_pytest(tmp_path, plugins=("d2l_authoring.nbval_plugin", *QUICK))
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED, text


def test_importing_the_plugin_leaves_imports_as_they_were():
    check = (
        "import builtins, pytest, sys\n"
        "finders, importer, hooks = list(sys.meta_path), builtins.__import__, list(sys.path_hooks)\n"
        "import d2l_authoring.nbval_plugin\n"
        "assert (sys.meta_path, builtins.__import__, sys.path_hooks) == (finders, importer, hooks)\n"
        "print(*sorted(name for name in sys.modules if name.partition('.')[0].startswith('d2l')))\n"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["d2l_authoring", "d2l_authoring.nbval_outputs", "d2l_authoring.nbval_plugin"]


def test_a_run_that_opts_in_but_has_no_nbval_option_imports_nothing_more(tmp_path):
    heavy = ["mxnet", "numpy", "IPython", "ipywidgets", "d2l_helpers", "d2l_authoring.record"]
    (tmp_path / "test_own.py").write_text(
        "import os, sys\n"
        "def test_own():\n"
        "    assert 'd2l_authoring.nbval_plugin' in sys.modules\n"
        f"    assert not [name for name in {heavy} if name in sys.modules]\n"
        "    assert not {'D2L_HELPERS_RECORDING', 'TQDM_DISABLE'} & set(os.environ)\n"
    )
    # nbval, as a plugin of its own, imports more
    code, text = run_pytest(tmp_path, plugins=("d2l_authoring.nbval_plugin", "no:nbval", *QUICK))
    assert code == 0, text


def test_a_run_of_another_project_does_not_load_the_plugin(tmp_path):
    (tmp_path / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    assert not [name for name in sys.modules if name.partition('.')[0].startswith('d2l')]\n"
    )
    code, text = run_pytest(tmp_path, plugins=QUICK)
    assert code == 0, text
