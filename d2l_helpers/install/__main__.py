"""Install the chapter from the wheel that contains this file, which needs nothing but Python and pip.

The first cell of a notebook runs it from the wheel beside the notebook. In a terminal:
``python d2l_helpers-0.1.0-py3-none-any.whl/d2l_helpers/install``. If nothing is missing, it does nothing.
"""

from __future__ import annotations

import importlib
import platform
import re
import shutil
import site
import subprocess
import sys
import tempfile
import zipimport
from collections.abc import Iterable
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import module_from_spec
from pathlib import Path
from zipfile import BadZipFile, ZipFile

# By module. MXNet's metadata asks for NumPy below 2: pip would replace Colab's NumPy, and compile one on Python 3.13
WITHOUT_DEPENDENCIES = {"mxnet": "mxnet==1.9.1", "d2l": "d2l==0.13.2"}
NEEDED = {
    "numpy": "numpy>=1.23",
    "pandas": "pandas",  # d2l imports it
    "matplotlib": "matplotlib",
    "matplotlib_inline": "matplotlib-inline",
    "ipywidgets": "ipywidgets>=7.7.1,<9",
    "PIL": "pillow",
    "click": "click",
    "filelock": "filelock",
    "lazy_loader": "lazy-loader",
    "nbformat": "nbformat",
    "packaging": "packaging",
    "platformdirs": "platformdirs",
    "requests": "requests",
    "tqdm": "tqdm>=4.66",
}

# Of the processor and the system, for which there is a wheel; True stands for Linux with glibc
_WITH_MXNET = {("x86_64", True), ("aarch64", True), ("x86_64", "Darwin")}
_PACKAGE = Path(__file__).parents[1]
_FAILED = "Cannot install what this notebook needs."
_ENVIRONMENT = (
    "make an environment of your own in a terminal: python3 -m venv chapter, then chapter/bin/pip install jupyterlab; "
    "start chapter/bin/jupyter lab, and run this cell again"
)
# What pip writes, what was expected instead, and what to do
_CAUSES = (
    ("externally-managed-environment", "a Python into which pip may install", _ENVIRONMENT),
    (
        "No module named pip",
        "a Python with pip",
        f"run in a terminal: {sys.executable} -m ensurepip; then run this cell again",
    ),
    ("[Errno 28]", "1 GB of free space", "free some space, and run this cell again"),
    ("[Errno 13]", "a Python into which you may install", _ENVIRONMENT),
    ("[Errno 30]", "a Python into which you may install", _ENVIRONMENT),
    (
        "(from versions: none)",
        "a connection to pypi.org, or to the index that pip is set up for",
        "connect this computer to the Internet, and run this cell again",
    ),
)


def main() -> None:
    """Install what is missing. An older version of this package is replaced, but not a checkout of the project."""
    wheel = _newest([_PACKAGE.parent, *Path.cwd().glob("d2l_helpers-*.whl")])
    # Only on the path: the environment's own finder would import helpers that are about to be replaced
    find = PathFinder.find_spec
    missing = [requirement for module, requirement in NEEDED.items() if not find(module)]
    apart = [requirement for module, requirement in WITHOUT_DEPENDENCIES.items() if not find(module)]
    is_there = find("d2l_helpers") is not None
    is_current = is_there and _is_installed(wheel)
    if not missing and not apart and is_current:
        return
    _require_a_fit_computer()
    print("Installing what this notebook needs: a minute or two, once.", flush=True)
    try:
        _install(wheel, missing, apart, is_current)
    except Exception as error:
        if missing or apart or not is_there:
            raise
        print(f"The helpers of {wheel.name} could not be installed, and those that are there are used.\n{error}")
        return
    if is_there and not is_current and "d2l_helpers" in sys.modules:
        raise _error(
            "The helpers are of another version now, and this kernel still has the old one.",
            got="a kernel that imported them before",
            expected="a fresh kernel",
            remedy="restart the kernel, and run all cells",
        )
    importlib.import_module("d2l_helpers")  # for a next cell that begins with mxnet: this Python's start is over
    print("Installed. If sliders do not appear, reload this page.")


