"""Show how many of the reader's predictions were right, and which were wrong."""

from __future__ import annotations

from d2l_helpers.messages import show, table_message
from d2l_helpers.predictions.catalogue import QUESTIONS, chapter
from d2l_helpers.predictions.guesses import Guess, all_guesses
from d2l_helpers.predictions.question import Question

__all__ = ["show_score"]


def show_score() -> None:
    """Show how many first guesses were right in each notebook, and the questions whose first guess was wrong.

    Where questions were loaded, the chapter's are shown only if one of them was guessed.
    """
    guesses = all_guesses()
    groups = QUESTIONS.loaded()
    if not groups or any(question.name in guesses for group in chapter().values() for question in group):
        groups |= chapter()
    rows, missed = [], []
    for notebook, questions in groups.items():
        if questions:
            rows.append((notebook, *_score(questions, guesses)))
        missed += [(notebook, question.text) for question in questions if _was_wrong(guesses.get(question.name))]
    if rows:
        show(table_message("Predictions", rows))
    if missed:
        show(table_message("Questions whose first guess was wrong", missed))


def _score(questions: tuple[Question, ...], guesses: dict[str, Guess]) -> tuple[str, str]:
    firsts = [guesses[question.name].first for question in questions if question.name in guesses]
    judged = [first for first in firsts if first is not None]
    return f"{len(judged)} of {len(questions)} guessed", f"{sum(judged)} right"


def _was_wrong(guess: Guess | None) -> bool:
    return guess is not None and guess.first is False
