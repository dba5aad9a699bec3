"""Make environments with the versions that Colab publishes for its runtimes: tests/engines/colab has the lists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from packaging.utils import canonicalize_name
from support.environments import made_environment, usable_python
from support.locks import ROOT

LISTS = ROOT / "tests" / "engines" / "colab"
NEWEST = "newest"
PAST = sorted((path.stem for path in LISTS.glob("2*.txt")), reverse=True)
ADDED = ("d2l-helpers", "mxnet", "d2l", "lazy-loader", "filelock", "tqdm", "click")
"""What a notebook's first cell may install; the last four are in Colab, too."""
_NOT_THERE = "jedi"  # IPython asks for it, but Colab has removed it
# What the chapter and its kernel ask for is installed along, as the list pins it
_TOUCHED = ("pip", "numpy", "pandas", "matplotlib", "ipython", "ipykernel", "ipywidgets", "requests", "nbformat")


def published(runtime: str = NEWEST) -> dict[str, str]:
    """Return the version of each package of a runtime."""
    found = re.findall(r"^([\w.-]+)==(\S+)$", (LISTS / f"{runtime}.txt").read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def pinned(*names: str) -> list[str]:
    """Return requirements of the newest runtime's versions of some packages."""
    return [f"{name}=={published()[name]}" for name in names]


def python_of(runtime: str) -> str:
    """Return the version of Python of a runtime, such as 3.13."""
    found = re.match(r"# Colab \S+: Python (3\.\d+)\.", (LISTS / f"{runtime}.txt").read_text())
    assert found, f"the first line of {runtime}.txt"
    return found[1]


def colabs_python(runtime: str = NEWEST) -> Path:
    """Return a Python with a runtime's versions, from which all that the chapter installs there is removed again."""
    python = made_environment(
        f"colab-{runtime}", _TOUCHED, lambda *_: None, usable_python(python_of(runtime)), LISTS / f"{runtime}.txt"
    )
    command = [python, "-m", "pip", "uninstall", "--quiet", "--yes", _NOT_THERE, *ADDED]
    subprocess.run(command, check=True, timeout=120)
    return python
