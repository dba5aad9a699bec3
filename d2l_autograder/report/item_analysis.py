"""Item analysis of a class: how each exercise went, which probe fails most, and what was got instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from d2l_autograder.report.wrong_results import SharedResult, is_wrong, shared_results
from d2l_autograder.results import THE_ANSWER, Mark, Result
from d2l_autograder.sandbox import Verdict

__all__ = ["ItemStatistics", "Outcome", "hardest_first", "item_analysis", "outcome_of"]


class Outcome(StrEnum):
    """How an answer went, as a teacher counts it."""

    RIGHT = "right"
    PARTLY = "partly right"
    WRONG = "wrong"
    STOPPED = "stopped"
    OPEN = "not attempted"


@dataclass(frozen=True)
class ItemStatistics:
    """How a class did on an exercise.

    Attributes
    ----------
    assignment, exercise, title : str
        Where the exercise is, its name and its heading.
    points : float
        What it is worth.
    outcomes : mapping of Outcome to int
        How many answers went so; all of them together are the answers of the class.
    verdicts, stops : mapping of Verdict to int
        All answers, and those that stopped, by the verdicts of their marks.
    earned : float
        The mean share of the points, from 0 to 1.
    results : sequence of SharedResult
        What was got in place of what is right, the most frequent first.
    probe : str
        The probe that fails most; empty if none fails, and for a number or letter, which has no probes.
    failed, asked : int
        How many answers failed that probe, and how many were put to it.
    """

    assignment: str
    exercise: str
    title: str
    points: float
    outcomes: Mapping[Outcome, int]
    verdicts: Mapping[Verdict, int]
    stops: Mapping[Verdict, int]
    earned: float
    results: Sequence[SharedResult] = ()
    probe: str = ""
    failed: int = 0
    asked: int = 0

    @property
    def answers(self) -> int:
        """How many students had the exercise before them, whether they attempted it or not."""
        return sum(self.outcomes.values())

    @property
    def right(self) -> float:
        """The share of right answers, from 0 to 1; students who did not attempt the exercise count."""
        return self.outcomes[Outcome.RIGHT] / self.answers


def item_analysis(results: Iterable[Result]) -> list[ItemStatistics]:
    """Return statistics of each exercise of results that were marked, in the notebooks' order."""
    answers: dict[tuple[str, str], list[tuple[str, Mark]]] = {}
    # The result with most marks of an assignment has the exercises in the notebook's order
    for result in sorted(results, key=lambda result: (result.assignment, -len(result.marks), result.student)):
        for mark in result.marks:
            answers.setdefault((result.assignment, mark.exercise), []).append((result.student, mark))
    return [_statistics(assignment, given) for (assignment, _), given in answers.items()]


def hardest_first(items: Iterable[ItemStatistics]) -> list[ItemStatistics]:
    """Return exercises from the hardest to the easiest."""
    return sorted(items, key=lambda item: (item.right, item.earned, item.assignment, item.exercise))


def outcome_of(mark: Mark) -> Outcome:
    """Return how an answer went."""
    if mark.verdict == Verdict.RIGHT:
        return Outcome.RIGHT
    if mark.verdict == Verdict.NOT_ATTEMPTED:
        return Outcome.OPEN
    if mark.earned > 0:
        return Outcome.PARTLY
    return Outcome.WRONG if mark.verdict == Verdict.WRONG else Outcome.STOPPED


def _statistics(assignment: str, answers: Sequence[tuple[str, Mark]]) -> ItemStatistics:
    marks = [mark for _, mark in answers]
    asked, failed = Counter[str](), Counter[str]()
    for mark in marks:
        probes = [finding for finding in mark.findings if finding.title != THE_ANSWER]
        asked.update(finding.title for finding in probes)
        failed.update(finding.title for finding in probes if is_wrong(finding))
    probe = min(failed, key=lambda title: (-failed[title], title), default="")
    outcomes = Counter(map(outcome_of, marks))
    return ItemStatistics(
        assignment=assignment,
        exercise=marks[0].exercise,
        title=marks[0].title,
        points=marks[0].points,
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        verdicts=Counter(mark.verdict for mark in marks),
        stops=Counter(mark.verdict for mark in marks if outcome_of(mark) == Outcome.STOPPED),
        earned=sum(mark.earned / mark.points if mark.points else 0 for mark in marks) / len(marks),
        results=shared_results((student, finding) for student, mark in answers for finding in mark.findings),
        probe=probe,
        failed=failed[probe],
        asked=asked[probe],
    )
