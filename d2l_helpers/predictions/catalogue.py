"""Find the questions of each notebook, and a question by its name."""

from __future__ import annotations

from functools import cache

from d2l_helpers.chapter import find_by_name, of_each_notebook
from d2l_helpers.predictions.question import Question

__all__ = ["chapter", "find"]


@cache
def chapter() -> dict[str, tuple[Question, ...]]:
    """Return the questions of each notebook, by the notebook's name, in the notebook's order."""
    return of_each_notebook("d2l_helpers.predictions.chapter", "QUESTIONS")


def find(name: object) -> Question:
    """Return the question of this name.

    Raises
    ------
    ArgumentError
        If there is none; the message lists similar names.
    """
    return find_by_name(name, "question", chapter().values())
