"""Item analysis of a class: the exercises from the hardest to the easiest, and wrong answers that several share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from d2l_autograder.results import Mark, Result
from d2l_autograder.sandbox import Verdict

__all__ = ["ItemStatistics", "item_analysis"]

_SEVERAL = 3  # what fewer students share says something about them, not about the teaching


@dataclass(frozen=True)
class ItemStatistics:
    """How a class did on an exercise.

    Attributes
    ----------
    exercise, title : str
        Its name and its heading.
    right : float
        The share of right answers, from 0 to 1; students who did not attempt the exercise count.
    earned : float
        The mean share of its points.
    got : str
        What was got most often instead of the right answer; empty unless 3 or more students share it.
    students : int
        How many students share it.
    """

    exercise: str
    title: str
    right: float
    earned: float
    got: str = ""
    students: int = 0


def item_analysis(results: Sequence[Result]) -> list[ItemStatistics]:
    """Return statistics of each exercise of results that were marked, the hardest exercise first."""
    answers: dict[tuple[str, str], list[tuple[str, Mark]]] = {}
    for result in results:
        for mark in result.marks:
            answers.setdefault((result.assignment, mark.exercise), []).append((result.student, mark))
    found = [_statistics(given) for _, given in sorted(answers.items())]
    return sorted(found, key=lambda item: (item.right, item.earned))


def _statistics(answers: Sequence[tuple[str, Mark]]) -> ItemStatistics:
    marks = [mark for _, mark in answers]
    wrong = {  # a set: a student who got the same in two probes counts once
        (student, finding.got)
        for student, mark in answers
        for finding in mark.findings
        if finding.got and finding.verdict != Verdict.RIGHT
    }
    shared = Counter(got for _, got in wrong)
    got, students = min(shared.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    if students < _SEVERAL:
        got, students = "", 0
    right = sum(mark.verdict == Verdict.RIGHT for mark in marks) / len(marks)
    earned = sum(mark.earned / mark.points if mark.points else 0 for mark in marks) / len(marks)
    return ItemStatistics(marks[0].exercise, marks[0].title, right, earned, got, students)
