"""Read the scores that a teacher has given by hand, which no automatic mark replaces, from nbgrader's gradebook."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from d2l_autograder.gradebook.database import remedy_for, unusable

__all__ = ["overrides_in"]

_CHECK = "check-"  # before an exercise's name: the name of the cell that has its mark
_QUERY = """
    SELECT student_id, assignment.name, base_cell.name, manual_score
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    WHERE manual_score IS NOT NULL
"""


def overrides_in(file: Path) -> dict[tuple[str, str, str], float]:
    """Return a teacher's own scores of exercises by student, assignment and exercise; the gradebook may be missing.

    Raises
    ------
    RecordError
        If the gradebook cannot be read.
    """
    if not file.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(_QUERY).fetchall()
    except sqlite3.Error as error:
        raise unusable(file, error, remedy_for(getattr(error, "sqlite_errorname", ""))) from error
    return {
        (student, assignment, cell.removeprefix(_CHECK)): float(score)
        for student, assignment, cell, score in found
        if cell.startswith(_CHECK)
    }
