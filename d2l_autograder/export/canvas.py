"""Canvas's gradebook: what "Export Entire Gradebook" writes, and "Import" takes.

The form follows Canvas's own source, ``lib/gradebook_exporter.rb`` and ``lib/gradebook_importer.rb``.
"""

from __future__ import annotations

import re

from d2l_autograder.collect.roster import names_of
from d2l_autograder.collect.sheet import Sheet, simple_heading
from d2l_autograder.export.template import GradeColumn, StudentRow, Template, head_rows, number_in

__all__ = ["EXPECTED", "canvas_template"]

EXPECTED = "a first line with Student, ID, SIS Login ID, Section and the assignments, such as HW 4 (1234)"
_NAMES = (["student"], ["lastname", "firstname"])
_IDS = ("id", "sis user id", "sis login id", "integration id")
_ABOUT = frozenset((*_IDS, "root account", "section"))
_COMPUTED = re.compile(r"(?i)(current|final) (score|points|grade)|override (score|grade|status)")
_TITLE = re.compile(r"(?P<title>.*\S)\s*\((?P<number>\d+)\)\s*", re.DOTALL)
_KEPT = {"n/a": "Canvas has not assigned this to the student", "ex": "the student is excused"}
_TEST_STUDENT = ("student, test", "test student")


def canvas_template(name: str, sheet: Sheet) -> Template | None:
    """Return what a table is, if it is Canvas's gradebook."""
    for head, headings in head_rows(sheet):
        start = next((names for names in _NAMES if headings[: len(names)] == names), None)
        if start and "id" in headings and "section" in headings:
            return _template(name, sheet, head, headings, len(start))
    return None


def _template(name: str, sheet: Sheet, head: int, headings: list[str], names: int) -> Template:
    rows = range(head + 1, len(sheet.rows))
    points_row = next((row for row in rows if "points possible" in sheet.value(row, 0).casefold()), None)
    first = headings.index("section") + 1
    columns = [
        _column(sheet, head, points_row, index)
        for index in range(first, len(headings))
        if headings[index] and not _COMPUTED.search(headings[index])
    ]
    students = [_student(sheet, row, headings, names) for row in rows if row != points_row]
    students = [student for student in students if student.shown]  # others are blank, or say which grades are hidden
    return Template("Canvas", name, sheet, head, tuple(columns), tuple(students), _KEPT, points_row)


def _column(sheet: Sheet, head: int, points_row: int | None, index: int) -> GradeColumn:
    heading = sheet.value(head, index)
    match = _TITLE.fullmatch(heading)
    worth = sheet.value(points_row, index) if points_row is not None else ""
    closed = "Canvas calls this column read only" if "read only" in worth.casefold() else ""
    return GradeColumn(index, heading, match["title"] if match else heading, number_in(worth), closed)


def _student(sheet: Sheet, row: int, headings: list[str], names: int) -> StudentRow:
    ids = tuple(
        value
        for heading in _IDS
        if heading in headings and (value := sheet.value(row, headings.index(heading)).strip())
    )
    first, last = (sheet.value(row, 1), sheet.value(row, 0)) if names > 1 else ("", "")
    full = "" if names > 1 else sheet.value(row, 0)
    shown = (full if names == 1 else ", ".join(filter(str.strip, (last, first)))).strip()
    is_test = simple_heading(shown) in _TEST_STUDENT
    return StudentRow(row, shown or ", ".join(ids[:1]), ids, names_of(full, first, last), is_test=is_test)
