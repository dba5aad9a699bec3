"""The rows of nbgrader's gradebook that belong to one student, as SQL.

The tables are those of nbgrader 0.9.6; `register_assignments` refuses a gradebook of another version. Each function
must be called in a transaction of `database.Database`, and changes no row that is as it should be.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from d2l_autograder.gradebook.database import read_only

__all__ = [
    "Marks",
    "Standing",
    "add_student",
    "checksums_of",
    "due_dates_in",
    "move_student",
    "notebook_of",
    "set_due_date",
    "set_penalty",
    "write_marks",
]

_EPOCH = datetime(1970, 1, 1)
_SCORE = """
    SELECT coalesce(sum(coalesce(manual_score, auto_score) + coalesce(extra_credit, 0)), 0)
    FROM grade WHERE notebook_id = ?
"""


@dataclass(frozen=True)
class Marks:
    """What belongs into the gradebook for one notebook.

    Attributes
    ----------
    scores : mapping of str to float or None
        By the names of graded cells; None where a teacher gives the score.
    comments : mapping of str to str or None
        By the names of answers' cells.
    submitted : datetime or None
        When it was handed in; if None, what the gradebook says counts.
    is_stamped : bool
        Whether the gradebook shall say when.
    is_changed : bool
        Whether a teacher must look at scores of her own again, because the notebook is another one.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    submitted: datetime | None = None
    is_stamped: bool = False
    is_changed: bool = False


@dataclass(frozen=True)
class Standing:
    """How a notebook stands in the gradebook.

    Attributes
    ----------
    notebook : str
        The id of its row.
    score : float
        With the teacher's own scores.
    seconds_late : float or None
        How long after its due date, with an extension, it was handed in; None where the gradebook does not say.
    penalty : float or None
        What it loses for that.
    """

    notebook: str
    score: float
    seconds_late: float | None
    penalty: float | None


def add_student(database: sqlite3.Connection, student: str) -> None:
    """Add a student who is not there yet."""
    database.execute("INSERT OR IGNORE INTO student (id) VALUES (?)", (student,))


def move_student(database: sqlite3.Connection, old: str, new: str) -> None:
    """Move submissions from one id to another, with all scores, where the other has none to the same assignment."""
    if not database.execute("SELECT 1 FROM student WHERE id = ?", (old,)).fetchone():
        return
    add_student(database, new)
    database.execute("UPDATE OR IGNORE submitted_assignment SET student_id = ? WHERE student_id = ?", (new, old))
    database.execute(
        "DELETE FROM student WHERE id = ? AND id NOT IN (SELECT student_id FROM submitted_assignment)", (old,)
    )


def checksums_of(database: sqlite3.Connection, assignment: str) -> dict[str, str]:
    """Return nbgrader's checksums of an assignment's cells as they were handed out, by the cells' names."""
    query = (
        "SELECT source_cell.name, checksum FROM source_cell JOIN notebook ON notebook.id = notebook_id "
        "JOIN assignment ON assignment.id = assignment_id WHERE notebook.name = ?1 AND assignment.name = ?1"
    )
    return {name: checksum for name, checksum in database.execute(query, (assignment,)) if checksum}


def due_dates_in(file: Path) -> dict[str, str]:
    """Return the due dates of assignments, by their names, in a gradebook that may be missing."""
    if not file.is_file():
        return {}
    with read_only(file) as database:
        return dict(database.execute("SELECT name, duedate FROM assignment WHERE duedate IS NOT NULL"))


def set_due_date(database: sqlite3.Connection, assignment: str, due: str | None) -> None:
    """Set an assignment's due date; without one, keep what is there."""
    if due:
        database.execute("UPDATE assignment SET duedate = ?1 WHERE name = ?2 AND duedate IS NOT ?1", (due, assignment))


def write_marks(database: sqlite3.Connection, student: str, assignment: str, marks: Marks) -> Standing:
    """Write what `nbgrader autograde` writes for one student and assignment."""
    (place, due) = database.execute("SELECT id, duedate FROM assignment WHERE name = ?", (assignment,)).fetchone()
    add_student(database, student)
    submission = _row(database, "submitted_assignment", assignment_id=place, student_id=student)
    marked = ""
    query = "SELECT id, name FROM notebook WHERE assignment_id = ?"
    for notebook, name in database.execute(query, (place,)).fetchall():
        row = _row(database, "submitted_notebook", assignment_id=submission, notebook_id=notebook, flagged=False)
        cells = database.execute("SELECT id, name, type FROM base_cell WHERE notebook_id = ?", (notebook,)).fetchall()
        _add_cells(database, row, cells)
        if name == assignment:
            marked = row
            _write_scores(database, row, cells, marks)
    stamp = _stamp(marks.submitted)
    if stamp and marks.is_stamped:
        database.execute(
            "UPDATE submitted_assignment SET timestamp = ?1 WHERE id = ?2 AND timestamp IS NOT ?1", (stamp, submission)
        )
    return _standing(database, submission, marked, due, stamp)


