"""Results in the terminal: one submission's marks, and an overview of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import quantiles

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from d2l_autograder.report.item_analysis import Struggle, struggles
from d2l_autograder.report.words import (
    NOT_SANDBOXED,
    harmless,
    mark_of,
    number_text,
    one_line,
    points_text,
    said_of,
)
from d2l_autograder.results import Finding, Kept, Mark, Result, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["marks_table", "summary"]

_STYLES = {"●": "green", "◐": "yellow", "○": "dim"}
_MOST_NAMES = 20


def marks_table(result: Result) -> RenderableType:
    """Show one submission's marks: each exercise, and what was tried of it."""
    table = Table(title=_title(result), title_justify="left", show_header=True, header_style="dim", box=None)
    table.add_column("exercise", ratio=1, overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    for mark in result.marks if result.status == Status.MARKED else ():
        table.add_row(_exercise(mark), Text(f"{number_text(mark.earned)} of {number_text(mark.points)}"))
    parts: list[RenderableType] = list(map(Text, [] if result.is_sandboxed else [NOT_SANDBOXED]))
    if result.status == Status.MARKED:
        parts.append(table)
    else:
        parts += [_title(result), Text(f"{_status(result.status)}: {harmless(result.detail)}")]
    parts += [Text(f"mended: {harmless(repair)}") for repair in result.repairs]
    return Group(*parts)


def summary(results: Sequence[Result], kept: Sequence[Kept | None]) -> RenderableType:
    """Show how a class did.

    Parameters
    ----------
    results : sequence of Result
        One for each notebook that was handed in.
    kept : sequence of Kept or None
        What became of each when it was kept.
    """
    marked = [result for result in results if result.status == Status.MARKED]
    parts: list[RenderableType] = [_counts(results)]
    for status in (Status.DAMAGED, Status.SANDBOX_FAULT):
        parts += _listed(_status(status), [result for result in results if result.status == status])
    differing = [result for result, how in zip(results, kept, strict=True) if how == Kept.DIFFERENT]
    parts += _listed("differs from an earlier grading, which stays; the new result lies beside it", differing)
    parts += _listed("without a sandbox; no mark should rest on it", [one for one in marked if not one.is_sandboxed])
    if marked:
        parts += [Text(), _spread(marked), Text(), _hardest(struggles(marked))]
    return Group(*parts)


def _title(result: Result) -> Text:
    earned = result.earned if result.marks else None
    said = f"{one_line(result.assignment)}, {one_line(result.student)}: {points_text(earned, result.points)}"
    return Text(said, style="bold")


def _exercise(mark: Mark) -> RenderableType:
    symbol = mark_of(mark.verdict)
    said = Text(f"{symbol} {one_line(mark.title)}: {said_of(mark.verdict, mark.earned)}", style=_STYLES[symbol])
    parts: list[RenderableType] = [said]
    # Where all is right, what was tried is of no interest
    if mark.verdict != Verdict.RIGHT:
        parts += [Padding(_finding(finding), (0, 0, 0, 2)) for finding in mark.findings]
    return Group(*parts)


def _finding(finding: Finding) -> RenderableType:
    symbol = mark_of(finding.verdict)
    said = Text(f"{symbol} {one_line(finding.title)}: {said_of(finding.verdict)}", style=_STYLES[symbol])
    words = Table.grid(padding=(0, 1))
    words.add_column(no_wrap=True)
    words.add_column(overflow="fold")
    for name, text in (("  got:", finding.got), ("  expected:", finding.expected)):
        if text and finding.verdict != Verdict.RIGHT:
            words.add_row(name, Text(harmless(text)))
    return Group(said, words) if words.row_count else said


def _counts(results: Sequence[Result]) -> Text:
    counts = [(sum(result.status == status for result in results), _status(status)) for status in Status]
    notebooks = f"{len(results)} notebook{'s' * (len(results) != 1)}"
    return Text(f"{notebooks}: " + ", ".join(f"{count} {said}" for count, said in counts if count), style="bold")


def _status(status: Status) -> str:
    said = {
        Status.MARKED: "marked",
        Status.DAMAGED: "could not be marked",
        Status.SANDBOX_FAULT: "failed by the sandbox",
    }
    return said[status]


def _listed(title: str, results: Sequence[Result]) -> Iterator[Text]:
    if not results:
        return
    yield Text(f"{title}:", style="yellow")
    for result in results[:_MOST_NAMES]:
        detail = f": {one_line(result.detail)}" if result.detail else ""
        yield Text(f"  {one_line(result.student)}, {one_line(result.assignment)}{detail}")
    if len(results) > _MOST_NAMES:
        yield Text(f"  and {len(results) - _MOST_NAMES} more; grades.csv has them all")


def _spread(results: Sequence[Result]) -> Table:
    table = _table("marks", "marked", "median", "quartiles", "of")
    for name in sorted({result.assignment for result in results}):
        group = [result for result in results if result.assignment == name]
        earned = [result.earned for result in group]
        low, median, high = quantiles(earned, n=4, method="inclusive") if len(earned) > 1 else earned * 3
        points = number_text(max(result.points for result in group))
        table.add_row(Text(one_line(name)), str(len(group)), f"{median:.1f}", f"{low:.1f} – {high:.1f}", points)
    return table


def _hardest(found: Sequence[Struggle]) -> Table:
    table = _table("exercises, the hardest first", "right")
    table.add_column("what several got", overflow="fold", ratio=1)
    for struggle in found:
        shared = Text(f"{struggle.students} × {one_line(struggle.got)}") if struggle.got else Text()
        table.add_row(Text(one_line(struggle.title)), f"{100 * struggle.right:.0f} %", shared)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column(first, overflow="fold")
    for other in others:
        table.add_column(other, justify="right")
    return table
