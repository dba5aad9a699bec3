"""Find Fashion-MNIST in the reader's folder, this package's cache, Debian's package, or on the network.

Whatever the source, no file is used unless its decompressed bytes are the published ones. A corrupt file in
the cache is set aside and replaced. Other folders belong to the reader: a corrupt file there only causes a warning.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from d2l_helpers import atomic
from d2l_helpers.data import debian, mirrors
from d2l_helpers.data.idx import CHECKSUMS, FILES, Bytes, IdxFile, read_verified
from d2l_helpers.errors import DataCorrupt, DataError, DataUnavailable

__all__ = ["CHECKSUMS", "Found", "cache_folder", "find_here", "obtain"]

LOCK_TIMEOUT = 900.0  # seconds to wait for another process that fetches the files
_CACHE, _INSTALLED = "the cache", "Debian's installed package"

Problem = OSError | DataCorrupt


@dataclass(frozen=True, eq=False)
class Found:
    """One verified file of the dataset.

    Attributes
    ----------
    source : str
        The name of the source that it was read from.
    path : Path
        Where it is stored now; outside our cache it may be compressed.
    contents : numpy.ndarray of uint8
        Its decompressed bytes, header included.
    """

    source: str
    path: Path
    contents: Bytes = field(repr=False)


def cache_folder() -> Path:
    """Return the folder for this user's decompressed copies; ``XDG_CACHE_HOME`` moves it."""
    return platformdirs.user_cache_path("d2l-helpers", appauthor=False) / "fashion-mnist"


def obtain(mirror_list: Sequence[str] = mirrors.MIRRORS, folder: Path | None = None) -> dict[str, Found]:
    """Get the four files of Fashion-MNIST from the nearest source, and keep them in our cache.

    In this order: `folder`, ``$D2L_DATA``, the cache, Debian's installed package, the mirrors, Debian's package
    servers.

    Parameters
    ----------
    mirror_list : sequence of str, optional
        Addresses of folders with the compressed files.
    folder : Path, optional
        A folder of the reader's that may have the files; nothing is written there.

    Returns
    -------
    dict of str to Found
        With the keys of `CHECKSUMS`, in their order.

    Raises
    ------
    DataUnavailable
        If no source has them; it lists every source and what was wrong there.
    DataError
        If ``$D2L_DATA`` is no folder that can be read, or the cache cannot be written.
    """
    search = _Search()
    if folder:
        _warn(_unless_absent(search.look_in(folder, str(folder))))
    if chosen := _readers_folder():
        _warn(search.look_in(chosen, "D2L_DATA"))
    search.look_in(cache_folder(), _CACHE)  # no warnings yet: another process may just be replacing a file
    if search.missing:
        _look_further(search, mirror_list)
    return {name: search.found[name] for name in CHECKSUMS}


def find_here() -> tuple[dict[str, Found], list[str]]:
    """Look for the four files on this machine, in the same order; fetch nothing and change nothing.

    Returns
    -------
    dict of str to Found, list of str
        The files that are here, and what is wrong with files that are here but are not the published ones.

    Raises
    ------
    DataError
        If ``$D2L_DATA`` is no folder that can be read.
    """
    search, wrong = _Search(), list[str]()
    folders = {"D2L_DATA": _readers_folder(), _CACHE: cache_folder(), _INSTALLED: debian.INSTALLED}
    for source, folder in folders.items():
        if folder:
            problems = _unless_absent(search.look_in(folder, source))
            wrong += [f"{path}: {_short(problem)}" for path, problem in problems.items()]
    return search.found, wrong


