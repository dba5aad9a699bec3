"""Say whose a notebook is not: one that names nobody, and one whose name contradicts its folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.recognise import LARGEST, is_same
from d2l_autograder.collect.spelling import Spelling, as_text, shown, stem_of
from d2l_autograder.collect.walk import Item
from d2l_helpers.errors import NotebookError

__all__ = ["named_otherwise", "nothing_to_grade", "reason_of_nobodys"]


def reason_of_nobodys(file: Path, releases: Iterable[Path]) -> str:
    """Return why a notebook that names no student has no row.

    Parameters
    ----------
    file : Path
        The notebook, or an archive with it.
    releases : iterable of Path
        The notebooks as they were handed out.
    """
    try:
        content = read_file(file, LARGEST)
        if any(release.is_file() and is_same(content, release.read_bytes()) for release in releases):
            return "the notebook as it was handed out, which names no student"
    except (NotebookError, OSError):
        pass
    return (
        "NOT GRADED: a notebook with no student in its name; put it into a folder that is named after the student, "
        "or pass it by itself"
    )


def named_otherwise(item: Item, claim: Claim, spelling: Spelling, students: Collection[str]) -> Claim:
    """Return a claim with a note where the file's own name names another student than its folder or the platform.

    Parameters
    ----------
    item : Item
        The file.
    claim : Claim
        Whose it is.
    spelling : Spelling
        Knows the assignments' names.
    students : collection of str
        All students who were found.
    """
    named = spelling.find(stem_of(as_text(claim.own or item.path.name)))
    other = next((part for part in (named.before, named.after) if part in students), "") if named else ""
    if other in ("", claim.student):
        return claim
    note = f"{shown(item.path.name)} names {shown(other)}, another student here; it counts for {shown(claim.student)}"
    return replace(claim, notes=(*claim.notes, note))


def nothing_to_grade(folder: Path, found: int) -> NotebookError:
    """Return the error for a folder in which nothing is a student's, but so many other files and folders are."""
    return NotebookError(
        "There is nothing to grade.",
        got=f"no notebook in {folder}, and no student's folder; "
        f"{found} other {'file or folder' if found == 1 else 'files and folders'}",
        expected="student/assignment/notebook.ipynb, student/notebook.ipynb or student_notebook.ipynb",
        remedy="pass the folder that the learning platform's export was unpacked to",
    )
