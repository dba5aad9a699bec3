"""A CSV file of which single cells change, and no other character: encoding, separator, quotes and line ends stay."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from d2l_helpers.errors import ArgumentError

__all__ = ["ROWS_BEFORE_HEADER", "SEPARATORS", "Cell", "Sheet", "decoded", "sheet_of", "simple_heading"]

SEPARATORS = ",;\t:|"
ROWS_BEFORE_HEADER = 5  # Sakai's grades.csv begins with the assignment's title
_MARKS = (  # the longer mark first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Cell:
    """A cell: its value, and where it stands in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table that was read.

    Attributes
    ----------
    text : str
        All of it, without a byte order mark.
    separator : str
        The character between cells.
    encoding : str
        The text's encoding.
    mark : bytes
        The byte order mark; empty if there is none.
    rows : list of list of Cell
        A blank line is a row without cells.
    """

    text: str
    separator: str
    encoding: str
    mark: bytes
    rows: list[list[Cell]]

    def value(self, row: int, column: int) -> str:
        """Return a cell's value; empty where the row is shorter."""
        cells = self.rows[row]
        return cells[column].value if 0 <= column < len(cells) else ""

    def with_cells(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file's bytes with other values in some cells.

        Parameters
        ----------
        values : mapping of (int, int) to str
            The new values, by row and column. A row that is shorter gets the cells that are missing.
        """
        changes: list[tuple[int, int, str]] = []
        widths: dict[int, int] = {}
        for (row, column), value in sorted(values.items()):
            cells = self.rows[row]
            if column < len(cells):
                cell = cells[column]
                is_quoted = self.text[cell.start : cell.start + 1] == '"'
                changes.append((cell.start, cell.end, self._written(value, is_quoted)))
            else:
                width = widths.get(row, len(cells))
                end, widths[row] = cells[-1].end, column + 1
                changes.append((end, end, self.separator * (column - width + 1) + self._written(value)))
        parts, last = [], 0
        for start, end, written in sorted(changes, key=lambda change: change[:2]):  # of equal places, the order stays
            parts += [self.text[last:start], written]
            last = end
        return self.mark + "".join([*parts, self.text[last:]]).encode(self.encoding)

    def _written(self, value: str, is_quoted: bool = False) -> str:
        if is_quoted or any(each in value for each in (self.separator, '"', "\r", "\n")):
            return '"' + value.replace('"', '""') + '"'
        return value


def decoded(name: str, contents: bytes) -> tuple[str, str, bytes]:
    """Return a file's text, its encoding and its byte order mark.

    Raises
    ------
    ArgumentError
        If the file is no text.
    """
    for mark, encoding in _MARKS:
        if contents.startswith(mark):
            return _text(name, contents[len(mark) :], (encoding,), mark)
    if b"\x00" in contents[:1000]:
        encoding = "utf-16-be" if contents[:1] == b"\x00" else "utf-16-le"
        return _text(name, contents, (encoding,), b"")
    return _text(name, contents, ("utf-8", "cp1252", "latin-1"), b"")


def _text(name: str, contents: bytes, encodings: tuple[str, ...], mark: bytes) -> tuple[str, str, bytes]:
    for encoding in encodings:
        try:
            text = contents.decode(encoding)
            if text.encode(encoding) == contents and "\x00" not in text:
                return text, encoding, mark
        except UnicodeError:
            continue
    raise ArgumentError(
        "Cannot read a gradebook file.",
        got=f"{name}: no text",
        expected="a CSV file as the learning platform exports it",
        remedy="export the grades as CSV once more; a spreadsheet such as .xlsx cannot be used",
    )


def sheet_of(name: str, text: str, separator: str, encoding: str = "utf-8", mark: bytes = b"") -> Sheet:
    """Read a table, by the rules of RFC 4180 and where these say nothing as Python's csv module does.

    Raises
    ------
    ArgumentError
        If a quotation mark that opens a cell has no end.
    """
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    place, pattern = 0, _pattern(separator)
    while place < len(text) or row:
        match = pattern.match(text, place)
        if match is None:
            raise ArgumentError(
                "Cannot read a gradebook file.",
                got=f"{name}: a quotation mark in line {text.count(chr(10), 0, place) + 1} that has no end",
                expected="a CSV file as the learning platform exports it",
                remedy="export the grades once more",
            )
        quoted, tail, plain, end = match.group("quoted", "tail", "plain", "end")
        value = plain if quoted is None else quoted[1:-1].replace('""', '"') + tail
        row.append(Cell(value, match.start(), match.start("end")))
        place = match.end()
        if end != separator:
            is_blank = len(row) == 1 and row[0].start == row[0].end
            rows.append([] if is_blank else row)
            row = []
    return Sheet(text, separator, encoding, mark, rows)


def simple_heading(text: str) -> str:
    """Return a heading without differences that do not count: capitals, and spaces."""
    return " ".join(text.casefold().split())


@cache
def _pattern(separator: str) -> re.Pattern[str]:
    other = rf"[^{re.escape(separator)}\r\n]"
    quoted = rf'(?P<quoted>"(?:[^"]|"")*+")(?P<tail>{other}*)'
    plain = rf'(?P<plain>(?!"){other}*)'
    return re.compile(rf"(?:{quoted}|{plain})(?P<end>{re.escape(separator)}|\r\n|\r|\n|\Z)")
