"""What the modules of the key are made of."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Answer", "Probe", "Wrong", "answers_to", "solutions_to"]


@dataclass(frozen=True)
class Wrong:
    """A wrong answer as learners give it, and a part of what the public check's feedback must then say.

    Attributes
    ----------
    answer : object
        A function, or a number or letter.
    message : str
        The part.
    earns : float
        The share of the points that the hidden probes give it, from 0 to 1: what is right in it.
    """

    answer: Any
    message: str
    earns: float = 0.0


@dataclass(frozen=True)
class Probe:
    """A hidden test: the submission's function and the solution get the same arguments, drawn anew for each submission.

    The first probe of an answer is its main case: without it, no other earns anything. Each is worth the same.

    Attributes
    ----------
    title : str
        What is tried, in words that a student reads in the feedback, such as "logits of a thousand and more".
    arguments : callable
        ``arguments(rng)`` draws them from a numpy.random.Generator: a tuple of NumPy's arrays, numbers, text, and
        tuples, lists and dicts of such. The function gets MXNet's arrays for NumPy's, float32 for float64.
    through : callable, optional
        What is called in the function's place, in the sandbox too: ``through(function, *arguments)`` returns arrays,
        numbers, text, and tuples, lists and dicts of such. It is one function with its own imports, and is for what
        cannot cross the boundary, such as networks, gradients and generators.
    judge : callable, optional
        ``judge(got, expected, arguments)`` raises NotYet unless what the submission gave is as right as what the
        solution gave; by default, both must agree in kind and shape, and numbers to three digits.
    draws : int, optional
        How often arguments are drawn.
    """

    title: str
    arguments: Callable[[np.random.Generator], tuple[Any, ...]]
    through: Callable[..., Any] | None = None
    judge: Callable[[Any, Any, tuple[Any, ...]], None] | None = None
    draws: int = 2


@dataclass(frozen=True)
class Answer:
    """The solution of an exercise, at least two wrong answers to it, and for a function the hidden probes."""

    exercise: str
    solution: Any
    wrong: tuple[Wrong, ...]
    probes: tuple[Probe, ...] = ()

    def source(self) -> str:
        """Write the solution as the cell that takes the stub's place."""
        if inspect.isfunction(self.solution):
            return textwrap.dedent(inspect.getsource(self.solution)).rstrip("\n")
        return f"{self.exercise} = {self.solution!r}"


def answers_to(notebook: str) -> dict[str, Answer]:
    """Give the answers to a notebook's exercises, by the name; `notebook` is such as 04_softmax_regression."""
    key = importlib.import_module(f"answers.{notebook.partition('_')[2]}")
    return {answer.exercise: answer for answer in key.ANSWERS}


def solutions_to(notebook: str) -> dict[str, str]:
    """Give the solutions of a notebook's exercises, as the cells that take the stubs' place."""
    return {name: answer.source() for name, answer in answers_to(notebook).items()}
