"""Find the exercises of each notebook, and an exercise by its name."""

from __future__ import annotations

from functools import cache

from d2l_helpers.chapter import find_by_name, of_each_notebook
from d2l_helpers.exercises.exercise import Exercise

__all__ = ["chapter", "find"]


@cache
def chapter() -> dict[str, tuple[Exercise, ...]]:
    """Return the exercises of each notebook, by the notebook's name, in the notebook's order."""
    return of_each_notebook("d2l_helpers.exercises.chapter", "EXERCISES")


def find(name: object) -> Exercise:
    """Return the exercise of this name.

    Raises
    ------
    ArgumentError
        If there is none; the message lists similar names.
    """
    return find_by_name(name, "exercise", chapter().values())
