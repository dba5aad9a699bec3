"""Python environments for tests, made once and kept in build/."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml
from filelock import FileLock
from support.lacking import lacking
from support.locks import ROOT, pins


def made_environment(
    name: str,
    requirements: Sequence[str],
    finish: Callable[[Path, list[str]], object],
    python: str | Path = sys.executable,
    constraints: Path | None = None,
) -> Path:
    """Return the Python of an environment with these packages, made from this Python or from another.

    Installing takes a minute or two, so the environment is kept in build/ until the requirements change, or the file
    with `constraints`, which pins what they ask for. `finish(folder, pip)` completes a new environment; `pip` is the
    beginning of a command that installs into it.
    """
    pinned = [constraints.read_text()] if constraints else []
    key = hashlib.sha256("\n".join([str(python), *requirements, *pinned]).encode()).hexdigest()[:12]
    folder = ROOT / "build" / f"{name}-{key}"
    made = folder / "bin" / "python"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):  # or two workers would make the same environment at once
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
            pip = [sys.executable, "-m", "pip", "--python", str(made), "install", "--quiet", "--no-compile"]
            pip += ["--only-binary", ":all:"]  # a build from source would take minutes without a word
            options = ["--constraint", constraints] if constraints else []
            subprocess.run([*pip, *options, *requirements], check=True, timeout=900)
            finish(folder, pip)
            (folder / "ready").touch()
    return made


def in_front(name: str, requirements: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages, and behind them those of this environment."""

    def add_the_rest(folder: Path, _: list[str]) -> None:
        packages = next(folder.glob("lib/python*/site-packages"))
        # addsitedir, since the project itself is installed by a .pth file
        (packages / "zz_rest.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")

    return made_environment(name, requirements, add_the_rest)


def jupyter_folders(python: str | Path) -> dict[str, str]:
    """Return the variables by which Jupyter finds the settings and the widgets' scripts of both environments.

    The environment in front comes first: Voila's page templates have the names of nbconvert's.
    """
    return {
        variable: os.pathsep.join(str(prefix / folder) for prefix in (Path(python).parents[1], Path(sys.prefix)))
        for variable, folder in (("JUPYTER_CONFIG_PATH", "etc/jupyter"), ("JUPYTER_PATH", "share/jupyter"))
    }


def cpu_twin() -> Path:
    """Return a Python with environment.yml's packages, but mxnet-mkl 1.6.0 for the CPU instead of the CUDA wheel.

    environment.yml's NumPy has no wheel after Python 3.12. So NumPy is the lock's, which mxnet-mkl's metadata refuses.
    """

    def add_the_rest(folder: Path, pip: list[str]) -> None:
        subprocess.run([*pip, "--no-deps", "mxnet-mkl==1.6.0", "graphviz==0.8.4"], check=True, timeout=300)
        for library in folder.glob("lib/python3*/site-packages/mxnet/libmxnet.so"):
            _ask_for_no_executable_stack(library)
        subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True, timeout=300)  # as README.md says

    packages = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]["pip"]
    numpy = f"numpy=={pins('requirements.lock')['numpy']}"
    others = [package for package in packages if not package.startswith(("mxnet", "numpy"))]
    return made_environment("environment", [*others, numpy], add_the_rest)


def _ask_for_no_executable_stack(library: Path) -> None:
    """Clear a flag that MXNet 1.6 does not need, and for which glibc 2.41 and later refuse to load the library."""
    with library.open("r+b") as file:
        header = file.read(64)
        (start,), (size, count) = struct.unpack_from("<Q", header, 32), struct.unpack_from("<HH", header, 54)
        for place in range(start, start + size * count, size):
            file.seek(place)
            kind, flags = struct.unpack("<II", file.read(8))
            if kind == 0x6474E551:  # PT_GNU_STACK
                file.seek(place + 4)
                file.write(struct.pack("<I", flags & ~1))


def usable_python(version: str) -> str:
    """Return a Python of this version that runs: from the PATH, pyenv or uv; skip the test if there is none."""
    name, home = f"python{version}", Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    candidates = [
        shutil.which(name),
        *sorted(pyenv.glob(f"versions/{version}.*/bin/{name}")),
        *sorted(home.glob(f".local/share/uv/python/cpython-{version}.*/bin/{name}")),
    ]
    found = next((str(python) for python in candidates if python and _runs(python)), None)
    return found or lacking(f"no Python {version} on the PATH, of pyenv or of uv: uv python install {version}")


def _runs(python: str | Path) -> bool:
    """Return whether it is a Python, and not a command of pyenv's that lists the available versions."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0
