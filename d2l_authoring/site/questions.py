"""Write predictions, hints and quizzes as Markdown whose answers unfold, for a page without a kernel."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping

from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.predictions.question import Question
from d2l_helpers.quiz.drawing import ALL, Drawn, draw

__all__ = ["hints", "prediction", "quiz"]

_PUNCTUATION = re.compile(r"([!-/:-@\[-_{-~])")  # all of ASCII's but the backtick, which sets code in a few hints


def prediction(question: Question) -> str:
    """Return a question with its choices, to be answered before the next cell's result is unfolded."""
    return _card(f"**Predict:** {_text(question.text)}", question.options())


def hints(exercise: Exercise) -> str:
    """Return the hints of an exercise; each lies folded in the one before, as a notebook shows one after another."""
    number = len(exercise.hints)
    opening = [
        f'<details class="hint">\n<summary>Hint {place} of {number}</summary>\n\n{_text(exercise.told(hint))}'
        for place, hint in enumerate(exercise.hints, start=1)
    ]
    return "\n\n".join([*opening, *["</details>"] * number])


def quiz(number: int) -> str:
    """Return the questions that `helpers.quiz` recorded, each with its explanations folded below it."""
    drawn = draw(min(number, len(ALL)), random.Random(0))  # the seed of a recording
    return "\n\n".join(
        f"{_card(f'**Question {place}.** {_text(one.question.text)}', one.options)}\n\n{_explained(one)}"
        for place, one in enumerate(drawn, start=1)
    )


def _card(text: str, options: Mapping[str, str]) -> str:
    return _block('<div class="question">', [text, _listed(options)], "</div>")


def _listed(texts: Mapping[str, str]) -> str:
    return "\n".join(f"- **{letter}** {_text(text)}" for letter, text in texts.items())


def _explained(one: Drawn) -> str:
    """Return which choice is right and why, and what would make each other one right."""
    said = {one.is_right(letter): letter for letter in one.options}
    wrong = {letter: one.question.wrong[text] for letter, text in one.options.items() if not one.is_right(letter)}
    paragraphs = [f"**{said[True]}** {_text(one.question.why)}", _listed(wrong)]
    return _block('<details class="answer">\n<summary>Answer</summary>', paragraphs, "</details>")


def _block(opening: str, paragraphs: Iterable[str], closing: str) -> str:
    """Join Markdown between two lines of HTML; the empty lines end the HTML, so that the Markdown is read as such."""
    return "\n\n".join([opening, *filter(None, paragraphs), closing])


def _text(text: str) -> str:
    """Return a text of one paragraph as Markdown that shows the same characters; backticks set code."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        parts = ["\\`".join(parts)]
    return "`".join(part if place % 2 else _PUNCTUATION.sub(r"\\\1", part) for place, part in enumerate(parts))
