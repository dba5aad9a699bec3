"""What a person has given, or has still to give, for the cells of one notebook in nbgrader's formgrader."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from d2l_autograder.results import ByHand

__all__ = ["by_hand_in", "copy_by_hand"]

_CELLS = """
    SELECT base_cell.name, coalesce(grade_cells.max_score, task_cells.max_score, 0),
           auto_score, manual_score, coalesce(extra_credit, 0), needs_manual_grade
      FROM grade
      JOIN base_cell ON base_cell.id = grade.cell_id
      LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
      LEFT JOIN task_cells ON task_cells.id = base_cell.id
     WHERE grade.notebook_id = ?
     ORDER BY base_cell.rowid
"""
_COMMENTS = """
    SELECT base_cell.name, manual_comment FROM comment JOIN base_cell ON base_cell.id = comment.cell_id
     WHERE comment.notebook_id = ? AND manual_comment IS NOT NULL
"""
_COPY = """
    UPDATE grade
       SET manual_score = other.manual_score, extra_credit = coalesce(grade.extra_credit, other.extra_credit),
           needs_manual_grade = 0
      FROM grade AS other
     WHERE grade.notebook_id = ?1 AND other.notebook_id = ?2 AND other.cell_id = grade.cell_id
       AND grade.manual_score IS NULL AND other.manual_score IS NOT NULL AND NOT other.needs_manual_grade
"""
_COPY_COMMENTS = """
    UPDATE comment SET manual_comment = other.manual_comment FROM comment AS other
     WHERE comment.notebook_id = ?1 AND other.notebook_id = ?2 AND other.cell_id = comment.cell_id
       AND comment.manual_comment IS NULL AND other.manual_comment IS NOT NULL
"""


def copy_by_hand(database: sqlite3.Connection, notebook: str, of: str) -> None:
    """Copy what a person gave for a group's notebook to another student of the group who has nothing yet."""
    database.execute(_COPY, (notebook, of))
    database.execute(_COPY_COMMENTS, (notebook, of))


def by_hand_in(database: sqlite3.Connection, notebook: str, exercises: Collection[str]) -> tuple[ByHand, ...]:
    """Return all answers that a person marks, and what a person changed in the marks of exercises.

    Parameters
    ----------
    database : sqlite3.Connection
        In a transaction.
    notebook : str
        The id of the submitted notebook's row.
    exercises : collection of str
        The exercises that are marked automatically.
    """
    comments = {str(name): str(text) for name, text in database.execute(_COMMENTS, (notebook,))}
    found = []
    for cell, points, automatic, manual, extra, waits in database.execute(_CELLS, (notebook,)).fetchall():
        name = str(cell).removeprefix("check-")
        is_exercise, comment = name in exercises, comments.get(name) or comments.get(cell, "")
        if is_exercise and manual is None and not extra and not comment and not waits:
            continue
        score = manual if manual is not None else None if is_exercise else automatic
        # nbgrader counts extra credit only where there is a score to add it to
        counted = extra if manual is not None or automatic is not None else 0.0
        worth = 0.0 if is_exercise else float(points)
        found.append(ByHand(name, worth, None if score is None else float(score), float(counted), comment, bool(waits)))
    return tuple(found)
