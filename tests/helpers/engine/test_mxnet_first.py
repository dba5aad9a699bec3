"""``import mxnet`` before ``d2l_helpers`` works by a .pth file, which costs nothing and breaks nothing."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from d2l_helpers import doctor
from d2l_helpers.engine import start_file

ROOT = Path(__file__).parents[3]
IMPORTS = {"mxnet": "from mxnet import np, npx", "d2l": "from d2l import mxnet as d2l", "ours": "import d2l_helpers"}
WITHOUT = "import sys; sys.meta_path[:] = [finder for finder in sys.meta_path if 'd2l' not in str(finder)]"


class Environment:
    """An environment that has our file, and on its path the folders that a test names."""

    def __init__(self, folder, *path, has_file=True):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
        (self.packages,) = folder.glob("lib/python3*/site-packages")
        self.python = folder / "bin" / "python"
        (self.packages / "path.pth").write_text("".join(f"{entry}\n" for entry in path))
        if has_file:
            shutil.copy(start_file.SOURCE, self.packages)

    def run(self, source, *options):
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.python, *options, "-c", source],
            cwd=self.packages, env={**ours, "MPLBACKEND": "agg"}, timeout=60,
            capture_output=True, text=True, check=False,
        )  # fmt: skip


def packages():
    """Return the folder with the packages of this environment; its .pth files do not count there."""
    return next(Path(folder) for folder in sys.path if Path(folder, "mxnet").is_dir())


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("environment"), packages(), ROOT)


@pytest.mark.parametrize("order", list(itertools.permutations(IMPORTS)), ids="-".join)
def test_every_order_of_imports_works(environment, order):
    imports = "\n".join(IMPORTS[name] for name in order)
    done = environment.run(
        f"{imports}\nnpx.set_np()\nprint(d2l.linreg(np.ones((2, 3)), np.ones((3, 1)), 1).sum())\n"
        "import sys\nprint([finder.__module__ for finder in sys.meta_path if 'd2l' in str(finder)])",
        "-W", "error",
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("8.0\n['d2l_helpers.engine.compat']\n", "")


def test_the_start_imports_no_module_more(environment, tmp_path):
    modules = "import sys; print(sorted(sys.modules))"
    other = Environment(tmp_path, packages(), ROOT, has_file=False)
    assert environment.run(modules, "-I").stdout == other.run(modules, "-I").stdout


@pytest.mark.parametrize("options", ["-S", "-I", "-E", "-W error", "-bb", "-O", "-B", "-X utf8", "-X dev", "-P"])
def test_python_starts_with_every_option(environment, options):
    done = environment.run("import json; print('started')", *options.split(" ", 1))
    assert (done.stdout, done.stderr, done.returncode) == ("started\n", "", 0)


def test_the_start_takes_no_part_of_the_import_times(environment):
    done = environment.run("", "-X", "importtime")
    assert done.returncode == 0
    assert "d2l" not in done.stderr


@pytest.mark.parametrize(
    "package",
    [
        pytest.param({}, id="none"),
        pytest.param({"d2l_helpers/chapter.py": ""}, id="half"),
        pytest.param({"d2l_helpers/__init__.py": "from d2l_helpers.engine import compat"}, id="no module"),
        pytest.param({"d2l_helpers/__init__.py": "def"}, id="no Python"),
        pytest.param({"d2l_helpers/__init__.py": "import mxnet"}, id="a circle"),
        pytest.param({"d2l_helpers.py": ""}, id="another"),
    ],
)
def test_without_our_package_imports_go_on_as_they_would(package, tmp_path):
    for name, source in {"mxnet.py": "own = 1", "d2l/__init__.py": "", "d2l/mxnet.py": "own = 2", **package}.items():
        (tmp_path / "path" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "path" / name).write_text(source)
    done = Environment(tmp_path / "environment", tmp_path / "path").run(
        "import mxnet, d2l.mxnet; print(mxnet.own, d2l.mxnet.own)", "-W", "error"
    )
    assert (done.stdout, done.stderr) == ("1 2\n", "")


def test_without_mxnet_the_error_is_pythons_own(tmp_path):
    done = Environment(tmp_path, ROOT).run("import mxnet")
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'mxnet'"


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("mxnet.py", "import mxnet"),
        ("mxnet.py", "from mxnet.gluon import nn"),
        ("mxnet.py", "from d2l import mxnet as d2l"),
        ("mxnet.py", "import d2l_helpers; d2l_helpers.synthetic_data(1, 1, 1)"),
        ("d2l.py", "from d2l import mxnet as d2l"),
        ("d2l/__init__.py", "import d2l.mxnet"),
    ],
)
def test_a_file_that_hides_a_library_is_named(environment, tmp_path, file, statement):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("raise SystemExit('executed')" if file == "mxnet.py" else "own = 1")
    done = environment.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{statement}")
    assert f"got:      {tmp_path / file}, which Python finds before the library" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("  try:      give this file or folder another name")


def test_a_file_d2l_of_the_readers_still_works(environment, tmp_path):
    (tmp_path / "d2l.py").write_text("own = 1")
    done = environment.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport d2l; print(d2l.own)")
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_an_import_of_mxnet_that_failed_before_ours_does_not_count(environment):
    failing = (
        "try:\n    import mxnet\nexcept Exception as error:\n    print(type(error).__name__)\nelse:\n    print('none')"
    )
    imports = "import d2l_helpers\nfrom mxnet import np, npx\nfrom d2l import mxnet as d2l\nnpx.set_np()"
    done = environment.run(f"{WITHOUT}\n{failing}\n{imports}\nprint(np.bool_, np.ones(2).sum())")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("2.0")


def test_the_doctor_names_the_file_or_the_command_that_puts_it_in_place(tmp_path, monkeypatch):
    monkeypatch.setattr("site.getsitepackages", lambda: [str(tmp_path / "no folder"), str(tmp_path)])
    monkeypatch.setattr("site.ENABLE_USER_SITE", False)
    (missing,) = doctor._mxnet_first()
    assert missing.state == "note"
    (tmp_path / start_file.SOURCE.name).write_text("import of_an_earlier_release\n")
    (old,) = doctor._mxnet_first()
    assert old == missing
    command, _, after = missing.remedy.partition("; ")
    subprocess.run(command, shell=True, check=True)
    assert after == "then restart the kernel"
    (found,) = doctor._mxnet_first()
    assert (found.state, found.detail) == ("ok", f"works by {tmp_path / start_file.SOURCE.name}")
