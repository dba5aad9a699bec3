"""requirements-keras.lock, -grading.lock and -cu117.lock: what extras add, and no contradiction."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from d2l_helpers.cuda import CU117
from d2l_helpers.cuda.libraries import CUDA_11

ROOT = Path(__file__).parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
LOCKED_APART = ("keras", "grading")
each_extra = pytest.mark.parametrize("extra", [*LOCKED_APART, "cu117"])


def pins(file: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def lock(extra: str) -> str:
    return f"requirements-{extra}.lock"


@each_extra
def test_it_has_what_pyproject_asks_for(extra):
    for wanted in map(Requirement, EXTRAS[extra]):
        assert pins(lock(extra))[canonicalize_name(wanted.name)] in wanted.specifier, wanted


def test_the_libraries_for_cuda_11_are_pinned_once():
    """The extra is what the package loads and what the doctor's command installs; nothing else is in the lock."""
    assert EXTRAS["cu117"] == [CU117.requirement, *(library.requirement for library in CUDA_11)]
    assert sorted(EXTRAS["cu117"]) == sorted(f"{name}=={version}" for name, version in pins(lock("cu117")).items())


def test_keras_is_2_and_benched():
    assert pins(lock("keras"))["keras"].startswith("2.")
    assert "d2l-helpers[keras]" in EXTRAS["bench"]


@each_extra
def test_no_package_is_in_the_first_lock_too(extra):
    assert not pins(lock(extra)).keys() & pins("requirements.lock").keys()


def test_extras_that_share_a_package_share_its_version():
    keras, grading = (pins(lock(extra)) for extra in LOCKED_APART)
    assert {name: keras[name] for name in keras.keys() & grading} == {
        name: grading[name] for name in keras.keys() & grading
    }


@each_extra
def test_every_package_has_hashes_and_no_place_is_named(extra):
    text = (ROOT / lock(extra)).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == len(pins(lock(extra)))
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|index|find-links", text)


@pytest.mark.parametrize("extra", LOCKED_APART)  # cu117 is installed in a folder of its own
def test_the_locks_fit_each_other_and_are_what_is_installed(extra):
    """Pip compares all that is installed with what each package asks for."""
    if not (ROOT / ".venv" / extra).exists():
        pytest.skip(f"run make {extra} first")
    command = [sys.executable, "-m", "pip"]
    listed = subprocess.run([*command, "freeze", "--all"], capture_output=True, text=True, check=True)
    found = re.findall(r"^([\w.-]+)==(\S+)", listed.stdout, re.MULTILINE)
    installed = {canonicalize_name(name): version for name, version in found}
    for name, version in {**pins("requirements.lock"), **pins(lock(extra))}.items():
        assert installed[name] == version, name
    done = subprocess.run([*command, "check"], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("No broken requirements found.", 0)


def test_jupyterlab_has_nbgraders_extension():
    if not (ROOT / ".venv" / "grading").exists():
        pytest.skip("run make grading first")
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = (line for line in listed.stderr.splitlines() if "@jupyter/nbgrader" in line)
    assert "enabled" in line
    assert "OK" in line
