"""Python environments beside this one, made once and kept in build/."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def made_environment(name: str, requirements: Sequence[str], finish: Callable[[Path, list[str]], object]) -> Path:
    """Give the Python of an environment with these packages.

    Installing takes a minute or two, so it is kept in build/ for as long as the requirements stay the same.
    `finish(folder, pip)` completes a new one; `pip` is the beginning of a command that installs into it.
    """
    key = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:12]
    folder = ROOT / "build" / f"{name}-{key}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, *requirements], check=True, timeout=900)
        finish(folder, pip)
        (folder / "ready").touch()
    return python
