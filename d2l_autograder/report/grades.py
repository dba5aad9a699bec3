"""The table of grades, which a spreadsheet opens and a learning platform imports."""

from __future__ import annotations

from collections.abc import Sequence

from d2l_autograder.report.feedback import total_of
from d2l_autograder.report.table import cell
from d2l_autograder.report.text import date_text, number_text, safe_line, safe_name
from d2l_autograder.results import Row

__all__ = ["grades_csv"]


def grades_csv(rows: Sequence[Row]) -> bytes:
    """Return a CSV file with a row for each student and assignment, sorted, and a column for each exercise.

    ``earned`` is empty where nothing was marked, which platforms read as no grade, and so is ``total``, what is left of
    it after the penalty for lateness; an exercise is empty where it is not part of the assignment. An answer that a
    person marks has a column, too; ``to_mark`` names those that a person has to look at, and ``extra`` says how much
    of ``earned`` is extra credit. The file follows
    RFC 4180, in UTF-8 with a byte order mark: Excel recognises UTF-8 by it, and Moodle skips it. An apostrophe stands
    before whatever a spreadsheet would run as a formula, also where its separator is a semicolon.
    """
    ordered = sorted(rows, key=lambda row: (row.result.student, row.result.assignment))
    # The result with most marks of an assignment has the exercises in the notebook's order
    results = [row.result for row in rows]
    fullest = sorted(results, key=lambda result: (result.assignment, -len(result.marks), result.student))
    exercises = list(dict.fromkeys(mark.exercise for result in fullest for mark in result.marks))
    exercises += sorted({hand.name for row in rows for hand in row.by_hand} - set(exercises))
    head = ["student", "assignment", "status", "submitted", "late", "earned", "penalty", "total", "points"]
    names = [cell(safe_line(exercise)) for exercise in exercises]
    table = [[*head, *names, "extra", "to_mark", "detail", "repairs", "sandboxed"]]
    table += [_row(row, exercises) for row in ordered]
    return "".join(",".join(cells) + "\r\n" for cells in table).encode("utf-8-sig")


def _row(row: Row, exercises: Sequence[str]) -> list[str]:
    result = row.result
    scores = {name: number_text(score) for name, score in row.scores.items()}
    waiting = [hand.name for hand in row.by_hand if hand.is_waiting]
    return [
        cell(safe_name(result.student)),
        cell(safe_line(result.assignment)),
        str(result.status),
        date_text(row.submitted),
        "yes" if row.is_late else "no",
        number_text(row.earned) if result.marks else "",
        number_text(row.penalty) if result.marks else "",
        number_text(total_of(row)) if result.marks else "",
        number_text(row.points) if result.marks else "",
        *(scores.get(exercise, "") for exercise in exercises),
        number_text(row.extra) if result.marks else "",
        cell(safe_line("; ".join(waiting))),
        cell(safe_line(result.detail)),
        cell(safe_line("; ".join(result.repairs))),
        "yes" if result.is_sandboxed else "no",
    ]
