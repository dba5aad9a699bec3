"""The table of grades that a spreadsheet opens and a learning platform imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from d2l_autograder.report.words import number_text, one_line
from d2l_autograder.results import Result

__all__ = ["grades_csv"]

_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # with these a spreadsheet's formula may begin


def grades_csv(results: Sequence[Result]) -> bytes:
    """Write one row for each student and assignment, sorted, with a column for each exercise.

    ``earned`` is empty where nothing was marked, which platforms read as no grade; an exercise is empty where it is
    not part of the assignment. It is RFC 4180's CSV in UTF-8 with a byte order mark, by which Excel knows UTF-8, and
    which Moodle skips. An apostrophe stands before a text that a spreadsheet would run as a formula.
    """
    ordered = sorted(results, key=lambda result: (result.student, result.assignment))
    # Whoever has most marks of an assignment has them in the notebook's order
    fullest = sorted(results, key=lambda result: (result.assignment, -len(result.marks), result.student))
    exercises = list(dict.fromkeys(mark.exercise for result in fullest for mark in result.marks))
    stream = io.StringIO(newline="")
    rows = csv.writer(stream)
    head = ["student", "assignment", "status", "earned", "points", *exercises, "detail", "repairs", "sandboxed"]
    rows.writerow(map(_text, head))
    rows.writerows(_row(result, exercises) for result in ordered)
    return stream.getvalue().encode("utf-8-sig")


def _row(result: Result, exercises: Sequence[str]) -> list[str]:
    earned = {mark.exercise: number_text(mark.earned) for mark in result.marks}
    return [
        _text(result.student),
        _text(result.assignment),
        str(result.status),
        number_text(result.earned) if result.marks else "",
        number_text(result.points) if result.marks else "",
        *(earned.get(exercise, "") for exercise in exercises),
        _text(result.detail),
        _text("; ".join(result.repairs)),
        "yes" if result.is_sandboxed else "no",
    ]


def _text(text: str) -> str:
    said = one_line(text)
    return f"'{said}" if said.lstrip().startswith(_FORMULAS) else said