def notebook_of(database: sqlite3.Connection, student: str, assignment: str) -> str:
    """Return the id of a student's notebook; empty if there is none."""
    query = (
        "SELECT submitted_notebook.id FROM submitted_notebook JOIN notebook ON notebook.id = notebook_id "
        "JOIN submitted_assignment AS submission ON submission.id = submitted_notebook.assignment_id "
        "WHERE notebook.name = ? AND submission.assignment_id = notebook.assignment_id AND student_id = ?"
    )
    (found,) = database.execute(query, (assignment, student)).fetchone() or ("",)
    return str(found)


def set_penalty(database: sqlite3.Connection, notebook: str, penalty: float | None) -> None:
    """Write what a notebook loses because it was late."""
    database.execute("UPDATE submitted_notebook SET late_submission_penalty = ? WHERE id = ?", (penalty, notebook))


def _row(database: sqlite3.Connection, table: str, **values: object) -> str:
    """Return the id of a row, which is added if it is missing; `table` and the names of values are the caller's own."""
    names = ", ".join(["id", *values])
    database.execute(
        f"INSERT OR IGNORE INTO {table} ({names}) VALUES (?{', ?' * len(values)})", (_id(), *values.values())
    )
    keys = [name for name in values if name.endswith("_id")]
    where = " AND ".join(f"{key} = ?" for key in keys)
    (found,) = database.execute(f"SELECT id FROM {table} WHERE {where}", [values[key] for key in keys]).fetchone()
    return str(found)


def _add_cells(database: sqlite3.Connection, notebook: str, cells: Iterable[tuple[str, str, str]]) -> None:
    for cell, _, kind in cells:
        if kind in ("GradeCell", "TaskCell"):
            _row(database, "grade", notebook_id=notebook, cell_id=cell, needs_manual_grade=True)
        if kind in ("SolutionCell", "TaskCell"):
            _row(database, "comment", notebook_id=notebook, cell_id=cell)


def _write_scores(
    database: sqlite3.Connection, notebook: str, cells: Iterable[tuple[str, str, str]], marks: Marks
) -> None:
    for cell, name, kind in cells:
        if kind == "GradeCell" and name in marks.scores:
            database.execute(
                "UPDATE grade SET auto_score = ?1, needs_manual_grade = (manual_score IS NOT NULL OR ?1 IS NULL) "
                "WHERE notebook_id = ?2 AND cell_id = ?3 AND (auto_score IS NOT ?1 OR ?4)",
                (marks.scores[name], notebook, cell, marks.is_changed),
            )
        elif kind == "SolutionCell" and name in marks.comments:
            database.execute(
                "UPDATE comment SET auto_comment = ?1 "
                "WHERE notebook_id = ?2 AND cell_id = ?3 AND auto_comment IS NOT ?1",
                (marks.comments[name], notebook, cell),
            )


def _stamp(when: datetime | None) -> str | None:
    """Write a date as SQLAlchemy does, in UTC."""
    if when is None:
        return None
    return f"{when.astimezone(UTC) if when.tzinfo else when:%Y-%m-%d %H:%M:%S.%f}"


def _standing(
    database: sqlite3.Connection, submission: str, notebook: str, due: str | None, stamp: str | None
) -> Standing:
    query = "SELECT timestamp, extension FROM submitted_assignment WHERE id = ?"
    known, extension = database.execute(query, (submission,)).fetchone()
    query = "SELECT late_submission_penalty FROM submitted_notebook WHERE id = ?"
    (penalty,) = database.execute(query, (notebook,)).fetchone()
    (score,) = database.execute(_SCORE, (notebook,)).fetchone()
    late = None
    if (submitted := stamp or known) and due:
        more = datetime.fromisoformat(extension) - _EPOCH if extension else _EPOCH - _EPOCH  # as SQLAlchemy writes it
        late = max(0.0, (datetime.fromisoformat(submitted) - datetime.fromisoformat(due) - more).total_seconds())
    return Standing(notebook, float(score), late, penalty)


def _id() -> str:
    return uuid.uuid4().hex
