"""Find the questions of each notebook, and a question by its name."""

from __future__ import annotations

import difflib
import importlib
from functools import cache

from d2l_helpers.errors import ArgumentError
from d2l_helpers.predictions.question import Question

__all__ = ["NOTEBOOKS", "chapter", "find"]

NOTEBOOKS = (
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
def chapter() -> dict[str, tuple[Question, ...]]:
    """Return the questions of each notebook, by the notebook's name, in the notebook's order."""
    return {
        notebook: importlib.import_module(f"d2l_helpers.predictions.chapter.{notebook.partition('_')[2]}").QUESTIONS
        for notebook in NOTEBOOKS
    }


def find(name: object) -> Question:
    """Return the question of this name.

    Raises
    ------
    ArgumentError
        If there is none; the message lists names that are spelled alike.
    """
    questions = {question.name: question for group in chapter().values() for question in group}
    if isinstance(name, str) and name in questions:
        return questions[name]
    alike = difflib.get_close_matches(name, questions, n=3) if isinstance(name, str) else []
    raise ArgumentError(
        "There is no such question.",
        got=name if isinstance(name, str) else f"something of type {type(name).__name__}",
        expected="the name of a question, such as " + " or ".join(map(repr, alike or list(questions)[:1])),
        remedy="copy the name from the cell that asks the question",
    )
