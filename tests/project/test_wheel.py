"""The wheel contains the readers' package and nothing else, works, and leaves the pytest runs of others alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
INFO = "d2l_helpers-0.1.0.dist-info"
FIRST = "d2l_helpers_mxnet.pth"
SETTINGS = "etc/jupyter/jupyter_server_config.d/d2l_helpers.json"
BUILD_EDITABLE = "import sys\nfrom hatchling.build import build_editable\nbuild_editable(sys.argv[1])"
# Another project's test run, in an environment into which the wheel is installed
PYTEST = (
    "import site, sys\n"
    "site.addsitedir(sys.argv[1])\n"
    "import pytest\n"
    "sys.exit(pytest.main(['-q', '-p', 'no:hypothesispytest', '-p', 'no:anyio', '-p', 'no:cacheprovider']))\n"
)
TEST = (
    "import builtins, sys\n"
    "from importlib.metadata import distributions\n"
    "def test_own(pytestconfig):\n"
    "    assert {folder!r} in [str(found.locate_file('')) for found in distributions(name='d2l-helpers')]\n"
    "    names = [*sys.modules, *(name for name, _ in pytestconfig.pluginmanager.list_name_plugin())]\n"
    "    assert not [name for name in names if 'd2l' in name]\n"
    "    finders = [finder.__module__ for finder in sys.meta_path if 'd2l' in str(finder)]\n"
    "    assert set(finders) <= {{'d2l_helpers_mxnet.pth'}}\n"  # this environment's, too
    "    assert builtins.__import__.__module__ == 'builtins'\n"
)


def run(*command, cwd=ROOT, **environment):
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd, env=ours | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder, target="wheel"):
    """Build a wheel as `make wheel` does, or a source distribution."""
    run("-m", "hatchling", "build", "--target", target, "--directory", folder)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def editable(tmp_path_factory):
    """Install the project as `make lab` does: a folder with its metadata, and a .pth file that names the checkout."""
    folder = tmp_path_factory.mktemp("editable")
    run("-c", BUILD_EDITABLE, folder)
    (built,) = folder.iterdir()
    with ZipFile(built) as archive:
        archive.extractall(folder)
    assert list(folder.glob("*.pth"))
    return folder


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel without its dependencies, which this environment has."""
    folder = tmp_path_factory.mktemp("installed")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", folder, wheel)
    return folder


def files_in(wheel):
    with ZipFile(wheel) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def test_the_wheel_contains_the_readers_package_alone(wheel):
    found = files_in(wheel)
    assert {name.partition("/")[0] for name in found} == {"d2l_helpers", "d2l_helpers-0.1.0.data", FIRST, INFO}
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "d2l_helpers").rglob("*.py*") if path.suffix != ".pyc"}
    assert ours <= found.keys()
    assert found[f"{INFO}/entry_points.txt"].split() == [
        *("[console_scripts]", "d2l-helpers", "=", "d2l_helpers.__main__:main")
    ]
    assert {name for name in found if ".data/" in name} == {f"d2l_helpers-0.1.0.data/data/{SETTINGS}"}
    assert {f"{INFO}/licenses/LICENSE", f"{INFO}/licenses/NOTICE"} <= found.keys()


def test_the_wheel_of_the_source_distribution_is_the_same(wheel, tmp_path):
    with tarfile.open(build(tmp_path / "source", "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    run("-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path / "again",
        cwd=tmp_path / "d2l_helpers-0.1.0")  # fmt: skip
    (again,) = (tmp_path / "again").iterdir()
    assert files_in(again) == files_in(wheel)


def test_an_editable_install_has_the_three_commands_and_the_start_file(editable):
    assert (editable / FIRST).read_bytes() == (ROOT / "d2l_helpers" / "engine" / FIRST).read_bytes()
    found = ConfigParser()
    found.read(editable / INFO / "entry_points.txt")
    assert list(found["console_scripts"]) == ["d2l-author", "d2l-grade", "d2l-helpers"]
    assert dict(found["d2l_authoring.commands"]) == {
        "cells": "d2l_autograder.cli.cells:cells",
        "try": "d2l_autograder.cli.trial:trial",
    }


def test_an_installed_wheel_can_be_imported_and_its_command_starts(installed, tmp_path):
    path = {"PYTHONPATH": str(installed)}
    said = run(
        "-c", "import d2l_helpers; print(d2l_helpers.__file__, d2l_helpers.check.__name__)", cwd=tmp_path, **path
    )
    assert said.split() == [str(installed / "d2l_helpers" / "__init__.py"), "check"]
    assert run(installed / "bin" / "d2l-helpers", "--help", cwd=tmp_path, **path).startswith("Usage: d2l-helpers")
    assert (installed / SETTINGS).is_file()
    assert (installed / FIRST).read_bytes() == (ROOT / "d2l_helpers" / "engine" / FIRST).read_bytes()
    assert sorted(path.name for path in (installed / "bin").iterdir()) == ["d2l-helpers"]


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_an_installation_adds_nothing_to_the_test_runs_of_others(kind, request, tmp_path):
    folder = request.getfixturevalue(kind)
    assert "pytest11" not in (folder / INFO / "entry_points.txt").read_text()
    (tmp_path / "test_own.py").write_text(TEST.format(folder=str(folder)))
    assert "1 passed" in run("-c", PYTEST, folder, cwd=tmp_path)
