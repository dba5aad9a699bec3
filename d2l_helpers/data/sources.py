"""Where Fashion-MNIST comes from: the reader's folder, our cache, Debian's package, or the network.

Whatever the source, nothing is used whose decompressed bytes are not the published ones. Our cache is ours: a
spoiled file in it is set aside and replaced. Other folders are the reader's: what is wrong there is only named.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from d2l_helpers.data import debian, mirrors
from d2l_helpers.data.idx import CHECKSUMS, FILES, Bytes, IdxFile
from d2l_helpers.data.search import Found, Problem, Search, got
from d2l_helpers.errors import ArgumentError, DataCorrupt, DataError, DataUnavailable

__all__ = ["CHECKSUMS", "Found", "cache_folder", "find", "find_here", "obtain"]

LOCK_TIMEOUT = 900.0  # seconds for which another process may be fetching
REMEDY = f"set D2L_DATA to a folder that holds the four files, or sudo apt-get install {debian.PACKAGE}"


def cache_folder() -> Path:
    """Give the folder in which this user's decompressed copies are kept; ``XDG_CACHE_HOME`` moves it."""
    return platformdirs.user_cache_path("d2l-helpers", appauthor=False) / "fashion-mnist"


def obtain(mirror_list: Sequence[str] = mirrors.MIRRORS) -> dict[str, Found]:
    """Get the four files of Fashion-MNIST from the nearest source, and keep them in our cache.

    In this order: ``$D2L_DATA``, the cache, Debian's installed package, the mirrors, Debian's package servers.

    Parameters
    ----------
    mirror_list : sequence of str, optional
        Addresses of folders that hold the compressed files.

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
    search = Search()
    if chosen := os.environ.get("D2L_DATA"):
        search.found |= search.look_in(_readable_folder(chosen), "D2L_DATA", _name_it)
    search.found |= search.look_in(cache_folder(), "the cache", _say_nothing)
    if search.missing:
        _look_further(search, mirror_list)
    return {name: search.found[name] for name in CHECKSUMS}


def find_here() -> tuple[dict[str, Found], list[str]]:
    """Look for the four files on this machine, in the same order; fetch nothing and change nothing.

    Returns
    -------
    dict of str to Found, list of str
        Those that are here, and what is wrong with files that are here but are not the published ones.

    Raises
    ------
    DataError
        If ``$D2L_DATA`` is no folder that can be read.
    """
    search, wrong = Search(), list[str]()

    def name_if_present(path: Path, problem: Problem) -> None:
        if not isinstance(problem, FileNotFoundError):
            wrong.append(f"{path}: {got(problem)}")

    folders = {"the cache": cache_folder(), "Debian's installed package": debian.INSTALLED}
    if chosen := os.environ.get("D2L_DATA"):
        folders = {"D2L_DATA": _readable_folder(chosen), **folders}
    for source, folder in folders.items():
        search.found |= search.look_in(folder, source, name_if_present)
    return search.found, wrong


def find(name: str, mirror_list: Sequence[str] = mirrors.MIRRORS) -> Path:
    """Give the path of one verified, decompressed file, getting the dataset first if it is not here.

    Parameters
    ----------
    name : str
        A key of `CHECKSUMS`.
    mirror_list : sequence of str, optional
        As for `obtain`.

    Returns
    -------
    Path
        The file in ``$D2L_DATA`` if it lies there decompressed, else in the cache.

    Raises
    ------
    ArgumentError
        If there is no file of that name.
    DataUnavailable, DataError
        As for `obtain`.
    """
    if name not in FILES:
        raise ArgumentError(
            "Fashion-MNIST has no such file.",
            got=f"name={name!r}",
            expected=f"one of {', '.join(FILES)}",
            remedy='call find("train-images")',
        )
    found = obtain(mirror_list)[name]
    if found.path.stat().st_size == FILES[name].size:
        return found.path
    cache = cache_folder()
    try:
        with _locked(cache):
            return _store(cache, FILES[name], found.contents)
    except OSError as error:
        raise _cannot_write(cache, error) from error


def _say_nothing(path: Path, problem: Problem) -> None:
    """Leave it to the second look, under the lock: another process may just be replacing the file."""


def _name_it(path: Path, problem: Problem) -> None:
    warnings.warn(f"{path} is not used: {got(problem)}. Looking elsewhere.", RuntimeWarning, stacklevel=2)


def _name_if_present(path: Path, problem: Problem) -> None:
    if not isinstance(problem, FileNotFoundError):
        _name_it(path, problem)


def _set_aside(path: Path, problem: Problem) -> None:
    if not isinstance(problem, DataCorrupt):
        return _name_if_present(path, problem)
    aside = path.with_name(f"{path.name}.corrupt")
    path.replace(aside)
    message = f"{path} is spoiled ({problem.got}); it is now {aside.name}, and another is fetched."
    return warnings.warn(message, RuntimeWarning, stacklevel=2)


def _look_further(search: Search, mirror_list: Sequence[str]) -> None:
    """Fill the cache under its lock; without one, at least use what is on this machine."""
    cache = cache_folder()
    try:
        with _locked(cache):
            _fill_cache(search, cache, mirror_list)
    except Timeout as error:
        raise DataUnavailable(
            "Cannot fetch Fashion-MNIST.",
            got=f"another process that has been fetching it for long and holds {error.lock_file}",
            expected="a fetch that ends within minutes",
            remedy="wait for that process or end it, then try again",
        ) from error
    except OSError as error:
        search.found |= search.look_in(debian.INSTALLED, "Debian's installed package", _name_if_present)
        if search.missing:
            raise _cannot_write(cache, error) from error
    if search.missing:
        raise DataUnavailable(
            f"No source has {', '.join(file.filename for file in search.missing)} of Fashion-MNIST.",
            got="".join(f"\n    - {failure}" for failure in dict.fromkeys(search.failures)),
            expected="the four published files from one of these sources",
            remedy=REMEDY,
        )


def _fill_cache(search: Search, cache: Path, mirror_list: Sequence[str]) -> None:
    search.found |= search.look_in(cache, "the cache", _set_aside)  # again: another process may have filled it
    _take(search, cache, debian.INSTALLED, "Debian's installed package")
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
                _take(search, cache, unpacked, "Debian's package servers")


def _take(search: Search, cache: Path, folder: Path, source: str) -> None:
    for name, found in search.look_in(folder, source, _name_if_present).items():
        search.found[name] = Found(source, _store(cache, FILES[name], found.contents), found.contents)


def _take_from_mirrors(search: Search, cache: Path, mirror_list: Sequence[str]) -> None:
    import requests  # see mirrors

    for mirror, problem in mirrors.probe(mirror_list).items():
        if problem is not None:
            search.fail(mirror, problem)
            continue
        for file in search.missing:
            try:
                contents = mirrors.download(mirror, file, cache)
            except requests.HTTPError as error:
                search.fail(mirror, error)  # the mirror answers: it may have the other files
            except DataCorrupt as error:
                search.fail(mirror, f"{file.filename}.gz: {error.got}")
            except requests.RequestException as error:
                search.fail(mirror, mirrors.explain(error))
                break
            else:
                search.found[file.name] = Found(mirror, _store(cache, file, contents), contents)


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Keep other processes from fetching the same files, or wait until they have."""
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / ".lock", timeout=LOCK_TIMEOUT):
        yield


