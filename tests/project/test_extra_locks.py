"""The locks of the extras: what each adds, for each Python, and no contradiction."""

import itertools
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.lacking import lacking
from support.locks import HERE, PYTHONS, ROOT, blocks, names, pins

from d2l_helpers.engine.cuda import CU117
from d2l_helpers.engine.cuda.libraries import CUDA_11

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKED_APART = ("keras", "grading", "cluster", "site")
each_extra = pytest.mark.parametrize("extra", [*LOCKED_APART, "cu117"])
each_python = pytest.mark.parametrize("python", PYTHONS)


def lock(extra: str) -> str:
    return f"requirements-{extra}.lock"


@each_python
@each_extra
def test_it_has_what_pyproject_asks_for(extra, python):
    locked = pins(lock(extra), python)
    for wanted in map(Requirement, EXTRAS[extra]):
        if wanted.marker is None or wanted.marker.evaluate({"python_version": python}):
            assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)], prereleases=True), wanted


def test_the_libraries_for_cuda_11_are_pinned_once():
    """The extra is what the package loads and what the doctor's command installs; nothing else is in the lock."""
    assert EXTRAS["cu117"] == [CU117.requirement, *(library.requirement for library in CUDA_11)]
    assert sorted(EXTRAS["cu117"]) == sorted(f"{name}=={version}" for name, version in pins(lock("cu117")).items())


@each_python
def test_keras_is_2(python):
    locked = pins(lock("keras"), python)
    assert locked.get("tf-keras", locked.get("keras")).startswith("2.")
    assert "tensorflow" not in locked, "tensorflow-cpu is it, a third of its size"


def test_keras_is_benched():
    assert "d2l-helpers[keras]" in EXTRAS["bench"]


@each_extra
def test_no_package_is_in_the_first_lock_too(extra):
    assert not names(lock(extra)) & names("requirements.lock")


@each_python
def test_extras_that_share_a_package_share_its_version(python):
    for one, other in itertools.combinations([pins(lock(extra), python) for extra in LOCKED_APART], 2):
        assert {name: one[name] for name in one.keys() & other} == {name: other[name] for name in one.keys() & other}


@pytest.mark.parametrize("file", ["requirements.lock", *map(lock, [*LOCKED_APART, "cu117"])])
def test_every_package_has_hashes_and_no_place_is_named(file):
    assert all("--hash=sha256:" in block for block in blocks(file))
    assert not re.search(r"://|index|find-links", (ROOT / file).read_text())


@pytest.mark.parametrize(  # cu117 is installed in a folder of its own
    "extra",
    [
        pytest.param("keras", marks=pytest.mark.tensorflow),
        pytest.param("grading", marks=pytest.mark.nbgrader),
        pytest.param("cluster", marks=pytest.mark.cluster),
        pytest.param("site", marks=pytest.mark.sphinx),
    ],
)
def test_the_locks_fit_each_other_and_are_what_is_installed(extra):
    """Pip compares all that is installed with what each package asks for."""
    if not (ROOT / ".venv" / extra).exists():
        lacking(f"{extra} is not installed: make {extra}")
    command = [sys.executable, "-m", "pip"]
    listed = subprocess.run([*command, "freeze", "--all"], capture_output=True, text=True, check=True)
    found = re.findall(r"^([\w.-]+)==(\S+)", listed.stdout, re.MULTILINE)
    installed = {canonicalize_name(name): version for name, version in found}
    for name, version in {**pins("requirements.lock"), **pins(lock(extra))}.items():
        assert installed[name] == version, name
    checked = subprocess.run([*command, "check"], capture_output=True, text=True, check=False)
    complaints = {
        tuple(pair)
        for pair in re.findall(r"^(\S+) \S+ (?:requires|has requirement) ([\w-]+)", checked.stdout, re.MULTILINE)
    }
    assert len(complaints) == checked.stdout.count("\n") - (checked.returncode == 0)
    assert complaints <= overridden(), checked.stdout


def overridden() -> set[tuple[str, str]]:
    """Return who asks for what [tool.uv] overrides: on 3.11 nothing contradicts."""
    if HERE == "3.11":
        return set()
    names = {Requirement(line).name for line in PROJECT["tool"]["uv"]["override-dependencies"]}
    return set(itertools.product(("mxnet", "tf-keras", "tensorflow-cpu"), names))


@pytest.mark.nbgrader
def test_jupyterlab_has_nbgraders_extension():
    if not (ROOT / ".venv" / "grading").exists():
        lacking("nbgrader is not installed: make grading")
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = (line for line in listed.stderr.splitlines() if "@jupyter/nbgrader" in line)
    assert "enabled" in line
    assert "OK" in line
