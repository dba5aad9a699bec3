"""What a sandbox sees of the file system: the interpreter, installed packages, ``d2l_helpers``, and nothing else.

Of this project's code, `d2l_helpers` and the worker's two files are bound. `d2l_authoring`, `d2l_autograder` and the
public checks in `d2l_helpers.exercises` are covered wherever they lie below something that is bound: code that could
call a check would search for the answers with it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import d2l_helpers
from d2l_helpers.data.idx import FILES
from d2l_helpers.errors import SandboxError

__all__ = [
    "DATA", "HOME", "LIBRARY", "PACKAGE", "PROGRAMS", "WORKER", "arguments", "labels_file", "ours", "public_data",
    "python_path", "readable", "require_hidden", "stand_in_labels", "worker_files",
]  # fmt: skip

PACKAGE = Path(d2l_helpers.__file__).parent
LIBRARY = "/sandbox/library"
DATA = "/sandbox/data"
WORKER = "/sandbox/worker.py"
_WORKER_FILES = ("worker.py", "worker_messages.py", "surroundings.py")
HOME = "/tmp/home"
PROGRAMS = ("/usr/bin/setpriv", "/usr/bin/cat")  # run inside beside the student's code; no harm in seeing them
_OURS = ("d2l_authoring", "d2l_autograder", "d2l_helpers/exercises")  # no student's code may see these
_WITHHELD = "t10k-labels"
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/usr/share/zoneinfo")
_SHARED = {Path("/usr"), Path("/usr/local")}  # prefixes below which other things than Python lie, such as datasets


def arguments(data: Path | None, bind_data_fd: int | None = None, files: Iterable[Path] = ()) -> list[str]:
    """Write bubblewrap's arguments that build the file system, except /proc, /dev and /tmp.

    Parameters
    ----------
    data : Path or None
        The folder with the dataset's four files, decompressed.
    bind_data_fd : int, optional
        A descriptor from which bubblewrap reads the stand-in for the test labels; needed with `data`.
    files : iterable of Path, optional
        What lies beside the notebook: shown in the folder where code runs.
    """
    shown = _shown(data)
    links = [("--symlink", str(Path(path).readlink()), path) for path in _SYSTEM if Path(path).is_symlink()]
    result = [part for folder in _ancestors(inside for _, inside in shown) for part in _folder(folder)]
    result += [part for link in links for part in link]
    result += [part for outside, inside in shown for part in ("--ro-bind", outside, inside)]
    if data is not None:
        result += ["--perms", "0444", "--ro-bind-data", str(bind_data_fd), f"{DATA}/{FILES[_WITHHELD].filename}"]
    for file in files:
        _require_readable(file)
        result += ["--ro-bind", str(file), f"{HOME}/{file.name}"]
    return result + [part for folder in _covered(shown) for part in ("--tmpfs", folder, "--remount-ro", folder)]


def require_hidden(hidden: Iterable[Path], data: Path | None = None) -> None:
    """Check that no sandbox shows any of these files and folders, also where symbolic links lead to them.

    Parameters
    ----------
    hidden : iterable of Path
        What must stay hidden, such as the answer key, the course and the submissions.
    data : Path, optional
        As in `arguments`.

    Raises
    ------
    SandboxError
        If one of them is, or lies below, what a sandbox shows.
    """
    shown = {Path(outside).resolve(): outside for outside, _ in _shown(data)}
    for path in hidden:
        real = path.resolve()
        found = next((shown[place] for place in (real, *real.parents) if place in shown), None)
        if found is not None:
            raise SandboxError(
                "Student code would see what must stay hidden from it.",
                got=f"{path}, which lies in {found}; the sandbox shows all of that folder to student code",
                expected="answer key, course and submissions outside the Python environment and the system's folders",
                remedy=f"move {path} elsewhere, or grade with an environment that lies elsewhere",
            )


def python_path() -> str:
    """Return ``PYTHONPATH`` for the sandbox: `d2l_helpers` before all other packages."""
    return os.pathsep.join([LIBRARY, *(str(path) for path in _site_packages())])


@cache
def stand_in_labels() -> bytes:
    """Return the file that replaces the test labels: of the right size and balance, and of no use."""
    file = FILES[_WITHHELD]
    header = (0x800 + len(file.shape)).to_bytes(4, "big") + b"".join(axis.to_bytes(4, "big") for axis in file.shape)
    return header + bytes(index % 10 for index in range(file.shape[0]))


def _shown(data: Path | None) -> list[tuple[str, str]]:
    """List everything that is bound: its path outside, and its path inside."""
    shown = [(path, path) for path in (*_system(), *_interpreter())]
    shown.append((str(PACKAGE), f"{LIBRARY}/{PACKAGE.name}"))
    shown += [(str(path), str(Path(WORKER).with_name(path.name))) for path in worker_files()]
    if data is not None:
        shown += [(str(path), f"{DATA}/{path.name}") for path in public_data(data)]
    return shown


def worker_files() -> list[Path]:
    """List the files of this package that run inside a sandbox."""
    return [Path(__file__).with_name(name) for name in _WORKER_FILES]


def labels_file() -> str:
    """Return the name of the file in whose place `stand_in_labels` is shown."""
    return FILES[_WITHHELD].filename


def readable() -> list[str]:
    """List the system's and the interpreter's files and folders that a sandbox shows, at their own paths."""
    return [*_system(), *_interpreter()]


def ours() -> list[Path]:
    """List the folders of this project's packages that no student's code may see, where they are installed."""
    return [PACKAGE / "exercises", Path(__file__).parents[1], PACKAGE.parent / "d2l_authoring"]


def _system() -> Iterator[str]:
    yield from (path for path in _SYSTEM if Path(path).is_dir() and not Path(path).is_symlink())
    yield from (path for path in (*_SYSTEM_FILES, *PROGRAMS) if Path(path).exists())


def _interpreter() -> Iterator[str]:
    """List the interpreter's files and the environment's, at their own paths, each once."""
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
    executable = Path(getattr(sys, "_base_executable", sys.executable))
    for path in {*_chain(Path(sys.executable)), *_chain(executable)}:
        if not _is_below(path, prefixes - _SHARED):
            yield str(path)
    for prefix in sorted(prefixes):
        if prefix not in _SHARED:
            yield str(prefix)
    yield from (str(path) for path in _site_packages())


def _chain(path: Path) -> Iterator[Path]:
    """Follow links one at a time: an environment's interpreter links to /usr/bin/python3, which is itself a link."""
    yield path
    while path.is_symlink():
        path = Path(os.path.normpath(path.parent / path.readlink()))
        yield path
    yield path.resolve()


