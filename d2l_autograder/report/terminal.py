"""Results in the terminal: one submission's marks, and an overview of a class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import quantiles

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from d2l_autograder.file_names import is_folder_name
from d2l_autograder.report.item_analysis import ItemStatistics, hardest_first, item_analysis
from d2l_autograder.report.text import (
    NOT_SANDBOXED,
    SYMBOLS,
    date_text,
    mark_text,
    number_text,
    points_text,
    safe_line,
    safe_text,
    state_of,
    verdict_text,
)
from d2l_autograder.results import Finding, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["marks_table", "summary"]

_STYLES = {"right": "green", "partly": "yellow", "open": "dim"}
_STATUSES = {
    Status.MARKED: "marked",
    Status.DAMAGED: "could not be marked",
    Status.SANDBOX_FAULT: "not marked, because the sandbox failed",
    Status.MISSING: "handed nothing in",
}
_MOST_NAMES = 20
_SEVERAL = 3  # what fewer students share says something about them, not about the teaching


def marks_table(result: Result) -> RenderableType:
    """Return one submission's marks: each exercise, and each test of an answer that is not right."""
    table = Table(show_header=True, header_style="dim", box=None)
    table.add_column("exercise", ratio=1, overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    for mark in result.marks if result.status == Status.MARKED else ():
        table.add_row(_exercise(mark), Text(mark_text(mark)))
    parts: list[RenderableType] = list(map(Text, [] if result.is_sandboxed else [NOT_SANDBOXED]))
    parts.append(_title(result))  # not the table's title, which would wrap at the table's width
    if result.status == Status.MARKED:
        parts.append(table)
    else:
        parts += [Text(f"{_STATUSES[result.status]}: {safe_text(result.detail)}")]
    parts += [Text(f"repaired: {safe_text(repair)}") for repair in result.repairs]
    return Group(*parts)


def summary(rows: Sequence[Row]) -> RenderableType:
    """Return an overview of how a class did.

    Parameters
    ----------
    rows : sequence of Row
        One for each notebook that was handed in, and for each that is missing.
    """
    marked = [row.result for row in rows if row.result.status == Status.MARKED]
    parts: list[RenderableType] = [_counts(rows)]
    for status in (Status.DAMAGED, Status.SANDBOX_FAULT, Status.MISSING):
        parts += _listed(_STATUSES[status], [row for row in rows if row.result.status == status], _detail)
    parts += _listed("naming another student", [row for row in rows if _is_anothers(row.result)], _detail)
    parts += _listed("marks that are not what they were", [row for row in rows if row.before is not None], _change)
    parts += _listed("late", [row for row in rows if row.is_late], _penalty)
    waiting = [row for row in rows if any(hand.is_waiting for hand in row.by_hand)]
    parts += _listed("to mark by hand in formgrader, and then to grade again", waiting, _to_mark)
    hidden = [row for row in rows if not is_folder_name(row.result.student)]
    parts += _listed("in the gradebook, but not in formgrader, for which an id must be a folder's name", hidden)
    unconfined = [row for row in rows if row.result.status == Status.MARKED and not row.result.is_sandboxed]
    parts += _listed("marked without a sandbox; do not use these marks as grades", unconfined)
    if marked:
        parts += [Text(), _spread(marked), Text(), _hardest(hardest_first(item_analysis(marked)))]
    return Group(*parts)


def _title(result: Result) -> Text:
    earned = result.earned if result.marks else None
    place = f"{safe_line(result.assignment)}, {safe_line(result.student)}"
    return Text(f"{place}: {points_text(earned, result.points)}", style="bold")


def _exercise(mark: Mark) -> RenderableType:
    state = state_of(mark.verdict)
    verdict = verdict_text(mark.verdict, mark.earned)
    parts: list[RenderableType] = [Text(f"{SYMBOLS[state]} {safe_line(mark.title)}: {verdict}", style=_STYLES[state])]
    if mark.note:
        parts.append(Padding(Text(safe_line(mark.note)), (0, 0, 0, 2)))
    if mark.verdict != Verdict.RIGHT:
        parts += [Padding(_finding(finding), (0, 0, 0, 2)) for finding in mark.findings]
    return Group(*parts)


def _finding(finding: Finding) -> RenderableType:
    state = state_of(finding.verdict)
    line = f"{SYMBOLS[state]} {safe_line(finding.title)}: {verdict_text(finding.verdict)}"
    details = Table.grid(padding=(0, 1))
    details.add_column(no_wrap=True)
    details.add_column(overflow="fold")
    for name, text in (("  got:", finding.got), ("  expected:", finding.expected)):
        if text and finding.verdict != Verdict.RIGHT:
            details.add_row(name, Text(safe_text(text)))
    first = Text(line, style=_STYLES[state])
    return Group(first, details) if details.row_count else first


def _counts(rows: Sequence[Row]) -> Text:
    counts = [(sum(row.result.status == status for row in rows), _STATUSES[status]) for status in Status]
    notebooks = sum(row.result.status != Status.MISSING and not row.handed_in_by for row in rows)
    members = sum(bool(row.handed_in_by) for row in rows)
    line = f"{notebooks} notebook{'s' * (notebooks != 1)}"
    line += f", and {members} further student{'s' * (members != 1)} of groups: " if members else ": "
    return Text(line + ", ".join(f"{count} {status}" for count, status in counts if count), style="bold")


def _listed(title: str, rows: Sequence[Row], say: Callable[[Row], str] = lambda _: "") -> Iterator[Text]:
    if not rows:
        return
    yield Text(f"{title}:", style="yellow")
    for row in rows[:_MOST_NAMES]:
        said = f": {text}" if (text := say(row)) else ""
        yield Text(f"  {safe_line(row.result.student)}, {safe_line(row.result.assignment)}{said}")
    if len(rows) > _MOST_NAMES:
        yield Text(f"  and {len(rows) - _MOST_NAMES} more; grades.csv lists them all")


def _is_anothers(result: Result) -> bool:
    return result.status == Status.MARKED and bool(result.detail)


def _detail(row: Row) -> str:
    return "" if row.result.status == Status.MISSING else safe_line(row.result.detail)


def _change(row: Row) -> str:
    return f"{number_text(row.before or 0.0)} before, now {points_text(row.result.earned, row.result.points)}"


def _penalty(row: Row) -> str:
    date = date_text(row.submitted)
    return ", ".join(filter(None, [date, f"loses {number_text(row.penalty)}" if row.penalty else "loses no points"]))


def _to_mark(row: Row) -> str:
    return ", ".join(safe_line(hand.name) for hand in row.by_hand if hand.is_waiting)


def _spread(results: Sequence[Result]) -> Table:
    table = _table("marks", "marked", "median", "quartiles", "of")
    for name in sorted({result.assignment for result in results}):
        group = [result for result in results if result.assignment == name]
        earned = [result.earned for result in group]
        low, median, high = quantiles(earned, n=4, method="inclusive") if len(earned) > 1 else earned * 3
        points = number_text(max(result.points for result in group))
        table.add_row(Text(safe_line(name)), str(len(group)), f"{median:.1f}", f"{low:.1f} – {high:.1f}", points)
    return table


def _hardest(items: Sequence[ItemStatistics]) -> Table:
    table = _table("exercises, the hardest first", "right")
    table.add_column("what several students got instead", overflow="fold", ratio=1)
    for item in items:
        several = next((each for each in item.results if each.students >= _SEVERAL), None)
        shared = Text(f"{several.students} × {several.got}") if several else Text()
        table.add_row(Text(safe_line(item.title)), f"{100 * item.right:.0f} %", shared)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column(first, overflow="fold")
    for other in others:
        table.add_column(other, justify="right")
    return table
