"""Results of submissions, and the rows that reports show of them."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from d2l_autograder.sandbox import Verdict

__all__ = ["THE_ANSWER", "ByHand", "Finding", "Mark", "Result", "Row", "Status"]

THE_ANSWER = "the answer"  # the title of the finding on a number or letter, which has no probes


class Status(StrEnum):
    """What became of a submission as a whole.

    `SANDBOX_FAULT` is a fault of the sandbox, the key or the grader, as the result's detail says. Such a result is
    reported and not kept, so the next run marks the submission again. `MISSING` is a student of the roster who handed
    nothing in.
    """

    MARKED = "marked"
    DAMAGED = "damaged"
    SANDBOX_FAULT = "sandbox_fault"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """The outcome of one probe of an answer.

    Attributes
    ----------
    title : str
        What was tried.
    verdict : Verdict
        How the probe ended.
    got, expected : str
        In words, what the answer returned and should return; empty where it is right.
    """

    title: str
    verdict: Verdict
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Mark:
    """What one exercise earned.

    Attributes
    ----------
    exercise, title : str
        The exercise's name and heading.
    points, earned : float
        What the exercise is worth, and what the answer earned of it.
    verdict : Verdict
        `RIGHT`, or the verdict of the first probe that was not right.
    findings : tuple of Finding
        One for each probe that was run, in their order.
    hint : str
        The first hint, where the answer is not right.
    note : str
        What else the mark follows from: that the answer counts as it is after all cells, or that a cell stopped.
    is_extra : bool
        Whether its points are extra credit, which the sum of all points leaves out.
    """

    exercise: str
    title: str
    points: float
    earned: float
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    hint: str = ""
    note: str = ""
    is_extra: bool = False


@dataclass(frozen=True)
class ByHand:
    """What a person has given, or has still to give, for one cell in nbgrader's formgrader.

    Attributes
    ----------
    name : str
        The exercise's name, or that of the cell with an answer that a person marks.
    points : float
        What such an answer is worth; 0 for an exercise, whose points its mark has.
    score : float or None
        What counts: for an exercise, what the person gave in place of its mark; None where there is nothing.
    extra : float
        The extra credit that the person added.
    comment : str
        The person's comment.
    is_waiting : bool
        Whether the person has to mark it, or to look at it again because the notebook has changed since.
    """

    name: str
    points: float = 0.0
    score: float | None = None
    extra: float = 0.0
    comment: str = ""
    is_waiting: bool = False

    @property
    def title(self) -> str:
        """The name in words, such as Error analysis."""
        words = self.name.replace("-", " ").replace("_", " ").strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Result:
    """What a submission earned.

    Attributes
    ----------
    student, assignment : str
        Who handed it in, and to which assignment.
    status : Status
        Whether it was marked.
    detail : str
        Why it was not marked, in words; or that the notebook names another student than the one it was marked as.
    marks : tuple of Mark
        One for each exercise; all 0 and not attempted where the submission is damaged.
    repairs : tuple of str
        What was repaired in the notebook before it was marked.
    digest : str
        The digest of all that the marks follow from; results with one digest should be equal.
    is_sandboxed : bool
        False where the student's code ran without a sandbox, and so could have changed its own mark.
    seconds : float
        How long marking took; comparisons of results leave it out.
    """

    student: str
    assignment: str
    status: Status
    detail: str = ""
    marks: tuple[Mark, ...] = ()
    repairs: tuple[str, ...] = ()
    digest: str = ""
    is_sandboxed: bool = True
    seconds: float = field(default=0.0, compare=False)

    @property
    def points(self) -> float:
        """What all exercises are worth together, without extra credit."""
        return sum(mark.points for mark in self.marks if not mark.is_extra)

    @property
    def earned(self) -> float:
        """What all answers earned together."""
        return round(sum(mark.earned for mark in self.marks), 2)

    def as_json(self) -> str:
        """Write the result as JSON."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `as_json` wrote.

        Raises
        ------
        ValueError, TypeError, KeyError, RecursionError
            If the text is anything else.
        """
        result: Result = _read(cls, json.loads(text))
        return result


@dataclass(frozen=True)
class Row:
    """A result as reports show it, with what does not follow from the notebook.

    Attributes
    ----------
    result : Result
        The marks.
    submitted : datetime or None
        When the notebook was handed in, with a time zone, if anything tells.
    is_late : bool
        Whether it came after the due date, or the platform says that it is late.
    penalty : float
        What nbgrader's plugin for late submissions takes away.
    before : float or None
        What the submission had earned in an earlier run, where that differs.
    by_hand : tuple of ByHand
        What the gradebook has of a person's: answers that a person marks, and changes in the marks of exercises.
    handed_in_by : str
        Who handed it in, where that is another student of the group; empty where it is the student.
    """

    result: Result
    submitted: datetime | None = None
    is_late: bool = False
    penalty: float = 0.0
    before: float | None = None
    by_hand: tuple[ByHand, ...] = ()
    handed_in_by: str = ""

    @property
    def points(self) -> float:
        """What all answers are worth together, without extra credit."""
        return self.result.points + sum(hand.points for hand in self.by_hand)

    @property
    def earned(self) -> float:
        """What all answers earned together: what a person gave counts in place of an exercise's mark."""
        given = self._given
        exercises = [given.get(mark.exercise, mark.earned) for mark in self.result.marks]
        names = {mark.exercise for mark in self.result.marks}
        others = [score for name, score in given.items() if name not in names]
        return round(sum(exercises) + sum(others) + sum(hand.extra for hand in self.by_hand), 2)

    @property
    def extra(self) -> float:
        """How much of this is extra credit."""
        given = self._given
        extra = [given.get(mark.exercise, mark.earned) for mark in self.result.marks if mark.is_extra]
        return round(sum(extra) + sum(hand.extra for hand in self.by_hand), 2)

    @property
    def scores(self) -> dict[str, float]:
        """What each answer earned, by the name of the exercise or of the cell, without what a person added."""
        return {mark.exercise: mark.earned for mark in self.result.marks} | self._given

    @property
    def _given(self) -> dict[str, float]:
        return {hand.name: hand.score for hand in self.by_hand if hand.score is not None}


@cache
def _fields(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, content: Any) -> Any:
    """Read a value of a type from JSON, in which anything may stand; raises TypeError, ValueError or KeyError."""
    if kind in (str, bool):  # first: most of what a class's results hold
        if type(content) is not kind:
            raise TypeError(f"{type(content).__name__} in place of {kind.__name__}")
        return content
    if dataclasses.is_dataclass(kind):
        if not isinstance(content, dict):
            raise TypeError(f"{type(content).__name__} in place of an object")
        known = _fields(kind)  # type: ignore[arg-type]
        return kind(**{name: _read(known[name], value) for name, value in content.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        if not isinstance(content, list):
            raise TypeError(f"{type(content).__name__} in place of a list")
        return tuple(_read(get_args(kind)[0], each) for each in content)
    if kind is float:
        if type(content) not in (int, float) or not 0 <= content < math.inf:
            raise ValueError(f"{content!r:.50} in place of a number")
        return float(content)
    return kind(content)  # one of the enumerations, which raise ValueError
