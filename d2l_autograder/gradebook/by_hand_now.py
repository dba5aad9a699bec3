"""What a person has given in formgrader for many submissions, read from a gradebook that is not changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from d2l_autograder.gradebook.by_hand import by_hand_in
from d2l_autograder.gradebook.database import read_only
from d2l_autograder.results import ByHand, Result

__all__ = ["by_hand_now"]

_NOTEBOOKS = """
    SELECT submission.student_id, assignment.name, submitted_notebook.id
      FROM submitted_notebook
      JOIN submitted_assignment AS submission ON submission.id = submitted_notebook.assignment_id
      JOIN assignment ON assignment.id = submission.assignment_id
      JOIN notebook ON notebook.id = submitted_notebook.notebook_id AND notebook.name = assignment.name
"""


def by_hand_now(file: Path, results: Iterable[Result]) -> dict[tuple[str, str], tuple[ByHand, ...]]:
    """Return what a person has given, or has still to give, by student and assignment; the gradebook may be missing.

    Raises
    ------
    RecordError
        If the gradebook cannot be read.
    """
    if not file.is_file():
        return {}
    with read_only(file) as database:
        notebooks = {(student, name): found for student, name, found in database.execute(_NOTEBOOKS)}
        return {
            place: by_hand_in(database, notebooks[place], {mark.exercise for mark in result.marks})
            for result in results
            if (place := (result.student, result.assignment)) in notebooks
        }
