"""Ask the questions of a quiz on the page, or as text where there are no buttons."""

from __future__ import annotations

import random
from collections.abc import Sequence

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.messages import Message, prediction_message, question_message, show, table_message
from d2l_helpers.panels.page import has_page
from d2l_helpers.quiz.drawing import ALL, Drawn, draw, letters_of, score
from d2l_helpers.records import is_recording

__all__ = ["quiz"]

_LARGEST_SEED = 10_000


def quiz(number: int = 15, seed: int | None = None, answers: str = "") -> None:
    """Ask questions about the whole chapter, different ones each time, and explain each answer.

    On a page with buttons the questions come one after the other. Elsewhere all of them are shown with their letters,
    and ``quiz(seed=…, answers="abc…")`` marks the answers to them.

    Parameters
    ----------
    number : int
        How many questions: at least 1, at most all that there are.
    seed : int, optional
        The same seed draws the same questions; by default each call draws new ones.
    answers : str, optional
        One letter for each question; `seed` must be the one with which the questions were shown.

    Raises
    ------
    ArgumentError
        If there are not so many questions, `seed` is no whole number, or `answers` does not fit the questions.
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(ALL):
        raise ArgumentError(
            "Cannot draw a quiz.",
            got=f"number={quote(number)}",
            expected=f"a whole number from 1 to {len(ALL)}",
            remedy="write helpers.quiz() for fifteen questions",
        )
    if not isinstance(seed, int | None) or (seed is None and answers):
        raise ArgumentError(
            "Cannot draw these questions again." if answers else "Cannot draw a quiz.",
            got=f"seed={quote(seed)}",
            expected="the whole number that stands below the questions" if answers else "a whole number, or no seed",
            remedy=f"write helpers.quiz({number}) for new questions",
        )
    if seed is None:
        seed = 0 if is_recording() else random.SystemRandom().randrange(_LARGEST_SEED)
    drawn = draw(number, random.Random(seed))
    if answers:
        _mark(drawn, answers, seed)
    elif not has_page():
        for message in _listed(drawn, seed):
            show(message)
    else:
        from d2l_helpers.panels.quiz_form import show_quiz  # imported here, because it imports ipywidgets

        show_quiz(drawn, _summary, "\n".join(message["text/plain"] for message in _listed(drawn, seed)))


def _listed(drawn: Sequence[Drawn], seed: int) -> list[Message]:
    """Return the message of each question, and the one that says how to answer without buttons."""
    questions = [
        question_message(f"{place}. {one.question.text}", one.options, title="Question ")
        for place, one in enumerate(drawn, start=1)
    ]
    example = f"helpers.quiz({len(drawn)}, seed={seed}, answers={'a' * len(drawn)!r})"
    return [*questions, prediction_message(None, "To answer, write one letter for each question", example)]


def _mark(drawn: Sequence[Drawn], answers: str, seed: int) -> None:
    letters = letters_of(answers, drawn) if isinstance(answers, str) else None
    if letters is None:
        raise ArgumentError(
            "These are not possible answers.",
            got=quote(answers),
            expected=f"{len(drawn)} letters, one for each question, each the letter of a choice",
            remedy=f"write helpers.quiz({len(drawn)}, seed={seed}) to see the questions again",
        )
    for place, (one, letter) in enumerate(zip(drawn, letters, strict=True), start=1):
        title = f"{place}. {one.question.text} You said “{one.options[letter]}”."
        show(prediction_message(one.is_right(letter), title, one.explanation(letter)))
    show(table_message(*_summary(drawn, letters)))


def _summary(drawn: Sequence[Drawn], letters: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the title and the rows of the final table."""
    counts = score(drawn, letters)
    right = sum(count for count, _ in counts.values())
    rows = [(f"notebook {notebook}", f"{count} of {of} right") for notebook, (count, of) in counts.items()]
    return f"{right} of {len(drawn)} right", rows
