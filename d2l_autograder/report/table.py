"""A table of texts as CSV, which no spreadsheet runs as formulas, whatever separator it expects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from d2l_autograder.report.text import safe_line

__all__ = ["cell", "table"]

# What a spreadsheet runs as a formula: at the beginning of a cell, or after a character at which a reader with another
# separator begins another cell. Quotes and spaces before it are dropped by some readers.
_FORMULA = re.compile("""(^|[;|]|,(?!\\s))([\\s"'\u200c\u200d]*)(?=[=+\\-@＝＋－＠])""")
_PLAIN = re.compile(r"[\w. :+-]*")


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of texts as CSV, in the form that `grades_csv` describes."""
    lines = (",".join(cell(safe_line(text)) for text in row) for row in rows)
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def cell(text: str) -> str:
    """Write a line of text as one cell, for readers with any separator, which no spreadsheet runs."""
    line = _FORMULA.sub(_as_text, text)
    return line if _PLAIN.fullmatch(line) else '"' + line.replace('"', '""') + '"'


def _as_text(found: re.Match[str]) -> str:
    # At the beginning, the apostrophe stands first, where spreadsheets look for it
    return f"'{found[2]}" if not found[1] else f"{found[1]}{found[2]}'"
