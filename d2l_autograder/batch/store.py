"""The store of results: each is written once, as a whole, and never overwritten; the latest marking counts.

``STUDENT/ASSIGNMENT-DIGEST.json`` is the first result of a submission, and ``ASSIGNMENT-DIGEST.again-1.json``,
``again-2`` and so on are those of later markings that had another outcome than the one before.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from d2l_autograder.file_names import file_name
from d2l_autograder.results import Result
from d2l_helpers.atomic import write_once
from d2l_helpers.errors import RecordError

__all__ = ["Kept", "Store"]

_LARGEST = 16 << 20  # bytes of a result
_END = re.compile(r"(?:\.again-([1-9]\d{0,8}))?\.json")  # of a file's name, after student, assignment and digest


class Kept(StrEnum):
    """What became of a result that was handed to the store."""

    NEW = "new"
    SAME = "same"
    DIFFERENT = "different"


class Store:
    """A folder of results; safe for several graders at once.

    Parameters
    ----------
    folder : Path
        The folder; each result is named by student, assignment and digest.
    is_read_only : bool, optional
        Whether `keep` writes nothing, as for a preview.
    """

    def __init__(self, folder: Path, is_read_only: bool = False) -> None:
        self.folder, self.is_read_only = folder, is_read_only

    def find(self, student: str, assignment: str, digest: str) -> Result | None:
        """Return the result that counts, which is the latest of this digest, or None.

        Raises
        ------
        RecordError
            If the result cannot be read.
        """
        files = self._files(student, assignment, digest)
        return _read(files[max(files)], (student, assignment, digest)) if files else None

    def keep(self, result: Result, note: Callable[[RecordError], None] = lambda _: None) -> Kept:
        """Keep a result unless it is the same as the latest of its digest; it counts from now on.

        Parameters
        ----------
        result : Result
            The result.
        note : callable, optional
            Called with the error where the latest result cannot be read. Its file stays, and no longer counts.

        Raises
        ------
        RecordError
            If the folder cannot be read.
        OSError
            If the result cannot be written; nothing of it is left then.
        """
        if self.is_read_only:
            return Kept.NEW
        contents = result.as_json().encode(errors="replace")
        written = Result.from_json(contents.decode())  # lone surrogates, which UTF-8 cannot encode, were replaced
        place = result.student, result.assignment, result.digest
        while True:
            files = self._files(*place)
            before, fault = _latest(files, place)
            if before == written:
                return Kept.SAME
            if write_once(self._file(*place, max(files, default=-1) + 1), contents):
                if fault:
                    note(fault)
                return Kept.DIFFERENT if before else Kept.NEW

    def _file(self, student: str, assignment: str, digest: str, number: int) -> Path:
        again = f".again-{number}" if number else ""
        return self.folder / file_name(student) / f"{file_name(assignment)}-{digest[:16]}{again}.json"

    def _files(self, student: str, assignment: str, digest: str) -> dict[int, Path]:
        """Return the files of a digest's results by their numbers."""
        first = self._file(student, assignment, digest, 0)
        try:
            names = [path.name for path in first.parent.iterdir()]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise RecordError(
                "Cannot read the folder of kept results.",
                got=f"{first.parent}: {error.strerror or error}",
                expected="a folder that this user may read and write",
                remedy="let this user read and write the folder (or move it away), and run the same command again",
            ) from error
        found = ((_END.fullmatch(name, len(first.stem)), name) for name in names if name.startswith(first.stem))
        return {int(match[1] or 0): first.parent / name for match, name in found if match}


def _latest(files: Mapping[int, Path], place: tuple[str, str, str]) -> tuple[Result | None, RecordError | None]:
    try:
        return (_read(files[max(files)], place) if files else None), None
    except RecordError as error:
        return None, error


def _read(file: Path, place: tuple[str, str, str]) -> Result:
    try:
        result = Result.from_json(_contents(file).decode())
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise _unreadable(file, type(error).__name__) from error
    expected = tuple(text.encode(errors="replace").decode() for text in place)
    if (result.student, result.assignment, result.digest) != expected:
        raise _unreadable(file, f"a result of {result.student:.100}, {result.assignment:.100}, {result.digest:.100}")
    return result


def _contents(file: Path) -> bytes:
    """Read a regular file; a pipe would be waited for without end."""
    with open(file, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError("no regular file")
        return stream.read(_LARGEST)


def _unreadable(file: Path, got: str) -> RecordError:
    return RecordError(
        "Cannot read a kept result.",
        got=f"{file}: {got}",
        expected="a result as this program writes it, which this user may read",
        remedy="nothing: the notebook is marked again, the new result counts, and the file stays as it is",
    )
