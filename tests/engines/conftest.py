"""The engines: Colab's Python with nothing of ours in it, and MXNet 1.6.0."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.colab import colabs_python
from support.environments import ROOT, cpu_twin

RunNotebook = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def colab() -> Path:
    """Return a Python with the versions of Colab's newest runtime, without what the chapter installs there."""
    return colabs_python()


@pytest.fixture(scope="session")
def twin() -> Path:
    return cpu_twin()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package as `make wheel` does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def run_notebook(tmp_path: Path) -> RunNotebook:
    """Run a copy of a notebook in a fresh kernel of another Python, and compare it with its record."""

    def run(python: Path, name: str, *beside: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        for file in (ROOT / "notebooks" / f"{name}.ipynb", *beside):
            shutil.copy(file, tmp_path)
        kernel = tmp_path / "jupyter" / "kernels" / "engine"
        kernel.mkdir(parents=True)
        command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        specification = {"argv": command, "display_name": "engine", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(specification))
        nbval = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "d2l_authoring.nbval_plugin",
            "--nbval",
        ]
        nbval += ["--nbval-kernel-name", "engine"]
        environment |= os.environ | {"JUPYTER_PATH": str(tmp_path / "jupyter")}
        return subprocess.run(
            [*nbval, f"{name}.ipynb"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1800, check=False,
        )  # fmt: skip

    return run