def _store(cache: Path, file: IdxFile, contents: Bytes) -> Path:
    """Write a file so that at every moment the cache has all of it or nothing; the caller holds the lock."""
    path, unfinished = cache / file.filename, cache / f"{file.filename}.new"
    try:
        with unfinished.open("wb") as sink:
            sink.write(contents.data)
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.replace(path)
        mirrors.part_file(cache, file).unlink(missing_ok=True)  # the rest of it is not needed any more
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _readable_folder(chosen: str) -> Path:
    try:
        folder = Path(chosen).expanduser()
        next(folder.iterdir(), None)
    except (OSError, RuntimeError) as error:  # RuntimeError: a ~user that does not exist
        raise DataError(
            "Cannot read the folder that D2L_DATA names.",
            got=error,
            expected="a folder that holds the files of Fashion-MNIST, compressed or not",
            remedy="correct D2L_DATA, or unset it to have the files fetched",
        ) from error
    return folder


def _cannot_write(cache: Path, error: OSError) -> DataError:
    return DataError(
        "Cannot keep Fashion-MNIST in the cache.",
        got=error,
        expected=f"a folder {cache} that can be written, and 55 MB of free space",
        remedy="free some space, set XDG_CACHE_HOME to another folder, or set D2L_DATA to one that holds the files",
    )