def _site_packages() -> list[Path]:
    """List the folders of installed packages outside the prefixes, such as those that a .pth file names."""
    found = {Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    known = {Path(sys.prefix), Path(sys.base_prefix)} - _SHARED | {Path("/usr/lib"), Path("/usr/local/lib")}
    return sorted(path for path in found if path.is_dir() and not _is_below(path, known))


def public_data(folder: Path) -> Iterator[Path]:
    """List the files of the dataset that a sandbox shows as they are.

    Raises
    ------
    SandboxError
        If one of them is not in the folder.
    """
    for name, file in FILES.items():
        if name == _WITHHELD:
            continue
        path = folder / file.filename
        if not path.is_file():
            raise SandboxError(
                "The sandbox cannot show the dataset.",
                got=f"no file {path}",
                expected="the decompressed files of Fashion-MNIST in one folder",
                remedy="run d2l-helpers data, and pass the folder that it fills",
            )
        yield path


def _require_readable(file: Path) -> None:
    """Refuse a file that student code could not read: where root grades, it runs as another user."""
    if os.geteuid() == 0 and not file.stat().st_mode & stat.S_IROTH:
        raise SandboxError(
            "The sandbox cannot show a file that the notebook needs.",
            got=f"{file}, which only its owner may read",
            expected="a file that all may read, since student code does not run as root",
            remedy=f"run chmod o+r {file}",
        )


def _covered(shown: Iterable[tuple[str, str]]) -> list[str]:
    """List the paths inside at which our other packages would lie, whether installed or in an editable checkout."""
    # An environment shows the packages of its base, too, which are not on its own sys.path
    roots = [Path(prefix) / "lib" for prefix in {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}]
    installed = [folder for root in roots for folder in root.glob("python3*/*-packages")]
    places = {*installed, *(Path(entry) for entry in sys.path if entry), Path(__file__).parents[2], PACKAGE.parent}
    found = {(place / name).resolve() for place in places for name in _OURS if (place / name).is_dir()}
    covered = set()
    for outside, inside in shown:
        root = Path(outside).resolve()
        covered |= {str(Path(inside) / path.relative_to(root)) for path in found if path.is_relative_to(root)}
    return sorted(covered)


def _ancestors(paths: Iterable[str]) -> list[str]:
    found = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(found - {"/"}, key=lambda folder: (folder.count("/"), folder))


def _folder(path: str) -> tuple[str, ...]:
    # Folders that bubblewrap makes by itself would be closed to the unprivileged user that runs the student's code
    return ("--perms", "0755", "--dir", path)


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
