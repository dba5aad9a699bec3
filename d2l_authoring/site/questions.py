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
    choices = [f"- **{letter}** {_text(choice)}" for letter, choice in options.items()]
    return _block('<div class="question">', [text, "\n".join(choices)], "</div>")


def _explained(one: Drawn) -> str:
    right = next(letter for letter in one.options if one.is_right(letter))
    wrong = [f"- **{letter}** {_text(one.question.wrong[text])}" for letter, text in one.options.items() if letter != right]
    opening = '<details class="answer">\n<summary>Answer</summary>'
    return _block(opening, [f"**{right}** {_text(one.question.why)}", "\n".join(wrong)], "</details>")


def _block(opening: str, paragraphs: Iterable[str], closing: str) -> str:
    """Join Markdown between two lines of HTML; the empty lines end the HTML, so that the Markdown is read as such."""
    return "\n\n".join([opening, *filter(None, paragraphs), closing])


def _text(text: str) -> str:
    """Return a text of one paragraph as Markdown that shows the same characters; backticks set code."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        parts = ["\\`".join(parts)]
    return "`".join(part if place % 2 else _PUNCTUATION.sub(r"\\\1", part) for place, part in enumerate(parts))
