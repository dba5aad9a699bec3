"""The table of all marks that have changed, with before and after; each run adds its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from d2l_autograder.report.table import table
from d2l_autograder.report.text import number_text, safe_line
from d2l_autograder.results import Row

__all__ = ["changes_csv"]

_HEAD = ("student", "assignment", "before", "now", "when")


def changes_csv(rows: Iterable[Row], when: str, earlier: bytes = b"") -> bytes:
    """Return ``changes.csv`` with what these rows add to it; a change that stands there already is not added again.

    Parameters
    ----------
    rows : iterable of Row
        The rows of a run.
    when : str
        The time of the run.
    earlier : bytes, optional
        The file as it is; empty if there is none.
    """
    changes = [_change(row) for row in rows if row.before is not None]
    known: dict[tuple[str, ...], tuple[str, ...]] = {tuple(line[:2]): tuple(line[:4]) for line in _lines(earlier)}
    new = [(*change, when) for change in changes if known.get(_as_read(change)[:2]) != _as_read(change)]
    if not new:
        return earlier
    written = table([_HEAD, *new])
    return earlier + written.partition(b"\r\n")[2] if earlier else written


def _change(row: Row) -> tuple[str, str, str, str]:
    result = row.result
    student, assignment = safe_line(result.student), safe_line(result.assignment)
    return student, assignment, number_text(row.before or 0.0), number_text(result.earned)


def _as_read(change: tuple[str, ...]) -> tuple[str, ...]:
    (line,) = _lines(table([change]))
    return tuple(line)


def _lines(contents: bytes) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(contents.decode("utf-8-sig", errors="replace"), newline=""))
