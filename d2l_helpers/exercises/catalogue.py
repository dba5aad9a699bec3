"""Find the exercises of each notebook, and an exercise by its name."""

from __future__ import annotations

import difflib
import importlib
from functools import cache

from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.exercise import Exercise

__all__ = ["CHAPTER", "chapter", "find"]

CHAPTER = (
    "01_linear_regression",
    "02_linear_regression_scratch",
    "03_linear_regression_gluon",
    "04_softmax_regression",
    "05_fashion_mnist",
    "06_softmax_regression_scratch",
    "07_softmax_regression_gluon",
    "08_softmax_regression_keras",
)


@cache
def chapter() -> dict[str, tuple[Exercise, ...]]:
    """Return the exercises of each notebook, by the notebook's name, in the notebook's order."""
    return {
        notebook: importlib.import_module(f"d2l_helpers.exercises.chapter.{notebook.partition('_')[2]}").EXERCISES
        for notebook in CHAPTER
    }


def find(name: object) -> Exercise:
    """Return the exercise of this name.

    Raises
    ------
    ArgumentError
        If there is none; the message lists names that are spelled alike.
    """
    exercises = {exercise.name: exercise for group in chapter().values() for exercise in group}
    if isinstance(name, str) and name in exercises:
        return exercises[name]
    alike = difflib.get_close_matches(name, exercises, n=3) if isinstance(name, str) else []
    raise ArgumentError(
        "There is no such exercise.",
        got=name if isinstance(name, str) else f"something of type {type(name).__name__}",
        expected="the name of an exercise, such as " + " or ".join(map(repr, alike or list(exercises)[:1])),
        remedy="copy the name from the exercise's check cell; it comes first, then the answer",
    )
