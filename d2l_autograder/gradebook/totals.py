"""What counts in nbgrader's gradebook: automatic and manual scores, extra credit, and penalties for lateness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.gradebook.database import read_only, unreadable

__all__ = ["BookStudent", "Total", "Totals", "read_totals"]

_TOTALS = """
    SELECT assignment.name, submission.student_id,
           coalesce(sum(coalesce(manual_score, auto_score) + coalesce(extra_credit, 0)), 0),
           (SELECT coalesce(sum(late_submission_penalty), 0) FROM submitted_notebook
             WHERE assignment_id = submission.id)
      FROM submitted_assignment AS submission
      JOIN assignment ON assignment.id = submission.assignment_id
      LEFT JOIN submitted_notebook ON submitted_notebook.assignment_id = submission.id
      LEFT JOIN grade ON grade.notebook_id = submitted_notebook.id
     GROUP BY submission.id
"""
_WAITING = """
    SELECT assignment.name, submission.student_id, base_cell.name, grade.manual_score IS NOT NULL
      FROM grade
      JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
      JOIN submitted_assignment AS submission ON submission.id = submitted_notebook.assignment_id
      JOIN assignment ON assignment.id = submission.assignment_id
      JOIN base_cell ON base_cell.id = grade.cell_id
     WHERE grade.needs_manual_grade
     ORDER BY base_cell.name
"""
_POINTS = """
    SELECT assignment.name, coalesce(sum(coalesce(grade_cells.max_score, task_cells.max_score)), 0)
      FROM assignment
      LEFT JOIN notebook ON notebook.assignment_id = assignment.id
      LEFT JOIN base_cell ON base_cell.notebook_id = notebook.id
      LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
      LEFT JOIN task_cells ON task_cells.id = base_cell.id
     GROUP BY assignment.id
"""


@dataclass(frozen=True)
class Total:
    """What a student has for an assignment.

    Attributes
    ----------
    score : float
        With a teacher's own scores and extra credit, without the penalty.
    penalty : float
        What it loses for lateness.
    unmarked : tuple of str
        The cells that a teacher has not marked yet; they count 0.
    changed : tuple of str
        The cells that a teacher has marked, and whose notebook has changed since.
    """

    score: float
    penalty: float = 0.0
    unmarked: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def counts(self) -> float:
        """What is left of the score, and counts; never below 0."""
        return round(max(0.0, self.score - self.penalty), 2)


@dataclass(frozen=True)
class BookStudent:
    """A student in the gradebook."""

    ident: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Totals:
    """All that counts in a gradebook.

    Attributes
    ----------
    points : dict of str to float
        What each assignment is worth, without extra credit.
    students : tuple of BookStudent
        All students, sorted by their ids.
    totals : dict of (str, str) to Total
        By assignment and student; a student who handed nothing in has none.
    """

    points: dict[str, float]
    students: tuple[BookStudent, ...]
    totals: dict[tuple[str, str], Total]


def read_totals(file: Path) -> Totals:
    """Read a gradebook, which is not changed.

    Raises
    ------
    RecordError
        If there is no gradebook, or it cannot be read.
    """
    if not file.is_file():
        raise unreadable(file, "no file", "run d2l-grade grade first, in an environment with nbgrader (make grading)")
    with read_only(file) as book:
        people = book.execute("SELECT id, first_name, last_name, email FROM student ORDER BY id").fetchall()
        totals = book.execute(_TOTALS).fetchall()
        waiting = book.execute(_WAITING).fetchall()
        points = {str(name): float(worth) for name, worth in book.execute(_POINTS)}
    students = tuple(BookStudent(*(str(text or "") for text in person)) for person in people)
    return Totals(points, students, _joined(totals, waiting))


def _joined(
    totals: Iterable[tuple[str, str, float, float]], waiting: Iterable[tuple[str, str, str, bool]]
) -> dict[tuple[str, str], Total]:
    unmarked: dict[tuple[str, str], list[str]] = {}
    changed: dict[tuple[str, str], list[str]] = {}
    for assignment, student, cell, is_marked in waiting:
        (changed if is_marked else unmarked).setdefault((assignment, student), []).append(cell)
    return {
        (assignment, student): Total(
            round(float(score), 2),
            float(penalty),
            tuple(unmarked.get((assignment, student), ())),
            tuple(changed.get((assignment, student), ())),
        )
        for assignment, student, score, penalty in totals
    }
