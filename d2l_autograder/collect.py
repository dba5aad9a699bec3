"""What was handed in: whose notebooks lie in a folder, in nbgrader's layout or as a learning platform exports them."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["Entry", "entry_of", "find_entries", "read_file"]

_DEEPEST = 4
_SKIPPED = re.compile(r"\.|__MACOSX$")
_BETWEEN = " _-."  # a student's name and an assignment's


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
        ``student_notebook.ipynb``; all three may be mixed, and may lie in a folder for each assignment.
    assignments : iterable of str
        The names of the course's assignments.

    Returns
    -------
    list of Entry
        One for each student and assignment, sorted; of several files the last in the order of their names, in which
        platforms count resubmissions up, and rather one whose own name says of what it is.

    Raises
    ------
    NotebookError
        If there is none, or a folder cannot be looked into.
    """
    known = sorted(assignments, key=len, reverse=True)
    files: dict[tuple[str, str], list[Path]] = {}
    for place in sorted(_notebooks_in(folder), key=_natural):
        file, assignment = folder / place, _assignment_of(place, known)
        files.setdefault((_student_of(place, assignment, folder), assignment), []).append(file)
    if not files:
        raise NotebookError(
            "There is nothing to grade.",
            got=f"no notebook in {folder}",
            expected="student/assignment/notebook.ipynb, student/notebook.ipynb or student_notebook.ipynb",
            remedy="pass the folder that the learning platform's export was unpacked to",
        )
    return [_counting(student, assignment, found) for (student, assignment), found in sorted(files.items())]


def entry_of(file: Path, assignments: Iterable[str]) -> Entry:
    """Take a single file as what its name says; the student is the file."""
    return Entry(file.name, _assignment_of(Path(file.name), sorted(assignments, key=len, reverse=True)), file)


def read_file(file: Path, most: int) -> bytes:
    """Read a regular file, one byte more than `most` at most; a link or a pipe is not followed.

    Raises
    ------
    NotebookError
        If it is no regular file, or cannot be read.
    """
    try:
        with open(file, "rb", opener=_regular) as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise NotebookError(
            "This submission cannot be read.",
            got=error.strerror or str(error),
            expected="a notebook file",
            remedy="hand in the notebook itself",
        ) from None


def _regular(file: str, _: int) -> int:
    if not stat.S_ISREG(os.lstat(file).st_mode):
        raise OSError("a link, a folder or a pipe")
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # it was one a moment ago
        os.close(descriptor)
        raise OSError("a link, a folder or a pipe")
    return descriptor


def _counting(student: str, assignment: str, files: list[Path]) -> Entry:
    named = [file for file in files if assignment in file.name]
    counts = (named or files)[-1]
    return Entry(student, assignment, counts, tuple(file.name for file in files if file != counts))


def _notebooks_in(folder: Path) -> list[Path]:
    try:
        return sorted(file.relative_to(folder) for file in _notebooks(folder, _DEEPEST))
    except OSError as error:  # to go on would leave a student out in silence
        raise NotebookError(
            "Cannot look for notebooks.",
            got=f"{error.filename}: {error.strerror}",
            expected="folders that can be read",
            remedy="change its permissions, or move it away",
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
    folders = [part for part in place.parts[:-1] if part != assignment]
    if folders:
        return _plain(folders[0])
    before, found, after = place.stem.rpartition(assignment) if assignment else (place.stem, "", "")
    name = before.strip(_BETWEEN) or (after.strip(_BETWEEN) if any(map(str.isalpha, after)) else "")
    return _plain(name or (folder.resolve().name if found else place.stem))


def _plain(name: str) -> str:
    """Write a name as one sequence of letters, whatever system it comes from; bytes that are no text, as numbers."""
    return unicodedata.normalize("NFC", name.encode(errors="backslashreplace").decode())


def _natural(place: Path) -> list[tuple[int, str]]:
    """Order numbers in names by their value, and a name before the same with something added."""
    text = str(place.with_suffix(""))
    return [(int(digits or 0), letters) for digits, letters in re.findall(r"(\d{0,18})(\D*)", text)]
