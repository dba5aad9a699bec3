"""What a sandbox sees of the file system: the interpreter, its packages, what students import, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import d2l_helpers
from d2l_helpers.data.idx import FILES
from d2l_helpers.errors import SandboxError

__all__ = ["DATA", "HOME", "PROGRAMS", "WORKER", "arguments", "python_path", "stand_in_labels"]

PACKAGE = Path(d2l_helpers.__file__).parent
LIBRARY = "/sandbox/library"
DATA = "/sandbox/data"
WORKER = "/sandbox/worker.py"
HOME = "/tmp/home"
PROGRAMS = ("/usr/bin/setpriv", "/usr/bin/prlimit")  # these run before the student's code, and may lie there
_HIDDEN = {"autograder", "bench", "lab", "__main__.py", "nbval_plugin.py", "__pycache__"}
_WITHHELD = "t10k-labels"
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/usr/share/zoneinfo")


def arguments(data: Path | None, bind_data_fd: int | None = None) -> list[str]:
    """Write bubblewrap's arguments that build the file system, /proc, /dev and /tmp excepted.

    Parameters
    ----------
    data : Path or None
        The folder with the dataset's four files, decompressed.
    bind_data_fd : int, optional
        A descriptor from which bubblewrap reads the stand-in for the labels that are withheld; with `data`.
    """
    shown = [(path, path) for path in (*_system(), *_interpreter())]
    shown += [(str(path), f"{LIBRARY}/{PACKAGE.name}/{path.name}") for path in _public_modules()]
    shown.append((str(Path(__file__).with_name("worker.py")), WORKER))
    if data is not None:
        shown += [(str(path), f"{DATA}/{path.name}") for path in _public_data(data)]
    links = [("--symlink", str(Path(path).readlink()), path) for path in _SYSTEM if Path(path).is_symlink()]
    result = [part for folder in _ancestors(inside for _, inside in shown) for part in _folder(folder)]
    result += [part for link in links for part in link]
    result += [part for outside, inside in shown for part in ("--ro-bind", outside, inside)]
    if data is not None:
        result += ["--perms", "0444", "--ro-bind-data", str(bind_data_fd), f"{DATA}/{FILES[_WITHHELD].filename}"]
    return result + [part for folder in _masked() for part in ("--tmpfs", folder, "--remount-ro", folder)]


def python_path() -> str:
    """Give ``PYTHONPATH`` for the sandbox: the student-visible package before all others."""
    return os.pathsep.join([LIBRARY, *(str(path) for path in _site_packages())])


def stand_in_labels() -> bytes:
    """Make the file that lies in place of the test labels: of the right size and balance, and of no use."""
    file = FILES[_WITHHELD]
    header = (0x800 + len(file.shape)).to_bytes(4, "big") + b"".join(axis.to_bytes(4, "big") for axis in file.shape)
    return header + bytes(index % 10 for index in range(file.shape[0]))


def _system() -> Iterator[str]:
    yield from (path for path in _SYSTEM if Path(path).is_dir() and not Path(path).is_symlink())
    yield from (path for path in (*_SYSTEM_FILES, *PROGRAMS) if Path(path).exists())


def _interpreter() -> Iterator[str]:
    """The interpreter's files and the environment's, at their own paths, each once."""
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
    """Follow links one at a time: an environment's interpreter is a link to /usr/bin/python3, which is one itself."""
    yield path
    while path.is_symlink():
        path = Path(os.path.normpath(path.parent / path.readlink()))
        yield path
    yield path.resolve()


_SHARED = {Path("/usr"), Path("/usr/local")}  # prefixes below which other things than Python lie, such as datasets


def _site_packages() -> list[Path]:
    """Folders of installed packages outside the prefixes, such as those a .pth file of the environment names."""
    found = {Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    known = {Path(sys.prefix), Path(sys.base_prefix)} - _SHARED | {Path("/usr/lib"), Path("/usr/local/lib")}
    return sorted(path for path in found if path.is_dir() and not _is_below(path, known))


def _public_modules() -> list[Path]:
    return sorted(path for path in PACKAGE.iterdir() if path.name not in _HIDDEN)


def _public_data(folder: Path) -> Iterator[Path]:
    for name, file in FILES.items():
        if name == _WITHHELD:
            continue
        path = folder / file.filename
        if not path.is_file():
            raise SandboxError(
                "Cannot show the dataset to a sandbox.",
                got=f"no file {path}",
                expected="the decompressed files of Fashion-MNIST in one folder",
                remedy="run d2l-helpers data, and pass the folder that it fills",
            )
        yield path


def _masked() -> list[str]:
    """Our own package where it is installed among the others: it would bring the autograder along."""
    return [str(PACKAGE)] if any(part in ("site-packages", "dist-packages") for part in PACKAGE.parts) else []


def _ancestors(paths: Iterable[str]) -> list[str]:
    found = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(found - {"/"}, key=lambda folder: (folder.count("/"), folder))


def _folder(path: str) -> tuple[str, ...]:
    return ("--perms", "0755", "--dir", path)  # bubblewrap's own would be closed to the user that we drop to


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
