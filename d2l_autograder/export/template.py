"""What a platform's table is: which columns take grades, which rows are students', and which cells stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from d2l_autograder.collect.sheet import ROWS_BEFORE_HEADER, SEPARATORS, Sheet, decoded, sheet_of, simple_heading
from d2l_helpers.errors import ArgumentError

__all__ = ["GradeColumn", "StudentRow", "Template", "head_rows", "number_in", "read_template"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPED = (re.compile(r"\d{1,3}(?:,\d{3})+\.\d+"), re.compile(r"\d{1,3}(?:\.\d{3})+,\d+"))  # 1,234.50 and 1.234,50
_UNCLEAR = re.compile(r"[1-9]\d{0,2},\d{3}")  # 1,000 is one thousand, or one with three decimals


@dataclass(frozen=True)
class GradeColumn:
    """A column that may take an assignment's marks.

    Attributes
    ----------
    index : int
        Its place, from 0.
    heading : str
        What its first row says.
    title : str
        The part of the heading that names an assignment.
    maximum : float or None
        What the platform gives at most; None if the file does not say.
    closed : str
        Why the platform takes no grades in this column; empty where it does.
    """

    index: int
    heading: str
    title: str
    maximum: float | None = None
    closed: str = ""


@dataclass(frozen=True)
class StudentRow:
    """A student's row.

    Attributes
    ----------
    number : int
        Its place, from 0.
    shown : str
        The student's name, or an id.
    ids : tuple of str
        All that identifies the student.
    names : frozenset of str
        The forms of the student's name.
    participant : str
        Moodle's number for this student in this assignment.
    closed : str
        Why the platform takes no grade in this row; empty where it does.
    is_test : bool
        Whether this is Canvas's test student.
    """

    number: int
    shown: str
    ids: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    participant: str = ""
    closed: str = ""
    is_test: bool = False


@dataclass(frozen=True, eq=False)
class Template:
    """A platform's table.

    Attributes
    ----------
    platform : str
        The platform's name.
    file : str
        The file's name.
    sheet : Sheet
        The table itself.
    head : int
        The row with the headings.
    columns : tuple of GradeColumn
        All that may take grades.
    students : tuple of StudentRow
        In the table's order.
    kept : dict of str to str
        Values of cells that are never changed, in lower case, and why.
    points_row : int or None
        The row with each column's maximum.
    is_capped : bool
        Whether the platform refuses more than the maximum.
    is_of_one : bool
        Whether the file is about one assignment, which its name may tell.
    """

    platform: str
    file: str
    sheet: Sheet
    head: int
    columns: tuple[GradeColumn, ...]
    students: tuple[StudentRow, ...]
    kept: dict[str, str]
    points_row: int | None = None
    is_capped: bool = False
    is_of_one: bool = False

    @cached_property
    def has_decimal_comma(self) -> bool:
        """Whether numbers in the grade columns are written as 8,5."""
        cells = [self.sheet.value(row, column.index) for row in self._numbered for column in self.columns]
        commas, points = (
            sum(bool(re.fullmatch(rf"[\d{other}]*\d{mark}(?!\d{{3}}\Z)\d+", cell.strip())) for cell in cells)
            for mark, other in ((",", "."), (r"\.", ","))
        )
        return commas > points

    @property
    def _numbered(self) -> Iterator[int]:
        yield from (row.number for row in self.students)
        if self.points_row is not None:
            yield self.points_row


Reader = Callable[[str, Sheet], Template | None]


def read_template(name: str, contents: bytes, platform: str, expected: str, readers: Iterable[Reader]) -> Template:
    """Read a platform's table with the separator and the reader that find most columns in it.

    Raises
    ------
    ArgumentError
        If the file is none of this platform's.
    """
    text, encoding, mark = decoded(name, contents)
    found: list[tuple[int, Template]] = []
    first: ArgumentError | None = None
    for separator in SEPARATORS:
        try:
            sheet = sheet_of(name, text, separator, encoding, mark)
        except ArgumentError as error:
            first = first or error
            continue
        for reader in readers:
            if template := reader(name, sheet):
                found.append((len(sheet.rows[template.head]), template))
    if found:
        return max(found, key=lambda each: each[0])[1]
    if first and text.lstrip().startswith('"'):
        raise first
    line = text.strip().split("\n", 1)[0].strip()[:100]
    raise ArgumentError(
        f"This is no gradebook file of {platform}.",
        got=f"{name}, which begins with {line!r}" if line else f"{name}, which is empty",
        expected=expected,
        remedy=f"export the grades from {platform} as CSV, and pass that file as it is",
    )


def head_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows in which the headings may stand, in a simple form."""
    for number, row in enumerate(sheet.rows[:ROWS_BEFORE_HEADER]):
        yield number, [simple_heading(cell.value) for cell in row]


def number_in(text: str) -> float | None:
    """Return the number that a cell holds, also as 8,5 and as 1,234.50; None for anything else, and for 1,000."""
    text = text.strip()
    if any(pattern.fullmatch(text) for pattern in _GROUPED):
        whole, _, decimals = text.replace(",", ".").rpartition(".")
        return float(f"{whole.replace('.', '')}.{decimals}")
    if _UNCLEAR.fullmatch(text):
        return None
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
