"""Read ``grades.csv``: the marks where there is no gradebook, and what is to be said of marks in any case."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.collect.reading import read_file
from d2l_autograder.gradebook.totals import BookStudent, Total, Totals
from d2l_autograder.report.text import NOT_SANDBOXED
from d2l_autograder.results import Status
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["GradesTable", "read_grades_table"]

_LARGEST = 100 << 20  # bytes
_NEEDED = {"student", "assignment", "status", "earned", "penalty", "total", "points", "to_mark", "sandboxed"}
_AS_TEXT = re.compile("^'(?=[=+\\-@＝＋－＠])")  # what `report.table` puts before an id that a spreadsheet would run


@dataclass(frozen=True)
class GradesTable:
    """What ``grades.csv`` says.

    Attributes
    ----------
    totals : Totals
        The marks in it.
    cautions : dict of (str, str) to str
        What is to be said of a mark, by assignment and student.
    """

    totals: Totals
    cautions: dict[tuple[str, str], str]


def read_grades_table(file: Path) -> GradesTable:
    """Read ``grades.csv``; without the file, there are no marks and no cautions.

    Raises
    ------
    ArgumentError
        If the file is there, and is none that d2l-grade writes.
    """
    totals: dict[tuple[str, str], Total] = {}
    points: dict[str, float] = {}
    cautions = {}
    for row in _rows(file):
        student, assignment = _AS_TEXT.sub("", row["student"]), row["assignment"]
        place = assignment, student
        if row["status"] == Status.SANDBOX_FAULT:
            cautions[place] = "the grader failed at it: grade again"
        elif row["sandboxed"] != "yes":
            cautions[place] = NOT_SANDBOXED
        if row["total"] and assignment != "unknown":
            totals[place] = Total(
                float(row["earned"]), float(row["penalty"]), tuple(filter(None, row["to_mark"].split("; ")))
            )
            points[assignment] = max(points.get(assignment, 0.0), float(row["points"]))
    students = sorted({student for _, student in (*totals, *cautions)})
    return GradesTable(Totals(points, tuple(map(BookStudent, students)), totals), cautions)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    if not file.exists():
        return
    try:
        text = read_file(file, _LARGEST).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), restval=""))
        if not rows or not rows[0].keys() >= _NEEDED:
            raise ValueError("other columns than those of d2l-grade")
        for row in rows:
            for name in ("earned", "penalty", "points") if row["total"] else ():
                float(row[name])
    except (NotebookError, ValueError, csv.Error) as error:
        raise ArgumentError(
            "Cannot read grades.csv.",
            got=f"{file}: {getattr(error, 'got', error)}",
            expected="the file as d2l-grade grade writes it",
            remedy="grade again, which writes it again",
        ) from error
    yield from rows
