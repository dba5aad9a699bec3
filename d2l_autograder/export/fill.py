"""Write marks into a platform's table, and keep account of what became of each mark and of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from d2l_autograder.collect.roster import Roster
from d2l_autograder.export.columns import Chosen
from d2l_autograder.export.students import Matches, match
from d2l_autograder.export.template import GradeColumn, StudentRow, number_in
from d2l_autograder.gradebook.totals import Total, Totals
from d2l_autograder.report.text import number_text

__all__ = ["Became", "Filled", "FilledColumn", "Fate", "fill"]


class Became(StrEnum):
    """What became of a mark, or of a student's cell."""

    WRITTEN = "written"
    KEPT = "the cell stays as it is"
    WITHOUT_MARK = "no mark, so the cell stays as it is"
    NOWHERE = "a mark that is not in the file"


@dataclass(frozen=True)
class Fate:
    """What became of one student's mark.

    Attributes
    ----------
    student : str
        The student's id; of a row without a mark, the name in the table.
    what : Became
        What became of it.
    why : str
        The reason, where there is one to give.
    note : str
        What else is to be said of a mark that was written.
    is_by_name : bool
        Whether the row was found by the student's name, while other students' rows were found by their ids.
    """

    student: str
    what: Became
    why: str = ""
    note: str = ""
    is_by_name: bool = False


@dataclass(frozen=True)
class FilledColumn:
    """A column with marks.

    Attributes
    ----------
    assignment, heading : str
        The assignment, and the column's heading.
    points : float
        What the assignment is worth here.
    maximum : float or None
        What the platform gives at most; None if nobody says.
    fates : tuple of Fate
        One for each student's row, and one for each mark without a row.
    is_new : bool
        Whether the column was added.
    in_file : float or None
        The maximum that the file says, which may be another.
    """

    assignment: str
    heading: str
    points: float
    maximum: float | None
    fates: tuple[Fate, ...]
    is_new: bool = False
    in_file: float | None = None

    @property
    def scale(self) -> float:
        """By what marks are multiplied."""
        return self.maximum / self.points if self.maximum and self.points else 1.0


@dataclass(frozen=True)
class Filled:
    """A table with marks.

    Attributes
    ----------
    chosen : Chosen
        The table, and its columns.
    contents : bytes
        The new file.
    columns : tuple of FilledColumn
        What became of each.
    row_of : dict of str to StudentRow
        The rows of students, by their ids.
    without_column : tuple of str
        The assignments that have marks, and no column here.
    """

    chosen: Chosen
    contents: bytes
    columns: tuple[FilledColumn, ...]
    row_of: dict[str, StudentRow]
    without_column: tuple[str, ...] = ()


_Edits = dict[tuple[int, int], str]  # new values of cells, by row and column


def fill(
    chosen: Chosen,
    book: Totals,
    roster: Roster | None = None,
    maxima: Mapping[str, float] | None = None,
    new: tuple[str, ...] = (),
) -> Filled:
    """Write marks into a table.

    Parameters
    ----------
    chosen : Chosen
        The table, and its columns.
    book : Totals
        The gradebook.
    roster : Roster, optional
        Knows further ids and names of students.
    maxima : mapping of str to float, optional
        What the platform gives at most, by the assignments' names, where the file does not say, or says another number.
    new : tuple of str, optional
        Assignments without a column that get a new one.
    """
    template, sheet = chosen.template, chosen.template.sheet
    matches = match(book.students, template.students, roster)
    edits: _Edits = {}
    columns = []
    given = maxima or {}
    for assignment, column in chosen.columns.items():
        columns.append(_fill_column(chosen, column, assignment, book, matches, given.get(assignment), edits))
    width = max(number for row in sheet.rows for number, cell in enumerate(row, start=1) if cell.value.strip())
    added = [name for name in new if name not in chosen.columns]
    for index, assignment in enumerate(added, start=width):
        column = GradeColumn(index, assignment, assignment, given.get(assignment, book.points[assignment]) or None)
        filled = _fill_column(chosen, column, assignment, book, matches, None, edits)
        columns.append(replace(filled, is_new=True))
        _head(chosen, column, edits)
    missing = sorted({name for name, _ in book.totals} - chosen.columns.keys() - set(added))
    return Filled(chosen, sheet.with_cells(edits), tuple(columns), matches.row_of, tuple(missing))


def _head(chosen: Chosen, column: GradeColumn, edits: _Edits) -> None:
    """Add a new column: its heading, its maximum, and a cell in each row that is not blank."""
    template = chosen.template
    for number, row in enumerate(template.sheet.rows):
        if row and number >= template.head:
            edits.setdefault((number, column.index), "")
    edits[template.head, column.index] = column.heading
    if template.points_row is not None and column.maximum:
        edits[template.points_row, column.index] = _number(column.maximum, template.has_decimal_comma)


def _fill_column(
    chosen: Chosen,
    column: GradeColumn,
    assignment: str,
    book: Totals,
    matches: Matches,
    given: float | None,
    edits: _Edits,
) -> FilledColumn:
    maximum = column.maximum if given is None else given
    most = min(filter(None, (column.maximum, given)), default=maximum)  # what Moodle takes
    points = book.points.get(assignment, 0.0)
    filled = FilledColumn(assignment, column.heading, points, maximum, (), in_file=column.maximum)
    totals = {student: total for (name, student), total in book.totals.items() if name == assignment}
    fates = [
        Fate(student, Became.NOWHERE, matches.problems[student]) for student in totals if student in matches.problems
    ]
    student_of = {row.number: student for student, row in matches.row_of.items()}
    by_name = matches.by_name if len(matches.by_name) < len(matches.row_of) else frozenset()
    for row in chosen.template.students:
        student = student_of.get(row.number, "")
        total = totals.get(student)
        if row.is_test:
            fates.append(Fate(row.shown, Became.KEPT, "Canvas's test student"))
        elif total is None:
            fates.append(Fate(student or row.shown, Became.WITHOUT_MARK))
        else:
            fate = _write(chosen, replace(column, maximum=most), row, student, total, filled.scale, edits)
            fates.append(replace(fate, is_by_name=student in by_name))
    return replace(filled, fates=tuple(fates))


def _write(
    chosen: Chosen, column: GradeColumn, row: StudentRow, student: str, total: Total, scale: float, edits: _Edits
) -> Fate:
    template = chosen.template
    before = template.sheet.value(row.number, column.index)
    if closed := row.closed or template.kept.get(before.strip().casefold(), ""):
        return Fate(student, Became.KEPT, closed)
    mark, note = round(total.counts * scale, 2), ""
    if template.is_capped and column.maximum is not None and mark > column.maximum:
        note = f"{number_text(mark)} cut to {number_text(column.maximum)}, as Moodle refuses more than the maximum"
        mark = column.maximum
    if number_in(before) != mark:
        edits[row.number, column.index] = _number(mark, template.has_decimal_comma)
        if before.strip() not in ("", "-"):
            note = "; ".join(filter(None, [note, f"{before.strip()} before, now {number_text(mark)}"]))
    return Fate(student, Became.WRITTEN, note=note)


def _number(number: float, has_comma: bool) -> str:
    text = number_text(number)
    return text.replace(".", ",") if has_comma else text
