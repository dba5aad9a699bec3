"""Who handed in what, for the teacher: counts that add up, and a table of every file and folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from d2l_autograder.collect import Collection, Entry
from d2l_autograder.report.table import table
from d2l_autograder.report.text import safe_line

__all__ = ["collected_csv", "collected_text"]

_MOST = 20


def collected_csv(collection: Collection, folder: Path) -> bytes:
    """Return a table with a row for each file or folder below the submissions, and for each that is missing.

    Parameters
    ----------
    collection : Collection
        What was collected.
    folder : Path
        The submissions; paths in the table start there.
    """
    head = ("what became of it", "path", "student", "assignment", "notes")
    return table((head, *_rows(collection, folder)))


def collected_text(collection: Collection) -> RenderableType:
    """Return the counts, and the reasons for which files were ignored."""
    counts, empty = collection.counts, sum(bool(entry.problem) for entry in collection.entries)
    became = [
        f"{counts.rows} with a row",
        *([f"{counts.parts} that {_verb(counts.parts)} to these"] if counts.parts else []),
        *([f"{counts.ignored} ignored"] if counts.ignored else []),
    ]
    rows = [_counted(len(collection.entries), "row", "rows"), *([f"{empty} without a notebook"] if empty else [])]
    members = sum(len(entry.members) for entry in collection.entries)
    rows += [f"which count for {_counted(members, 'further student', 'further students')} of groups"] if members else []
    parts = [
        Text(f"{_counted(counts.found, 'file or folder', 'files and folders')}: {', '.join(became)}", style="bold"),
        Text(", ".join(rows)),
    ]
    reasons = Counter(each.reason for each in collection.ignored)
    parts += _listed("ignored", [f"{count} × {reason}" for reason, count in reasons.most_common()])
    parts += _listed("missing", [f"{student}, {assignment}" for student, assignment in collection.missing])
    parts += _listed("students who are not on the roster", collection.strangers)
    parts += _listed("groups", collection.about_groups)
    return Group(*parts)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _verb(number: int) -> str:
    return "belongs" if number == 1 else "belong"


def _rows(collection: Collection, folder: Path) -> Iterator[tuple[str, ...]]:
    for entry in collection.entries:
        notes = "; ".join(filter(None, (entry.problem, *entry.notes)))
        yield (
            "nothing to mark" if entry.problem else "counts",
            _path(entry, folder),
            entry.student,
            entry.assignment,
            notes,
        )
        for member in entry.members:
            yield (
                "counts for the group",
                _path(entry, folder),
                member,
                entry.assignment,
                f"handed in by {entry.student}",
            )
    for path in collection.parts:
        yield "belongs to a row", _within(path, folder), "", "", ""
    for each in collection.ignored:
        yield "ignored", _within(each.path, folder), "", "", each.reason
    for student, assignment in collection.missing:
        yield "missing", "", student, assignment, ""
    for student in collection.strangers:
        yield "not on the roster", "", student, "", ""
    for note in collection.about_groups:
        yield "about a group", "", "", "", note


def _path(entry: Entry, folder: Path) -> str:
    return _within(entry.file, folder) + (f": {entry.member}" if entry.member else "")


def _within(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _listed(title: str, lines: Sequence[str]) -> Iterator[Text]:
    if lines:
        yield Text(f"{title}:", style="yellow")
        yield from (Text(f"  {safe_line(line)}") for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield Text(f"  and {len(lines) - _MOST} more; collected.csv lists them all")
