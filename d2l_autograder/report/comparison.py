"""Compare marks with those that were reported before, and show who gains and who loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from d2l_autograder.report.text import mark_text, number_text, safe_line
from d2l_autograder.results import ByHand, Mark, Result, Status

__all__ = ["Comparison", "ExerciseChange", "comparison_text"]


@dataclass(frozen=True)
class ExerciseChange:
    """An exercise whose mark, or whose worth, is not what it was; None where it was not part of the assignment."""

    before: Mark | None
    now: Mark | None

    @property
    def exercise(self) -> str:
        """The exercise's name."""
        mark = self.now or self.before
        return mark.exercise if mark else ""

    @property
    def difference(self) -> float:
        """The points that are gained, or lost if below 0."""
        return _earned(self.now) - _earned(self.before)


@dataclass(frozen=True)
class Comparison:
    """A submission's marks beside those that were reported before.

    Attributes
    ----------
    now : Result
        The marks that it would get.
    earned_before : float or None
        What was reported; None if nothing was.
    before : Result or None
        The result that was reported, where it is still in the store.
    """

    now: Result
    earned_before: float | None
    before: Result | None = None

    @property
    def difference(self) -> float:
        """The points that are gained, or lost if below 0."""
        difference = self.now.earned - (self.earned_before or 0.0)
        return 0.0 if math.isclose(difference, 0.0, abs_tol=1e-9) else round(difference, 10)

    @property
    def is_changed(self) -> bool:
        """Whether a mark, or what an exercise is worth, is not what it was."""
        return self.earned_before is not None and bool(self.difference or self.exercises)

    @property
    def exercises(self) -> list[ExerciseChange]:
        """The exercises that have changed, in the notebook's order; none where the marks before are not known."""
        if self.before is None:
            return []
        before = {mark.exercise: mark for mark in self.before.marks}
        now = {mark.exercise: mark for mark in self.now.marks}
        pairs = (ExerciseChange(before.get(name), now.get(name)) for name in dict.fromkeys((*now, *before)))
        return [pair for pair in pairs if _worth(pair.before) != _worth(pair.now)]


def comparison_text(
    comparisons: Sequence[Comparison], marked_again: int, by_hand: Mapping[tuple[str, str], Sequence[ByHand]]
) -> RenderableType:
    """Return who gains and who loses, the largest loss first, and what a teacher's own marks in the gradebook keep.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One for each submission that has marks, and for each student who lost one because nothing was handed in.
    marked_again : int
        How many submissions were marked for this; the others have a result already.
    by_hand : mapping of (str, str) to sequence of ByHand
        What the gradebook has of a teacher's, by student and assignment.
    """
    changed = sorted(
        (each for each in comparisons if each.is_changed),
        key=lambda each: (each.difference, each.now.student, each.now.assignment),
    )
    new = [each for each in comparisons if each.earned_before is None]
    parts: list[RenderableType] = [_table(changed)] if changed else []
    parts += _listed("not marked before", [f"{_place(each)}: {_sum(each.now)}" for each in new])
    kept = "the gradebook has a mark of the teacher's, which stays"
    parts += _listed(kept, [line for each in changed for line in _kept(each, by_hand)])
    parts.append(Text(_counts(comparisons, changed, len(new), marked_again), style="bold"))
    return Group(*parts)


def _counts(comparisons: Sequence[Comparison], changed: Sequence[Comparison], new: int, marked_again: int) -> str:
    gains = [each.difference for each in changed if each.difference > 0]
    losses = [-each.difference for each in changed if each.difference < 0]
    same = len(comparisons) - len(gains) - len(losses) - new
    return (
        f"{_counted(len(comparisons), 'submission')}, {marked_again} marked for this preview: "
        f"{_verb(len(gains), 'gain')} {_points(gains)}, {_verb(len(losses), 'lose')} {_points(losses)}, "
        f"{_verb(same, 'keep')} the total that was reported, {new} not marked before. "
        "These are automatic marks, without penalties for lateness and without what a person gave."
    )


def _table(changed: Sequence[Comparison]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in ("student", "assignment", "exercise"):
        table.add_column(name, overflow="fold")
    for name in ("before", "now", "difference"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in changed:
        place = Text(safe_line(each.now.student)), Text(safe_line(each.now.assignment))
        for one in each.exercises:
            marks = _mark(one.before), _mark(one.now)
            table.add_row(*place, Text(safe_line(one.exercise)), *marks, _signed(one.difference))
        style = "red" if each.difference < 0 else "green" if each.difference else ""
        before = _sum(each.before) if each.before else number_text(each.earned_before or 0.0)
        total = "total", before, _sum(each.now), _signed(each.difference)
        table.add_row(*place, *(Text(text, style=f"bold {style}") for text in total))
    return table


def _kept(changed: Comparison, by_hand: Mapping[tuple[str, str], Sequence[ByHand]]) -> Iterator[str]:
    names = {one.exercise for one in changed.exercises} or {mark.exercise for mark in changed.now.marks}
    for hand in by_hand.get((changed.now.student, changed.now.assignment), ()):
        if hand.score is not None and hand.name in names:
            yield f"{_place(changed)}, {hand.name}: {number_text(hand.score)}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[Text]:
    if lines:
        yield Text(f"{title}:", style="yellow")
        yield from (Text(f"  {safe_line(line)}") for line in lines)


def _place(comparison: Comparison) -> str:
    return f"{comparison.now.student}, {comparison.now.assignment}"


def _sum(result: Result) -> str:
    if result.status == Status.MISSING:
        return "nothing handed in"
    return f"{number_text(result.earned)} of {number_text(result.points)}"


def _mark(mark: Mark | None) -> str:
    return mark_text(mark) if mark else "–"


def _worth(mark: Mark | None) -> tuple[float, float, bool] | None:
    return (mark.earned, mark.points, mark.is_extra) if mark else None


def _earned(mark: Mark | None) -> float:
    return mark.earned if mark else 0.0


def _signed(difference: float) -> str:
    rounded = round(difference, 2)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{number_text(abs(rounded))}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _verb(number: int, verb: str) -> str:
    return f"{number} {verb}{'s' * (number == 1)}"


def _points(differences: Sequence[float]) -> str:
    total = round(sum(differences), 2)
    return f"{number_text(total)} point{'s' * (total != 1)}"
