"""The table of grades, which a spreadsheet opens and a learning platform imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from d2l_autograder.report.text import number_text, safe_line
from d2l_autograder.results import Row

__all__ = ["grades_csv"]

_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # a cell that begins with one may run as a formula


def grades_csv(rows: Sequence[Row]) -> bytes:
    """Return a CSV file with a row for each student and assignment, sorted, and a column for each exercise.

    ``earned`` is empty where nothing was marked, which platforms read as no grade; an exercise is empty where it is
    not part of the assignment. The file follows RFC 4180, in UTF-8 with a byte order mark: Excel recognises UTF-8 by
    it, and Moodle skips it. An apostrophe stands before each text that a spreadsheet would run as a formula.
    """
    ordered = sorted(rows, key=lambda row: (row.result.student, row.result.assignment))
    # The result with most marks of an assignment has the exercises in the notebook's order
    results = [row.result for row in rows]
    fullest = sorted(results, key=lambda result: (result.assignment, -len(result.marks), result.student))
    exercises = list(dict.fromkeys(mark.exercise for result in fullest for mark in result.marks))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    head = ["student", "assignment", "status", "earned", "points", *exercises, "detail", "repairs", "sandboxed"]
    writer.writerow(map(_cell, head))
    writer.writerows(_row(row, exercises) for row in ordered)
    return stream.getvalue().encode("utf-8-sig")


def _row(row: Row, exercises: Sequence[str]) -> list[str]:
    result = row.result
    earned = {mark.exercise: number_text(mark.earned) for mark in result.marks}
    return [
        _cell(result.student),
        _cell(result.assignment),
        str(result.status),
        number_text(result.earned) if result.marks else "",
        number_text(result.points) if result.marks else "",
        *(earned.get(exercise, "") for exercise in exercises),
        _cell(result.detail),
        _cell("; ".join(result.repairs)),
        "yes" if result.is_sandboxed else "no",
    ]


def _cell(text: str) -> str:
    line = safe_line(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULAS) else line
