"""The hooks of .pre-commit-config.yaml on every file: pre-commit names files to ruff, which excludes some by itself."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("hook", ["ruff", "format"])  # make lint runs the others in the same way
def test_it_passes_on_every_file(hook):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a clone: git clone the chapter, for pre-commit asks git for the files")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", hook]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
