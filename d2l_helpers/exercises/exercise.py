"""What an exercise is, and what becomes of an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Exercise", "NotYet", "State", "Verdict"]

State = Literal["not attempted", "not yet", "right"]


class NotYet(Exception):
    """A verdict on an answer, no failure of the program; a check raises it at the first thing that is not so.

    Parameters
    ----------
    got : str
        What the answer gave, in the learner's words.
    expected : str
        What a right answer gives, as a property; never the solution.
    """

    def __init__(self, got: str, expected: str) -> None:
        self.got, self.expected = got, expected
        super().__init__(f"got {got}, expected {expected}")


@dataclass(frozen=True)
class Exercise:
    """One exercise of a notebook, which holds its prompt.

    Attributes
    ----------
    name : str
        What the reader calls it by; unique in the chapter.
    title : str
        Its heading in the notebook.
    kind : {"written", "measured", "predicted"}
        Whether the answer is a function, a number found by experiment, or a choice or number foretold.
    points : int
        What it is worth, 1 or more.
    check : callable
        ``check(answer)`` raises NotYet if something is not right; it tests properties and knows no solution.
    hints : tuple of str
        Three, of rising help.
    reason : str
        What is shown once the answer is right.
    """

    name: str
    title: str
    kind: Literal["written", "measured", "predicted"]
    points: int
    check: Callable[[Any], None]
    hints: tuple[str, str, str]
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What `check` found.

    Attributes
    ----------
    exercise : Exercise
        The exercise.
    state : {"not attempted", "not yet", "right"}
        How the answer fares.
    got, expected : str
        Where it is not right yet.
    """

    exercise: Exercise
    state: State
    got: str = ""
    expected: str = ""

    @property
    def points(self) -> int:
        """What the answer earns."""
        return self.exercise.points if self.state == "right" else 0
