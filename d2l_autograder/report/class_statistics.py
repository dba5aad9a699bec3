"""Statistics of a class, computed from its rows: totals, times, verdicts, repairs, and how each exercise went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from d2l_autograder.report.feedback import total_of
from d2l_autograder.report.item_analysis import ItemStatistics, item_analysis
from d2l_autograder.report.text import safe_line
from d2l_autograder.report.wrong_results import without_numbers
from d2l_autograder.results import Row, Status

__all__ = ["AssignmentStatistics", "Spread", "assignments_of", "repairs_of", "spread_of"]


@dataclass(frozen=True)
class Spread:
    """How numbers are spread: the lowest, the quartiles, the ninetieth percentile, and the highest."""

    lowest: float
    lower: float
    median: float
    upper: float
    ninetieth: float
    highest: float


@dataclass(frozen=True)
class AssignmentStatistics:
    """How a class did on an assignment.

    Attributes
    ----------
    name : str
        The assignment's name.
    statuses : Counter of Status
        How many submissions have each status.
    late : int
        How many came late.
    waiting : int
        How many answers a person has still to mark, or to look at again.
    points : float
        What all answers are worth.
    totals : tuple of float
        What counts of each submission that was marked, less its penalty for lateness; sorted.
    seconds : tuple of float
        How long marking each of them took; sorted.
    items : tuple of ItemStatistics
        One for each exercise, in the notebook's order.
    """

    name: str
    statuses: Counter[Status]
    late: int
    waiting: int
    points: float
    totals: tuple[float, ...]
    seconds: tuple[float, ...]
    items: tuple[ItemStatistics, ...]

    @property
    def handed_in(self) -> int:
        """How many submissions there are."""
        return self.statuses.total() - self.statuses[Status.MISSING]


def assignments_of(rows: Sequence[Row]) -> list[AssignmentStatistics]:
    """Return statistics of each assignment, by name.

    Parameters
    ----------
    rows : sequence of Row
        One for each notebook that was handed in, and for each that is missing.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.result.assignment, []).append(row)
    return [_statistics(name, group) for name, group in sorted(groups.items())]


def repairs_of(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return what was repaired in notebooks, without numbers, and in how many; the most frequent first."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update({without_numbers(safe_line(repair)) for repair in row.result.repairs})
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def spread_of(numbers: Sequence[float]) -> Spread | None:
    """Return how numbers are spread; None if there are none."""
    if not numbers:
        return None
    if len(numbers) == 1:
        return Spread(*(numbers[0],) * 6)
    parts = quantiles(numbers, n=20, method="inclusive")
    return Spread(min(numbers), parts[4], parts[9], parts[14], parts[17], max(numbers))


def _statistics(name: str, rows: Sequence[Row]) -> AssignmentStatistics:
    marked = [row for row in rows if row.result.status == Status.MARKED]
    return AssignmentStatistics(
        name=name,
        statuses=Counter(row.result.status for row in rows),
        late=sum(row.is_late for row in rows),
        waiting=sum(hand.is_waiting for row in rows for hand in row.by_hand),
        points=max((row.points for row in rows), default=0.0),
        totals=tuple(sorted(map(total_of, marked))),
        seconds=tuple(sorted(row.result.seconds for row in marked)),
        items=tuple(item_analysis(row.result for row in marked)),
    )
