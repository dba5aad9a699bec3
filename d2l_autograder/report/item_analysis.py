"""Where a class struggles: the exercises from the hardest to the easiest, and what many got wrong in one way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from d2l_autograder.results import Mark, Result
from d2l_autograder.sandbox import Verdict

__all__ = ["Struggle", "struggles"]

_SEVERAL = 3  # fewer students say something of themselves, not of the teaching


@dataclass(frozen=True)
class Struggle:
    """How a class did on an exercise.

    Attributes
    ----------
    exercise, title : str
        Its name and its heading.
    right : float
        The share of right answers, from 0 to 1; who did not attempt it counts.
    earned : float
        The mean share of its points.
    got : str
        What most students got who were not right; empty unless 3 or more share it.
    students : int
        How many share it.
    """

    exercise: str
    title: str
    right: float
    earned: float
    got: str = ""
    students: int = 0


def struggles(results: Sequence[Result]) -> list[Struggle]:
    """Sum up results that were marked, the hardest exercise first."""
    answers: dict[tuple[str, str], list[tuple[str, Mark]]] = {}
    for result in results:
        for mark in result.marks:
            answers.setdefault((result.assignment, mark.exercise), []).append((result.student, mark))
    found = [_struggle(given) for _, given in sorted(answers.items())]
    return sorted(found, key=lambda struggle: (struggle.right, struggle.earned))


def _struggle(answers: Sequence[tuple[str, Mark]]) -> Struggle:
    marks = [mark for _, mark in answers]
    said = {
        (student, finding.got)
        for student, mark in answers
        for finding in mark.findings
        if finding.got and finding.verdict != Verdict.RIGHT
    }
    shared = Counter(got for _, got in said)
    got, students = min(shared.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    right = sum(mark.verdict == Verdict.RIGHT for mark in marks) / len(marks)
    earned = sum(mark.earned / mark.points if mark.points else 0 for mark in marks) / len(marks)
    is_shared = students >= _SEVERAL
    return Struggle(
        marks[0].exercise, marks[0].title, right, earned, got if is_shared else "", students if is_shared else 0
    )
