"""What was handed in: whose notebooks lie in a folder, in nbgrader's layout or as a learning platform exports them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["Entry", "find_entries", "read_file"]

_DEEPEST = 4
_SKIPPED = re.compile(r"\.|__MACOSX$")


@dataclass(frozen=True)
class Entry:
    """A file that was handed in.

    Attributes
    ----------
    student : str
        The name of the folder that it lies in, or what its own name begins with.
    assignment : str
        Of what it is; empty if its name does not tell.
    file : Path
        Where it lies.
    others : tuple of str
        The names of further files of the same student and assignment, which do not count.
    """

    student: str
    assignment: str
    file: Path
    others: tuple[str, ...] = ()


def find_entries(folder: Path, assignments: Iterable[str]) -> list[Entry]:
    """Find the notebooks in a folder.

    Parameters
    ----------
    folder : Path
        With ``student/assignment/notebook.ipynb`` as nbgrader collects them, ``student/notebook.ipynb``, or
        ``student_notebook.ipynb``; all three may be mixed.
    assignments : iterable of str
        The names of the course's assignments.

    Returns
    -------
    list of Entry
        One for each student and assignment, sorted; of several files the last in the order of their names, in which
        platforms count resubmissions up.

    Raises
    ------
    NotebookError
        If there is none.
    """
    known = sorted(assignments, key=len, reverse=True)
    files: dict[tuple[str, str], list[Path]] = {}
    for file in sorted(_notebooks(folder, _DEEPEST), key=lambda path: _natural(str(path))):
        place = file.relative_to(folder)
        assignment = _assignment_of(place, known)
        files.setdefault((_student_of(place, assignment, folder), assignment), []).append(file)
    if not files:
        raise NotebookError(
            "There is nothing to grade.",
            got=f"no notebook in {folder}",
            expected="student/assignment/notebook.ipynb, student/notebook.ipynb or student_notebook.ipynb",
            remedy="pass the folder that the learning platform's export was unpacked to",
        )
    return [
        Entry(student, assignment, found[-1], tuple(path.name for path in found[:-1]))
        for (student, assignment), found in sorted(files.items())
    ]


def read_file(file: Path, most: int) -> bytes:
    """Read a regular file, one byte more than `most` at most; a link or a pipe is not followed.

    Raises
    ------
    NotebookError
        If it is no regular file, or cannot be read.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError("it is no regular file")
            return stream.read(most + 1)
    except OSError as error:
        raise NotebookError(
            "This submission cannot be read.",
            got=error.strerror or str(error),
            expected="a notebook file",
            remedy="hand in the notebook itself",
        ) from None


def _notebooks(folder: Path, depth: int) -> Iterator[Path]:
    for path in folder.iterdir():
        if _SKIPPED.match(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            if depth > 1:
                yield from _notebooks(path, depth - 1)
        elif path.suffix.lower() == ".ipynb":
            yield path


def _assignment_of(place: Path, known: list[str]) -> str:
    for part in (place.stem, *reversed(place.parts[:-1])):
        for name in known:
            if name in part:
                return name
    return known[0] if len(known) == 1 else ""


def _student_of(place: Path, assignment: str, folder: Path) -> str:
    if len(place.parts) > 1:
        return place.parts[0]
    before, found, _ = place.stem.partition(assignment) if assignment else (place.stem, "", "")
    return before.strip(" _-.") or (folder.resolve().name if found else place.stem)


def _natural(text: str) -> list[tuple[int, str]]:
    """Order numbers in names by their value."""
    return [(int(digits or 0), letters) for digits, letters in re.findall(r"(\d{0,18})(\D*)", text)]
