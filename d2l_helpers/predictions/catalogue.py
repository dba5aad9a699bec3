"""Find the questions of each notebook, and a question by its name."""

from __future__ import annotations

from types import ModuleType

from d2l_helpers.catalogue import Catalogue, listed
from d2l_helpers.predictions.question import Question

__all__ = ["QUESTIONS", "chapter", "find", "questions_in"]


def questions_in(module: ModuleType) -> tuple[Question, ...]:
    """Return the questions that a module lists as QUESTIONS.

    Raises
    ------
    ArgumentError
        If the list cannot be used.
    """
    return listed(module, "QUESTIONS", Question, "(ChoiceQuestion(…), NumberQuestion(…))")


QUESTIONS: Catalogue[Question] = Catalogue("question", "d2l_helpers.predictions.chapter", questions_in)
chapter, find = QUESTIONS.chapter, QUESTIONS.find
