"""What an answer key lists: the solution of each exercise, wrong answers to it, and hidden probes of functions."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.variant import Numbers
from d2l_helpers.variants import student_id

__all__ = ["Answer", "KeyFault", "Probe", "Wrong"]


class KeyFault(ArgumentError):
    """The answer key cannot be used, or fails: no fault of a student's."""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer as learners write it, and a part of the public check's feedback on it.

    Attributes
    ----------
    answer : object
        A function, or a number or letter.
    message : str
        The part that the feedback must contain.
    earns : float
        The share of the points that the hidden probes grant for what is right in it, from 0 to 1.
    by_student : callable, optional
        As for `Answer`.
    """

    answer: Any
    message: str
    earns: float = 0.0
    by_student: Callable[..., Any] | None = None

    def of_student(self, exercise: Exercise) -> Any:
        """Return the answer as the student whose variant counts would give it."""
        return _of_student(self.answer, self.by_student, exercise)


@dataclass(frozen=True)
class Probe:
    """A hidden test: the submission's function and the solution get the same random arguments, new for each submission.

    The first probe of an answer is its main case: where it fails, no other earns anything. All are worth the same.

    Whatever a sandbox replies was made by the student's code, which can answer in the place of all that runs there. So
    a right reply must be data that only a right function makes from the arguments, such as its results: never a
    verdict, a constant or the arguments as they were. An error that is asked for is mixed with results; arguments that
    should be left as they were are asked for together with the result.

    Attributes
    ----------
    title : str
        What is tried, in words that a student reads in the feedback, such as "logits of a thousand and more".
    arguments : callable
        ``arguments(rng)`` draws a tuple of NumPy's arrays, numbers, text, and tuples, lists and dicts of such from a
        numpy.random.Generator; or a list of such tuples for as many calls, which the grader makes one by one. The
        function gets MXNet's arrays for NumPy's, float32 for float64.
    through : SandboxFunction, optional
        What is called in the function's place, inside the sandbox: ``through(function, *arguments)`` returns arrays,
        numbers, text, and tuples, lists and dicts of such. It is marked with `runs_in_sandbox`, imports and defines
        all that it uses, and serves what cannot cross the sandbox's boundary: networks, gradients, Python generators.
    judge : callable, optional
        ``judge(got, expected, arguments)`` raises NotYet unless the submission's result `got` is as right as the
        solution's result `expected`; by default, both must agree in kind and shape, and numbers to three digits. Where
        there are several calls, or several sandboxes, the judge gets a list of results, sandbox after sandbox, and
        with several calls a list of arguments.
    draws : int, optional
        How often arguments are drawn.
    may_raise : bool, optional
        Whether the solution raises an error at some of the calls: there the function must raise one, too, and nowhere
        else. The result is then a `d2l_autograder.agreement.Raised`.
    sandboxes : tuple of int, optional
        In which sandboxes the calls are made, one after the other: 0 is the one in which all answers run, any other
        number one of its own. There only the cells of this answer have run, nothing else was called, and the hashes of
        text are others; in every second sandbox, the last call comes first. What a function counts, or keeps from
        another call, shows. Each sandbox of its own costs about a second.
    """

    title: str
    arguments: Callable[[np.random.Generator], tuple[Any, ...]]
    through: SandboxFunction | None = None
    judge: Callable[[Any, Any, Any], None] | None = None
    draws: int = 2
    may_raise: bool = False
    sandboxes: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Answer:
    """The solution of an exercise, wrong answers to it, and the hidden probes of a function.

    Attributes
    ----------
    exercise : str
        The exercise's name.
    solution : object
        A function, or a number or letter.
    wrong : tuple of Wrong
        At least two.
    probes : tuple of Probe
        The hidden probes; `Key.answers_to` takes them from the folder ``probes``.
    by_student : callable, optional
        ``by_student(**numbers)`` returns the solution for the numbers of a student's variant. Letters need none: they
        are those of the notebook's text, and become the student's own.
    seconds : float, optional
        How long a call of the function, or a student's cell that the answer needs, may compute; time in which nothing
        computes counts, too. By default 3 for a call and 5 for a cell, which never has less; for a number that is
        measured, as by training in its cell, as long as a sandbox allows. Five times what a slow right answer takes is
        enough, and an endless loop takes all of it.
    """

    exercise: str
    solution: Any
    wrong: tuple[Wrong, ...]
    probes: tuple[Probe, ...] = ()
    by_student: Callable[..., Any] | None = None
    seconds: float | None = None

    def of_student(self, exercise: Exercise) -> Any:
        """Return the solution for the student whose variant counts."""
        return _of_student(self.solution, self.by_student, exercise)

    def source(self) -> str:
        """Write the solution as the cell that takes the stub's place."""
        if inspect.isfunction(self.solution):
            return textwrap.dedent(inspect.getsource(self.solution)).rstrip("\n")
        return f"{self.exercise} = {self.solution!r}"


def _of_student(answer: Any, by_student: Callable[..., Any] | None, exercise: Exercise) -> Any:
    variant = exercise.variant
    if isinstance(variant, Numbers) and by_student and student_id():
        return by_student(**variant.numbers())
    return variant.shown(answer) if variant else answer
