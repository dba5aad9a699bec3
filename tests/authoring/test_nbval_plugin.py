"""Real notebooks: recorded by a real kernel, changed here and there, and run again by a real ``pytest --nbval``."""

import json
import os
import re
import subprocess
import sys

import pytest
from nbformat import v4

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.record import record_notebook
from d2l_helpers.records import METRICS_TYPE

GOOD = {
    "setup": "import os, time\nimport d2l_helpers as helpers\nprint('ready')",
    "same": "helpers.record(same=(0.83, 5e-4))",
    "near": "helpers.record(near=([9.99996, 0.5], 1e-4))",
    "ignored": "# NBVAL_IGNORE_OUTPUT\nprint(time.time())\nhelpers.record(ignored=(0.5, 0))",
    "environment": "os.environ['D2L_HELPERS_RECORDING'], os.environ['TQDM_DISABLE']",
}
BAD = {
    "setup": "import os\nimport d2l_helpers as helpers",
    "missing": "helpers.record(missing=(0.83, 5e-4))",
    "new": "helpers.record(old=(0.83, 5e-4), new=(1, 0))",
    "nan": "helpers.record(nan=(0.83, 5e-4))",
    "far": "helpers.record(far=(0.83, 5e-4))",
    "ignored-far": "# NBVAL_IGNORE_OUTPUT\nhelpers.record(ignored_far=(0.83, 5e-4))",
    "tolerance": "helpers.record(tolerance=(0.83, 5e-4))",
    "words": "print('ten epochs')",
    "never-run": "never_run = 1",
    "after": "never_run",
    "nan-now": "helpers.record(now=(float(os.environ.get('NOW', 'nan')), 1e-4))",
}


def record(path, sources, prose=""):
    cells = [v4.new_code_cell(source, id=cell_id) for cell_id, source in sources.items()]
    path.write_bytes(to_bytes(v4.new_notebook(cells=[*cells, v4.new_markdown_cell(prose, id="prose")])))
    record_notebook(path)


def change(path, **changes):
    """Edit recorded cells by id, each by a function of its cell and the metrics in it."""
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if edit := changes.get(cell["id"].replace("-", "_")):
            bundles = [output.data[METRICS_TYPE] for output in cell.outputs if METRICS_TYPE in output.get("data", {})]
            edit(cell, bundles[0] if bundles else None)
    path.write_bytes(to_bytes(notebook))


def run_pytest(folder, *arguments):
    """Run pytest with every warning an error; return its exit code and what it prints."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-W", "error", "-rA", "--color=no", *arguments]
    ours = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}  # meant for the outer one
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def failures(text):
    """Split a report into the text of each failed item, by the item's name."""
    parts = re.split(r"^_{3,} (?:\S+::)?(.+?) _{3,}$", text.partition(" FAILURES ")[2], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "good.ipynb"
    record(path, GOOD, prose="It got **83%**<!--same--> right.")
    change(path, near=lambda cell, metrics: metrics["near"].update(value=[10.00004, 0.49995]))
    return path


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
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
        tolerance=lambda cell, metrics: metrics["tolerance"].update(tolerance=0.02),
        words=lambda cell, metrics: cell.outputs[0].update(text="five epochs\n"),
        never_run=lambda cell, metrics: cell.update(execution_count=None),
    )
    return path


@pytest.fixture(scope="module")
def bad_run(bad):
    return run_pytest(bad.parent, "--nbval")


def test_a_run_within_tolerance_passes(good):
    code, text = run_pytest(good.parent, "--nbval")
    assert code == 0, text
    assert f"{len(GOOD) + 1} passed" in text
    assert re.search(r"seconds a notebook -*\n +\d+\.\d\d  good\.ipynb", text.replace("=", "-")), text


@pytest.mark.parametrize(
    ("cell_id", "message"),
    [
        ("missing", "gone: recorded 0.25, but this run did not record it"),
        ("new", "new: this run gave 1, but the notebook has no record of it"),
        ("nan", "The metric 'nan' cannot be recorded or compared"),
        ("far", "far: recorded 0.8306, got 0.83, difference 0.0006, tolerance 0.0005"),
        ("ignored-far", "ignored_far: recorded 0.8306, got 0.83, difference 0.0006, tolerance 0.0005"),
        ("tolerance", "tolerance: tolerance recorded 0.02, got 0.0005"),
        ("words", "five epochs"),
        ("never-run", "Cell was never run, so there is nothing to compare"),
        ("nan-now", "RecordError"),
    ],
)
def test_a_run_that_differs_fails_with_the_reason(bad_run, cell_id, message):
    reports = failures(bad_run[1])
    assert message in reports[cell_id]
    assert f"Cell {cell_id}: " in reports[cell_id]


def test_false_prose_fails(bad_run):
    report = failures(bad_run[1])["prose"]
    assert "prose: prose says 84%, but far is recorded as 83.06%" in report
    assert "prose: prose quotes none, which no cell records" in report


def test_nothing_else_fails_and_a_cell_never_run_is_run_for_those_after_it(bad_run):
    code, text = bad_run
    assert code == 1
    assert "10 failed, 2 passed" in text


