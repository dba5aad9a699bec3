"""Tell when files of a folder are there as a whole, by looking again and again: no file system reports all changes.

A notebook is complete when it is JSON. Anything else, and a notebook that stays broken, is complete when its size and
its time have not changed for some seconds.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.collect.walk import is_system

__all__ = ["Arrivals", "Stamp", "stamp_of"]

_SETTLED = 3.0  # seconds without a change after which a file counts as complete
_LARGEST = 20 << 20  # bytes of a notebook that is looked into
_DEEPEST = 12  # folders, as `walk` has it


@dataclass(frozen=True)
class Stamp:
    """What changes when a file is written or replaced."""

    size: int
    changed: int
    number: int


@dataclass
class _Seen:
    stamp: Stamp
    since: float
    is_complete: bool


class Arrivals:
    """The files below a folder, as they were at the last look.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, _Seen] = {}
        self.incomplete: frozenset[Path] = frozenset()

    def look(self, now: float | None = None) -> bool:
        """Look again; return whether a file has become complete since, or a complete one has changed or gone.

        Parameters
        ----------
        now : float, optional
            The time in seconds, of the same clock at each look.

        Raises
        ------
        OSError
            If the folder itself cannot be read.
        """
        now = time.monotonic() if now is None else now
        found = dict(_files(self._folder, _DEEPEST))
        before, self._seen = self._seen, {}
        has_changed = any(seen.is_complete for path, seen in before.items() if path not in found)
        for path, stamp in found.items():
            seen = before.get(path)
            if seen is None or seen.stamp != stamp:
                seen = _Seen(stamp, now, False)
            if not seen.is_complete and (now - seen.since >= _SETTLED or _is_notebook(path, stamp)):
                seen.is_complete = has_changed = True
            self._seen[path] = seen
        self.incomplete = frozenset(path for path, seen in self._seen.items() if not seen.is_complete)
        return has_changed

    @property
    def files(self) -> Mapping[Path, Stamp]:
        """The files of the last look, with their stamps."""
        return {path: seen.stamp for path, seen in self._seen.items()}


def stamp_of(state: os.stat_result) -> Stamp:
    """Return the stamp of a file with this state."""
    return Stamp(state.st_size, state.st_mtime_ns, state.st_ino)


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, Stamp]]:
    with os.scandir(folder) as listing:
        entries = list(listing)
    for entry in entries:
        with suppress(OSError):  # gone meanwhile, or a folder that this user may not read
            if is_system(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth > 1:
                    yield from _files(folder / entry.name, depth - 1)
            elif entry.is_file(follow_symlinks=False):
                yield folder / entry.name, stamp_of(entry.stat(follow_symlinks=False))


def _is_notebook(path: Path, stamp: Stamp) -> bool:
    """Return whether a file is JSON, and so written to its end."""
    if path.suffix != ".ipynb" or not 0 < stamp.size <= _LARGEST:
        return False
    with suppress(OSError, ValueError, RecursionError, MemoryError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as stream:
            return isinstance(json.loads(stream.read(_LARGEST + 1)), dict)
    return False
