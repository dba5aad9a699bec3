"""Collect what was handed in: find notebooks in nbgrader's layout or as a learning platform exports them."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["Collection", "Entry", "Ignored", "collect", "entry_of", "find_entries", "read_file"]

_DEEPEST = 4
_SKIPPED = re.compile(r"\.|__MACOSX$")
_BETWEEN = " _-."  # characters between a student's name and an assignment's


@dataclass(frozen=True)
class Entry:
    """A file that was handed in.

    Attributes
    ----------
    student : str
        The name of the folder that it lies in, or what its own name begins with.
    assignment : str
        The assignment in its name; empty if there is none.
    file : Path
        The file itself; an archive where `member` names a file inside it, a folder where `problem` says what is wrong.
    others : tuple of str
        The names of further files of the same student and assignment, which do not count.
    member : str
        The file's name inside the archive `file`; empty where `file` is no archive.
    submitted : datetime or None
        When it was handed in, with a time zone, if anything tells.
    is_late : bool
        Whether the platform says that it is late.
    problem : str
        Why there is nothing to mark here, in words for the student; empty where there is a notebook.
    notes : tuple of str
        What the report says about how this file was found and chosen.
    """

    student: str
    assignment: str
    file: Path
    others: tuple[str, ...] = ()
    member: str = ""
    submitted: datetime | None = None
    is_late: bool = False
    problem: str = ""
    notes: tuple[str, ...] = ()

    def read(self, most: int) -> bytes:
        """Read the notebook, at most one byte more than `most`.

        Raises
        ------
        NotebookError
            If there is no notebook, or the notebook cannot be read; the message is for the student.
        """
        return read_file(self.file, most)


@dataclass(frozen=True)
class Ignored:
    """A file or folder that belongs to no entry, and the reason in words."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Collection:
    """All that lies below the folder that was handed to the grader.

    Attributes
    ----------
    entries : tuple of Entry
        What has a row in the report.
    ignored : tuple of Ignored
        What has none.
    missing : tuple of (str, str)
        The students of the roster, with an assignment that they handed nothing in for.
    strangers : tuple of str
        The students that the roster does not have; empty without a roster.
    """

    entries: tuple[Entry, ...]
    ignored: tuple[Ignored, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()


def collect(
    folder: Path,
    assignments: Mapping[str, Path],
    platform: str | None = None,
    names: str | None = None,
    roster: Path | None = None,
) -> Collection:
    """Collect what was handed in.

    Parameters
    ----------
    folder : Path
        What a learning platform exported, or nbgrader's ``submitted``.
    assignments : mapping of str to Path
        The notebooks as they were handed out, by the assignments' names.
    platform : str, optional
        A platform's name; by default it is recognised by the names of the files.
    names : str, optional
        A regular expression with the group ``student`` for names that no platform gives.
    roster : Path, optional
        A CSV file, or nbgrader's gradebook, with the course's students.

    Raises
    ------
    ArgumentError
        If the platform is unknown, or the expression or the roster cannot be used.
    NotebookError
        If there is nothing to grade, or a folder cannot be read.
    """
    return Collection(tuple(find_entries(folder, assignments)))


def find_entries(folder: Path, assignments: Iterable[str]) -> list[Entry]:
    """Find the notebooks in a folder.

    Parameters
    ----------
    folder : Path
        With ``student/assignment/notebook.ipynb`` as nbgrader collects them, ``student/notebook.ipynb``, or
        ``student_notebook.ipynb``. The three may be mixed, and may lie in a folder for each assignment.
    assignments : iterable of str
        The names of the course's assignments.

    Returns
    -------
    list of Entry
        One for each student and assignment, sorted. Of several files, the last in the order of their names counts,
        because platforms number resubmissions; but a file that is named after the assignment counts before others.

    Raises
    ------
    NotebookError
        If there is no notebook, or a folder cannot be read.
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
    return [_choose(student, assignment, found) for (student, assignment), found in sorted(files.items())]


def entry_of(file: Path, assignments: Iterable[str]) -> Entry:
    """Return the entry of a single file: the assignment is in its name, and the name stands for the student."""
    return Entry(file.name, _assignment_of(Path(file.name), sorted(assignments, key=len, reverse=True)), file)


def read_file(file: Path, most: int) -> bytes:
    """Read a regular file, at most one byte more than `most`: links are not followed, pipes not opened.

    Raises
    ------
    NotebookError
        If the file is not a regular file, or cannot be read.
    """
    try:
        with open(file, "rb", opener=_open_regular) as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise NotebookError(
            "This submission cannot be read.",
            got=error.strerror or str(error),
            expected="a notebook file",
            remedy="hand in the notebook itself",
        ) from None


def _open_regular(file: str, _: int) -> int:
    if not stat.S_ISREG(os.lstat(file).st_mode):
        raise OSError("a link, a folder or a pipe")
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # the file may have been replaced since lstat
        os.close(descriptor)
        raise OSError("a link, a folder or a pipe")
    return descriptor


def _choose(student: str, assignment: str, files: list[Path]) -> Entry:
    named = [file for file in files if assignment in file.name]
    chosen = (named or files)[-1]
    return Entry(student, assignment, chosen, tuple(file.name for file in files if file != chosen))


def _notebooks_in(folder: Path) -> list[Path]:
    try:
        return sorted(file.relative_to(folder) for file in _notebooks(folder, _DEEPEST))
    except OSError as error:  # skipping the folder would leave out a student without a word
        raise NotebookError(
            "Cannot search this folder for notebooks.",
            got=f"{error.filename}: {error.strerror}",
            expected="folders that can be read",
            remedy="change the permissions of this folder, or move it away",
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
    """Normalize a name: one student's name has one form on every system; bytes that are no text become numbers."""
    return unicodedata.normalize("NFC", name.encode(errors="backslashreplace").decode())


def _natural(place: Path) -> list[tuple[int, str]]:
    """Sort numbers in names by value (-10 after -2), and a name before the same name with an ending."""
    text = str(place.with_suffix(""))
    return [(int(digits or 0), other) for digits, other in re.findall(r"(\d{0,18})(\D*)", text)]