def test_a_bundle_of_other_words_fails(good, tmp_path):
    path = tmp_path / "other.ipynb"
    path.write_bytes(good.read_bytes())
    change(path, same=lambda cell, metrics: cell.outputs[0].data.update({"text/plain": "other = 0.8300 ± 0.0005"}))
    code, text = run_pytest(tmp_path, "--nbval", "-k", "setup or same")
    assert code == 1
    assert "same = # ± #" in failures(text)["same"]


def node_ids(folder, *arguments):
    code, text = run_pytest(folder, "--nbval", "--collect-only", "-q", *arguments)
    assert code == 0, text
    return [line for line in text.splitlines() if "::" in line]


def test_cells_are_named_by_their_ids(good):
    assert node_ids(good.parent) == [f"good.ipynb::{name}" for name in (*GOOD, "prose")]


def test_a_cell_is_chosen_by_its_node_id_or_by_a_part_of_its_name(good):
    for choice in (["good.ipynb::setup", "good.ipynb::same"], ["-k", "setup or same"]):
        code, text = run_pytest(good.parent, "--nbval", *choice)
        assert code == 0, text
        assert set(re.findall(r"^PASSED (.*)", text, re.MULTILINE)) == {"good.ipynb::setup", "good.ipynb::same"}


@pytest.mark.parametrize(
    ("minor", "ids", "names"),
    [
        (4, [None, None], ["Cell 0", "Cell 1"]),
        (5, [None, "words"], ["Cell 0", "words"]),
        (5, ["twice", "twice"], ["Cell 0", "Cell 1"]),
        (5, ["prose", "words"], ["Cell 0", "words"]),
    ],
)
def test_a_cell_without_an_id_of_its_own_keeps_its_number(tmp_path, minor, ids, names):
    cells = [
        {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": 1}
        | ({"id": cell_id} if cell_id else {})
        for cell_id in ids
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    content = {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells}
    (tmp_path / "some.ipynb").write_text(json.dumps(content))
    relaxed = ["-W", "ignore"]  # nbformat warns of ids that are missing or double
    assert node_ids(tmp_path, *relaxed) == [f"some.ipynb::{name}" for name in (*names, "prose")]


def test_another_drawing_of_a_picture_passes_and_another_alt_text_fails(tmp_path):
    source = (
        "from IPython.display import display\n"
        "display({'image/png': 'AAAA', 'text/html': '<img alt=\"A boot\"/>', 'text/plain': 'A boot'}, raw=True)"
    )
    path = tmp_path / "picture.ipynb"
    record(path, {"picture": source})
    for kind, expected in (("text/html", 0), ("text/plain", 1)):
        notebook = read_notebook(path)
        notebook.cells[0].outputs[0].data[kind] = "another"
        path.write_bytes(to_bytes(notebook))
        code, text = run_pytest(tmp_path, "--nbval", "--nbval-current-env", path)
        assert code == expected, text


def test_a_broken_notebook_fails_without_a_traceback_of_ours(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {}}, "cells": []}')
    code, text = run_pytest(tmp_path, "--nbval")
    assert code == 1
    assert "$.metadata.kernelspec: 'name' is a required property" in failures(text)["prose"]
    assert "nbval_plugin.py" not in text


@pytest.mark.parametrize("dealing", ["load"])
def test_xdist_keeps_the_cells_of_a_notebook_together(good, tmp_path, dealing):
    for name in ("one.ipynb", "two.ipynb"):
        (tmp_path / name).write_bytes(good.read_bytes())
    code, text = run_pytest(tmp_path, "--nbval", "-v", "-n", "2", "--dist", dealing)
    assert code == 0, text
    places = set(re.findall(r"\[(gw\d)\].*? PASSED (\w+)\W+ipynb::", text))
    assert sorted(notebook for _, notebook in places) == ["one", "two"], text


def test_without_nbval_notebooks_are_left_alone(good):
    code, text = run_pytest(good.parent)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "seconds a notebook" not in text


def test_without_nbval_nothing_is_imported_and_the_environment_stays(tmp_path):
    heavy = ["mxnet", "numpy", "IPython", "ipywidgets", "d2l_helpers.records", "d2l_authoring"]
    (tmp_path / "test_own.py").write_text(
        "import os, sys\n"
        "def test_own():\n"
        "    assert 'd2l_authoring.nbval_plugin' in sys.modules\n"
        f"    assert not [name for name in {heavy} if name in sys.modules]\n"
        "    assert not {'D2L_HELPERS_RECORDING', 'TQDM_DISABLE'} & set(os.environ)\n"
    )
    # hypothesis and anyio, other plugins of ours, import what they like
    code, text = run_pytest(tmp_path, "-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:nbval")
    assert code == 0, text


def test_the_environment_is_put_back_when_pytest_ends(tmp_path):
    (tmp_path / "twice.py").write_text(
        "import os, pytest\n"
        "assert pytest.main(['--nbval']) == pytest.ExitCode.NO_TESTS_COLLECTED\n"
        "assert 'D2L_HELPERS_RECORDING' not in os.environ\n"
    )
    done = subprocess.run([sys.executable, "twice.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
