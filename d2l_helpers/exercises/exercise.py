"""An exercise, and the result of checking an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from d2l_helpers.exercises.variant import Variant

__all__ = ["AnswerState", "CheckResult", "Exercise", "Kind", "NotYet"]

Kind = Literal["written", "measured", "predicted"]
AnswerState = Literal["not attempted", "not yet", "right"]


class NotYet(Exception):
    """Raised by a check at the first property that an answer lacks; this is no failure of the program.

    Parameters
    ----------
    got : str
        What the answer returned, in the learner's words.
    expected : str
        What a right answer returns, as a property; never the solution.
    """

    def __init__(self, got: str, expected: str) -> None:
        self.got, self.expected = got, expected
        super().__init__(f"got {got}, expected {expected}")


@dataclass(frozen=True)
class Exercise:
    """One exercise; its prompt is in the notebook.

    Attributes
    ----------
    name : str
        What the reader calls it by; unique among the exercises of a kernel.
    title : str
        Its heading in the notebook.
    kind : {"written", "measured", "predicted"}
        Whether the answer is a function, a number found by experiment, or a predicted choice or number.
    points : int
        The points for a right answer, 1 or more.
    check : callable
        ``check(answer)`` raises NotYet if something is not right; it tests properties and contains no solution.
    hints : tuple of str
        Three; each helps more than the one before.
    reason : str
        What is shown once the answer is right.
    prepare : callable, optional
        Called before each check, outside the time limit: it loads what the check needs, such as a dataset, and keeps
        it, so that reading files does not count as the learner's time.
    variant : Numbers or Options, optional
        What differs from student to student. The names of its numbers stand in braces in hints and reason.
    """

    name: str
    title: str
    kind: Kind
    points: int
    check: Callable[[Any], None]
    hints: tuple[str, str, str]
    reason: str = ""
    prepare: Callable[[], object] | None = None
    variant: Variant | None = field(default=None, compare=False)  # its tables have no hash

    def told(self, text: str) -> str:
        """Return a hint or the reason as the student whose variant counts reads it."""
        return self.variant.told(text) if self.variant else text


@dataclass(frozen=True)
class CheckResult:
    """The result of checking an answer.

    Attributes
    ----------
    exercise : Exercise
        The exercise that was answered.
    state : {"not attempted", "not yet", "right"}
        The answer's state.
    got, expected : str
        What is not right yet; empty in the other states.
    """

    exercise: Exercise
    state: AnswerState
    got: str = ""
    expected: str = ""

    @property
    def points(self) -> int:
        """The points that the answer earns."""
        return self.exercise.points if self.state == "right" else 0
