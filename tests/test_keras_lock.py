"""requirements-keras.lock: what TensorFlow adds to requirements.lock, and nothing that contradicts it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "requirements-keras.lock").read_text()


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def keras() -> dict[str, str]:
    return pins("requirements-keras.lock")


def test_it_has_what_pyproject_asks_for(keras):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (wanted,) = map(Requirement, extras["keras"])
    assert keras[wanted.name] in wanted.specifier
    assert keras["keras"].startswith("2.")
    assert "d2l-helpers[keras]" in extras["bench"]


def test_no_package_is_in_both_locks(keras):
    assert not {canonicalize_name(name) for name in keras} & {
        canonicalize_name(name) for name in pins("requirements.lock")
    }


def test_every_package_has_hashes_and_no_place_is_named(keras):
    blocks = re.split(r"\n(?=\S)", TEXT.strip())
    assert len(blocks) == len(keras)
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|index|find-links", TEXT)


def test_the_locks_fit_each_other_and_are_what_is_installed(keras):
    """Pip compares all that is installed with what each package asks for."""
    if not (ROOT / ".venv" / "keras").exists():
        pytest.skip("needs TensorFlow: run make keras")
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--all"], capture_output=True, text=True, check=True
    )
    installed = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", listed.stdout, re.MULTILINE)
    }
    for name, version in {**pins("requirements.lock"), **keras}.items():
        assert installed[canonicalize_name(name)] == version, name
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("No broken requirements found.", 0)
