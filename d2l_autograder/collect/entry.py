"""What was handed in: entries, each of which has a row, and what was ignored, each with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from d2l_autograder.collect.archives import read_member
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.spelling import shown
from d2l_helpers.errors import NotebookError

__all__ = ["Collection", "Counts", "Entry", "Ignored"]


@dataclass(frozen=True)
class Entry:
    """A file that was handed in.

    Attributes
    ----------
    student : str
        The student's id, as the roster, the platform, the folder or the file's own name has it: text, in Unicode's
        normal form C, which may hold any characters.
    assignment : str
        The assignment to which its content belongs, or which its name tells; empty if nothing tells.
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
    members : tuple of str
        Further students for whom it counts, because they hand in together.
    handed_in_by : str
        Who handed it in, where that is another student of the group; empty where it is the student.
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
    members: tuple[str, ...] = ()
    handed_in_by: str = ""

    def for_all(self) -> Iterator[Entry]:
        """Yield this entry, and one for each further student for whom it counts."""
        yield replace(self, members=())
        for member in self.members:
            note = f"handed in by {shown(self.student)}, of the same group"
            yield replace(self, student=member, members=(), handed_in_by=self.student, notes=(*self.notes, note))

    def read(self, most: int) -> bytes:
        """Read the notebook, at most one byte more than `most`.

        Raises
        ------
        NotebookError
            If there is no notebook, or the notebook cannot be read; the message is for the student.
        """
        if self.problem:
            raise NotebookError(
                "There is nothing to mark.",
                got=self.problem.rstrip("."),
                expected=f"the notebook {self.assignment}.ipynb" if self.assignment else "a notebook of the course",
                remedy="hand in the notebook itself",
            )
        return read_member(self.file, self.member, most) if self.member else read_file(self.file, most)


@dataclass(frozen=True)
class Ignored:
    """A file or folder that belongs to no entry, and the reason in words."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Counts:
    """How many files and folders were found, and what became of them.

    Attributes
    ----------
    found : int
        All: files, and folders that are empty or were not looked into. It is the sum of the others.
    rows : int
        Those that an entry is about; an archive with two assignments is one, and has two entries.
    parts : int
        Those that belong to an entry: further versions, earlier attempts, timestamps.
    ignored : int
        Those that are named as ignored, with a reason.
    """

    found: int
    rows: int
    parts: int
    ignored: int


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
        The students of the roster with an assignment for which they have no entry, of those that anybody handed in.
    strangers : tuple of str
        The students that the roster does not have; empty without a roster.
    found : int
        How many files there are, and folders that are empty or were not looked into.
    parts : tuple of Path
        Those that belong to an entry without being its file: further versions, earlier attempts, timestamps.
    about_groups : tuple of str
        What is not as it should be in groups of students who hand in together, in words.
    groups : tuple of frozenset of str
        The students of each group, as `Entry.student` has them.
    """

    entries: tuple[Entry, ...]
    ignored: tuple[Ignored, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()
    found: int = 0
    parts: tuple[Path, ...] = ()
    about_groups: tuple[str, ...] = ()
    groups: tuple[frozenset[str], ...] = ()

    @property
    def counts(self) -> Counts:
        """What became of all that was found; the numbers add up."""
        return Counts(self.found, len({entry.file for entry in self.entries}), len(self.parts), len(self.ignored))
