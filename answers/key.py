"""What the modules of the key are made of."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "Wrong", "answers_to"]


@dataclass(frozen=True)
class Wrong:
    """A wrong answer as learners give it, and a part of what the feedback must then say."""

    answer: Any
    message: str


@dataclass(frozen=True)
class Answer:
    """The solution of an exercise, and at least two wrong answers to it."""

    exercise: str
    solution: Any
    wrong: tuple[Wrong, ...]

    def source(self) -> str:
        """Write the solution as the cell that takes the stub's place."""
        if inspect.isfunction(self.solution):
            return textwrap.dedent(inspect.getsource(self.solution)).rstrip("\n")
        return f"{self.exercise} = {self.solution!r}"


def answers_to(notebook: str) -> dict[str, Answer]:
    """Give the answers to a notebook's exercises, by the name; `notebook` is such as 04_softmax_regression."""
    key = importlib.import_module(f"answers.{notebook.partition('_')[2]}")
    return {answer.exercise: answer for answer in key.ANSWERS}
