"""What became of each mark, in words: the numbers add up, and whoever has no mark in the file is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from d2l_autograder.export.feedback_archive import Archive
from d2l_autograder.export.fill import Became, Fate, Filled, FilledColumn
from d2l_autograder.gradebook.totals import Totals
from d2l_autograder.report.text import number_text, safe_line

__all__ = ["about_archive", "about_file"]

_MOST = 50  # names that are listed


def about_file(filled: Filled, book: Totals) -> Iterator[str]:
    """Yield the lines about a file with marks."""
    template = filled.chosen.template
    if template.head:
        yield (
            f"  the headings are in row {template.head + 1}, but {template.platform} reads them in the first row: "
            f"remove what stands above them before you import this file"
        )
    for column in filled.columns:
        yield from _about_column(column, book)
    for assignment in filled.without_column:
        yield (
            f"  {safe_line(assignment)}: no column, so no mark is written; name one with "
            f"--column 'HEADING={safe_line(assignment)}'"
            + (f", or add one with --new-column {safe_line(assignment)}" if _can_add(filled) else "")
        )


def about_archive(archive: Archive) -> Iterator[str]:
    """Yield the lines about an archive of feedback pages."""
    yield f"  pages packed: {len(archive.packed)}, left out: {len(archive.left_out)}"
    yield from _listed("left out", list(archive.left_out.items()))
    title = "shows another mark than the gradebook, so grade again first"
    yield from _listed(title, [(student, "") for student in archive.older])


def _about_column(column: FilledColumn, book: Totals) -> Iterator[str]:
    counts = {what: sum(fate.what == what for fate in column.fates) for what in Became}
    rows = len(column.fates) - counts[Became.NOWHERE]
    where = f"the new column {column.heading!r}" if column.is_new else f"the column {column.heading!r}"
    yield f"  {safe_line(column.assignment)}, {safe_line(where)}:"
    yield (
        f"    students in the file: {rows}; with a mark: {counts[Became.WRITTEN]}, cells kept: {counts[Became.KEPT]}, "
        f"without a mark, so their cells are kept: {counts[Became.WITHOUT_MARK]}"
    )
    marks = counts[Became.WRITTEN] + counts[Became.NOWHERE] + _kept_marks(column, book)
    yield f"    marks here: {marks}; without a row in the file: {counts[Became.NOWHERE]}"
    is_other = column.in_file != column.maximum
    if column.scale != 1:
        why = "as --maximum says" if is_other or column.is_new else "which the platform has as maximum"
        yield (
            f"    marks of {number_text(column.points)} points are written out of {number_text(column.maximum or 0)}, "
            f"{why}: × {column.scale:.4g}"
        )
    elif not column.maximum:
        name = safe_line(column.assignment)
        yield (
            f"    the file says no maximum, so marks are out of {number_text(column.points)}; "
            f"--maximum {name}=N writes them out of N"
        )
    if is_other and column.in_file is not None:
        yield f"    the file says another maximum than --maximum: {number_text(column.in_file)}"
    yield from _lists(column, book)


def _lists(column: FilledColumn, book: Totals) -> Iterator[str]:
    def of(what: Became, say: Callable[[Fate], str]) -> list[tuple[str, str]]:
        return [(fate.student, say(fate)) for fate in column.fates if fate.what == what]

    yield from _listed("marks that are not in the file", of(Became.NOWHERE, lambda fate: fate.why))
    yield from _listed("cells kept", of(Became.KEPT, lambda fate: fate.why))
    yield from _listed("without a mark", of(Became.WITHOUT_MARK, lambda fate: ""))
    noted = [pair for pair in of(Became.WRITTEN, lambda fate: fate.note) if pair[1]]
    yield from _listed("changed", noted)
    by_name = [(fate.student, "") for fate in column.fates if fate.what == Became.WRITTEN and fate.is_by_name]
    yield from _listed("found by the name alone, as the file does not have this id", by_name)
    totals = [(student, total) for (name, student), total in sorted(book.totals.items()) if name == column.assignment]
    waiting = [(student, ", ".join(total.unmarked)) for student, total in totals if total.unmarked]
    yield from _listed("not yet marked by hand, so the mark may still rise", waiting)
    changed = [(student, ", ".join(total.changed)) for student, total in totals if total.changed]
    yield from _listed("marked by hand, and the notebook has changed since", changed)


def _kept_marks(column: FilledColumn, book: Totals) -> int:
    kept = {fate.student for fate in column.fates if fate.what == Became.KEPT}
    return sum(name == column.assignment and student in kept for name, student in book.totals)


def _listed(title: str, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    if pairs:
        yield f"    {title}:"
    for student, why in pairs[:_MOST]:
        yield f"      {safe_line(student)}" + (f": {safe_line(why)}" if why else "")
    if len(pairs) > _MOST:
        yield f"      and {len(pairs) - _MOST} more"


def _can_add(filled: Filled) -> bool:
    return filled.chosen.template.platform == "Canvas"