def _install(wheel: Path, missing: list[str], apart: list[str], is_current: bool) -> None:
    if missing:
        _pip(missing)
    with tempfile.TemporaryDirectory() as folder:
        # pip reads the version from the name, which a browser changes for a second download
        named = Path(folder, f"d2l_helpers-{'.'.join(map(str, _version(wheel)))}-py3-none-any.whl")
        shutil.copyfile(wheel, named)
        if own := [*apart, *([] if is_current else ["--force-reinstall", str(named)])]:
            _pip(["--no-deps", *own])
    # A user's folder for packages may not have been there when this kernel started
    packages = site.getusersitepackages()
    if site.ENABLE_USER_SITE and packages not in sys.path and Path(packages).is_dir():
        site.addsitedir(packages)
    importlib.invalidate_caches()


def _newest(wheels: Iterable[Path]) -> Path:
    """Return the wheel of the highest version; of several such, the one that came last."""
    return max(filter(_version, wheels), key=lambda wheel: (_version(wheel), wheel.stat().st_mtime))


def _version(wheel: Path) -> tuple[int, ...]:
    """Return the version in a wheel, which its name may not have; empty for a file that is no wheel of this package."""
    try:
        with ZipFile(wheel) as archive:
            names = "\n".join(archive.namelist())
    except (OSError, BadZipFile):
        return ()
    found = re.search(r"^d2l_helpers-([0-9.]+)\.dist-info/RECORD$", names, re.MULTILINE)
    return tuple(map(int, found[1].split("."))) if found else ()


def _is_installed(wheel: Path) -> bool:
    """Return whether the installed package has the wheel's contents; a checkout of the project stays as it is."""
    try:
        installed = distribution("d2l-helpers")
    except PackageNotFoundError:
        return True  # a folder on the path: its owner knows why
    record = installed.read_text("RECORD")
    if record is None or '"editable"' in (installed.read_text("direct_url.json") or ""):
        return True
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        lines = archive.read(name).decode().splitlines()
    return {line for line in lines if line.startswith("d2l_helpers/")} <= set(record.splitlines())


def _require_a_fit_computer() -> None:
    system, machine = platform.system(), platform.machine()
    is_glibc = system == "Linux" and platform.libc_ver()[0] == "glibc"
    if sys.maxsize < 2**32 or (machine, is_glibc or system) not in _WITH_MXNET:
        bits = ", with a Python of 32 bits" if sys.maxsize < 2**32 else ""
        raise _error(
            "MXNet 1.9.1, its last release, does not exist for this computer.",
            got=f"{system} on {machine}{bits}",
            expected="Linux with glibc on x86_64 or aarch64, or macOS on an Intel processor",
            remedy=f"open the notebook in Google Colab, and upload {_PACKAGE.parent.name} there; or use Docker, which "
            "runs Linux on this computer (docs/containers.md in the chapter's repository); Windows has WSL, too",
        )
    if tuple(map(int, platform.python_version_tuple()[:2])) < (3, 11):
        raise _error(
            _FAILED,
            got=f"Python {platform.python_version()}",
            expected="Python 3.11 to 3.14",
            remedy="install one of these, make an environment with it and start Jupyter there",
        )


def _pip(arguments: list[str]) -> None:
    """Install packages, never by compiling them, into the Python of this kernel."""
    options = ["--quiet", "--disable-pip-version-check", "--no-warn-conflicts", "--no-input", "--retries", "2"]
    command = [sys.executable, "-P", "-m", "pip", "install", *options, "--only-binary", ":all:", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip().splitlines() or [f"status {done.returncode}"]
    last = [line for line in said if line.lower().startswith("error: ")] or said[-1:]
    causes = ((expected, remedy) for words, expected, remedy in _CAUSES if words in done.stderr)
    other = "pip to install it", f"look at what this says in a terminal: {' '.join(command)}"
    expected, remedy = next(causes, other)
    raise _error(_FAILED, got=last[0][:300], expected=expected, remedy=remedy)


def _error(failed: str, *, got: str, expected: str, remedy: str) -> Exception:
    """Return an error of the package, which cannot be imported yet; the module with the errors needs nothing else."""
    spec = zipimport.zipimporter(str(_PACKAGE)).find_spec("errors")
    assert spec is not None
    assert spec.loader is not None
    errors = module_from_spec(spec)
    spec.loader.exec_module(errors)
    error: Exception = errors.LibraryUnusable(failed, got=got, expected=expected, remedy=remedy)
    return error


if __name__ in ("__main__", "<run_path>"):  # the second is the name that runpy gives
    main()