class _Search:
    """The files found so far, and why the others were not."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.failures: list[str] = []

    @property
    def missing(self) -> list[IdxFile]:
        """The files that were not found yet, in order."""
        return [file for name, file in FILES.items() if name not in self.found]

    def fail(self, source: str, reason: object) -> None:
        """Note why a source did not deliver a file."""
        self.failures.append(f"{source}: {reason}")

    def look_in(self, folder: Path, source: str, cache: Path | None = None) -> dict[Path, Problem]:
        """Read each missing file that a folder has as published; return the problems with the others.

        With `cache`, the files that are found are copied there.
        """
        problems: dict[Path, Problem] = {}
        for file in self.missing:
            found, wrong = _read(folder, file)
            if found:
                path, contents = found
                self.found[file.name] = Found(source, _store(cache, file, contents) if cache else path, contents)
                continue
            for path, problem in wrong.items():
                is_absent = isinstance(problem, FileNotFoundError)
                self.fail(source, f"not in {folder}" if is_absent else f"{path}: {_short(problem)}")
            problems |= wrong
        return problems


def _read(folder: Path, file: IdxFile) -> tuple[tuple[Path, Bytes] | None, dict[Path, Problem]]:
    """Read a file under any of its names; else return the problems: that it is absent, or what is wrong with it."""
    problems: dict[Path, Problem] = {}
    for name in (file.filename, f"{file.filename}.gz", file.name, f"{file.name}.gz"):
        try:
            return (folder / name, read_verified(folder / name, file)), {}
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (DataCorrupt, OSError) as error:
            problems[folder / name] = error
    return None, problems or {folder / file.filename: FileNotFoundError("there is no such file")}


def _look_further(search: _Search, mirror_list: Sequence[str]) -> None:
    """Fill the cache under its lock; if the cache cannot be written, use what is on this machine."""
    cache = cache_folder()
    try:
        with _locked(cache):
            _fill_cache(search, cache, mirror_list)
    except Timeout as error:
        raise DataUnavailable(
            "Cannot fetch Fashion-MNIST.",
            got=f"another process has been fetching it for {LOCK_TIMEOUT / 60:g} minutes and holds {error.lock_file}",
            expected="a download that ends within minutes",
            remedy="wait for that process or end it, then try again",
        ) from error
    except OSError as error:
        _warn(_unless_absent(search.look_in(debian.INSTALLED, _INSTALLED)))
        if search.missing:
            raise _cannot_write(cache, error) from error
    if search.missing:
        raise DataUnavailable(
            f"No source has {', '.join(file.filename for file in search.missing)} of Fashion-MNIST.",
            got="".join(f"\n    - {failure}" for failure in dict.fromkeys(search.failures)),
            expected="the four published files from one of these sources",
            remedy=f"set D2L_DATA to a folder with the four files, or sudo apt-get install {debian.PACKAGE}",
        )


def _fill_cache(search: _Search, cache: Path, mirror_list: Sequence[str]) -> None:
    """Get the missing files into the cache, from the nearest source that has them; the caller holds the lock."""
    _set_aside(_unless_absent(search.look_in(cache, _CACHE)))  # another process may have filled it meanwhile
    _warn(_unless_absent(search.look_in(debian.INSTALLED, _INSTALLED, cache)))
    if search.missing:
        print("Fetching Fashion-MNIST (30 MB).", file=sys.stderr, flush=True)
        _take_from_mirrors(search, cache, mirror_list)
    if search.missing:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                unpacked = debian.fetch_package(Path(scratch))
            except DataUnavailable as error:
                search.fail("Debian's package servers", error.got)
            else:
                _warn(_unless_absent(search.look_in(unpacked, "Debian's package servers", cache)))


def _take_from_mirrors(search: _Search, cache: Path, mirror_list: Sequence[str]) -> None:
    import requests  # imported here, because the import takes longer than loading the dataset

    for mirror, problem in mirrors.probe(mirror_list).items():
        if problem is not None:
            search.fail(mirror, problem)
            continue
        for file in search.missing:
            try:
                contents = mirrors.download(mirror, file, cache)
            except requests.HTTPError as error:
                search.fail(mirror, error)  # this mirror answers, so it may have the other files
            except DataCorrupt as error:
                search.fail(mirror, f"{file.filename}.gz: {error.got}")
            except requests.RequestException as error:
                search.fail(mirror, mirrors.explain(error))
                break
            else:
                search.found[file.name] = Found(mirror, _store(cache, file, contents), contents)


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Keep other processes from fetching the same files; wait for one that does."""
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / ".lock", timeout=LOCK_TIMEOUT):
        yield


def _store(cache: Path, file: IdxFile, contents: Bytes) -> Path:
    """Write a file into the cache as a whole or not at all, and remove its unfinished download."""
    path = cache / file.filename
    atomic.write(path, contents.data)
    mirrors.part_file(cache, file).unlink(missing_ok=True)
    return path


def _unless_absent(problems: Mapping[Path, Problem]) -> dict[Path, Problem]:
    return {path: problem for path, problem in problems.items() if not isinstance(problem, FileNotFoundError)}


def _warn(problems: Mapping[Path, Problem]) -> None:
    for path, problem in problems.items():
        message = f"{path} is not used: {_short(problem)}. Other places are searched."
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _set_aside(problems: Mapping[Path, Problem]) -> None:
    """Rename corrupt files of the cache, which the next source replaces; warn of files that cannot be read."""
    for path, problem in problems.items():
        if not isinstance(problem, DataCorrupt):
            _warn({path: problem})
            continue
        aside = path.with_name(f"{path.name}.corrupt")
        path.replace(aside)
        message = f"{path} is corrupt ({problem.got}); it is renamed {aside.name}, and the file is fetched again."
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _short(problem: Problem) -> object:
    """Return a problem in the short form for a list."""
    return problem.got if isinstance(problem, DataCorrupt) else problem


def _readers_folder() -> Path | None:
    """Return the folder that ``$D2L_DATA`` names, if it is set."""
    chosen = os.environ.get("D2L_DATA")
    if not chosen:
        return None
    try:
        folder = Path(chosen).expanduser()
        next(folder.iterdir(), None)
    except (OSError, RuntimeError) as error:  # RuntimeError: a ~user that does not exist
        raise DataError(
            "Cannot read the folder that D2L_DATA names.",
            got=error,
            expected="a folder with the files of Fashion-MNIST, compressed or not",
            remedy="correct D2L_DATA, or unset it to have the files fetched",
        ) from error
    return folder


def _cannot_write(cache: Path, error: OSError) -> DataError:
    return DataError(
        "Cannot keep Fashion-MNIST in the cache.",
        got=error,
        expected=f"a folder {cache} that can be written, and 55 MB of free space",
        remedy="free some space, set XDG_CACHE_HOME to another folder, or set D2L_DATA to a folder with the files",
    )
