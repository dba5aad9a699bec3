"""Results in the terminal: one submission's marks, and an overview of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import quantiles

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from d2l_autograder.report.item_analysis import ItemStatistics, item_analysis
from d2l_autograder.report.text import (
    NOT_SANDBOXED,
    SYMBOLS,
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
    Status.MISSING: "missing",
}
_MOST_NAMES = 20


def marks_table(result: Result) -> RenderableType:
    """Return one submission's marks: each exercise, and each test of an answer that is not right."""
    table = Table(title=_title(result), title_justify="left", show_header=True, header_style="dim", box=None)
    table.add_column("exercise", ratio=1, overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    for mark in result.marks if result.status == Status.MARKED else ():
        table.add_row(_exercise(mark), Text(f"{number_text(mark.earned)} of {number_text(mark.points)}"))
    parts: list[RenderableType] = list(map(Text, [] if result.is_sandboxed else [NOT_SANDBOXED]))
    if result.status == Status.MARKED:
        parts.append(table)
    else:
        parts += [_title(result), Text(f"{_STATUSES[result.status]}: {safe_text(result.detail)}")]
    parts += [Text(f"repaired: {safe_text(repair)}") for repair in result.repairs]
    return Group(*parts)


def summary(rows: Sequence[Row]) -> RenderableType:
    """Return an overview of how a class did.

    Parameters
    ----------
    rows : sequence of Row
        One for each notebook that was handed in, and for each that is missing.
    """
    results = [row.result for row in rows]
    marked = [result for result in results if result.status == Status.MARKED]
    parts: list[RenderableType] = [_counts(results)]
    for status in (Status.DAMAGED, Status.SANDBOX_FAULT):
        parts += _listed(_STATUSES[status], [result for result in results if result.status == status])
    parts += _listed("not the same as the earlier result", [row.result for row in rows if row.before is not None])
    unconfined = [result for result in marked if not result.is_sandboxed]
    parts += _listed("marked without a sandbox; do not use these marks as grades", unconfined)
    if marked:
        parts += [Text(), _spread(marked), Text(), _hardest(item_analysis(marked))]
    return Group(*parts)


def _title(result: Result) -> Text:
    earned = result.earned if result.marks else None
    place = f"{safe_line(result.assignment)}, {safe_line(result.student)}"
    return Text(f"{place}: {points_text(earned, result.points)}", style="bold")


def _exercise(mark: Mark) -> RenderableType:
    state = state_of(mark.verdict)
    verdict = verdict_text(mark.verdict, mark.earned)
    parts: list[RenderableType] = [Text(f"{SYMBOLS[state]} {safe_line(mark.title)}: {verdict}", style=_STYLES[state])]
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


def _counts(results: Sequence[Result]) -> Text:
    counts = [(sum(result.status == status for result in results), _STATUSES[status]) for status in Status]
    notebooks = f"{len(results)} notebook{'s' * (len(results) != 1)}"
    return Text(f"{notebooks}: " + ", ".join(f"{count} {status}" for count, status in counts if count), style="bold")


def _listed(title: str, results: Sequence[Result]) -> Iterator[Text]:
    if not results:
        return
    yield Text(f"{title}:", style="yellow")
    for result in results[:_MOST_NAMES]:
        detail = f": {safe_line(result.detail)}" if result.detail else ""
        yield Text(f"  {safe_line(result.student)}, {safe_line(result.assignment)}{detail}")
    if len(results) > _MOST_NAMES:
        yield Text(f"  and {len(results) - _MOST_NAMES} more; grades.csv lists them all")


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
        shared = Text(f"{item.students} × {safe_line(item.got)}") if item.got else Text()
        table.add_row(Text(safe_line(item.title)), f"{100 * item.right:.0f} %", shared)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column(first, overflow="fold")
    for other in others:
        table.add_column(other, justify="right")
    return table
