"""MXNet's CUDA wheels as a reader installs them, each in a folder of its own, kept in build/ until `make clean`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.lacking import lacking

ROOT = Path(__file__).parents[2]


def installed(name, gigabytes, *requirements):
    """Return a folder with these packages; installing them takes minutes and the space said."""
    folder = ROOT / "build" / f"cuda-{name}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        free = shutil.disk_usage(ROOT).free / 1e9
        if free < gigabytes:
            lacking(f"{name} needs {gigabytes} GB of free space to be installed, and there are {free:.1f}")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--target", folder]
        subprocess.run([*command, *requirements], check=True, timeout=1800)
        (folder / "ready").touch()
    return folder


@pytest.fixture(scope="session")
def cu117():
    return installed("cu117", 8, "-r", ROOT / "requirements-cu117.lock")


@pytest.fixture(scope="session")
def cu101mkl():
    return installed("cu101mkl", 3, "mxnet-cu101mkl==1.6.0.post0")
