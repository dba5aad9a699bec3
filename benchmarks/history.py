"""``history.csv``: one line for each run of a benchmark, so that a ratio can be followed over commits and machines.

The first columns say when and where; then there is a column for each figure. A new figure gets a new column at the end,
which is empty in the lines before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.bounds import Figure
from d2l_helpers import atomic
from d2l_helpers.errors import RecordError

__all__ = ["append", "read"]

_FIRST = ("kind", "date", "commit")  # of the columns, without which a line means nothing


def read(file: Path) -> tuple[list[str], list[list[str]]]:
    """Read the columns' names and the lines of a history.

    Raises
    ------
    RecordError
        If the file is missing or is not a table with these first columns, each name once, and as many cells per line.
    """
    try:
        columns, *lines = csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline=""), strict=True)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, error) from error
    except ValueError as error:
        raise _unreadable(file, "an empty file") from error
    if tuple(columns[: len(_FIRST)]) != _FIRST:
        raise _unreadable(file, f"columns that begin with {', '.join(columns[:3])!r}")
    if len(set(columns)) < len(columns):
        raise _unreadable(file, "two columns of the same name")
    for number, line in enumerate(lines, start=2):
        if len(line) != len(columns):
            raise _unreadable(file, f"{len(line)} cells in line {number}, and {len(columns)} columns")
    return columns, lines


def append(file: Path, kind: str, machine: Mapping[str, str], figures: Sequence[Figure]) -> None:
    """Add a line for a run, as a whole or not at all.

    Parameters
    ----------
    file : Path
        The history.
    kind : str
        Which benchmark was run, such as training or grading.
    machine : mapping
        What `Machine.describe` returns at the end of the run.
    figures : sequence of Figure
        What was measured.

    Raises
    ------
    RecordError
        If `read` raises it.
    NotebookError
        If the file cannot be written; it is then unchanged.
    """
    values = {"kind": kind, **machine} | {figure.key: f"{figure.measured:.4g}" for figure in figures}
    atomic.replace_file(file, _with_line(*read(file), values))


def _with_line(columns: Sequence[str], lines: Sequence[Sequence[str]], values: Mapping[str, str]) -> bytes:
    """Return the table as bytes, with new columns for new names and one more line."""
    columns = [*columns, *(name for name in values if name not in columns)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([*line, *[""] * (len(columns) - len(line))])
    writer.writerow([values.get(name, "") for name in columns])
    return text.getvalue().encode()


def _unreadable(file: Path, got: object) -> RecordError:
    return RecordError(
        f"Cannot read the history of the benchmarks, {file.name}.",
        got=got,
        expected=f"UTF-8, columns that begin with {', '.join(_FIRST)}, and a cell for each column in every line",
        remedy="restore it with `git checkout benchmarks/history.csv`, or name another file by --history",
    )
