"""Define the questions of notebooks/00_start_here.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

_SAME = 0.99, 1.01  # the last loss, divided by the one at the start: below it falls, above it grows


def _right(ratio: float) -> int:
    return 0 if ratio < _SAME[0] else 1 if ratio <= _SAME[1] else 2


QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="rate_of_almost_one",
        text="At a rate of 0.95, every step jumps across the lowest point and lands on its other side. What does the "
        "loss do over ten steps?",
        choices=(
            Choice(
                "it falls", "The loss falls as long as each landing is nearer to the lowest point than the start was."
            ),
            Choice(
                "it stays the same", "That happens at a rate of exactly 1: every step lands as far away as it began."
            ),
            Choice("it grows", "That happens above a rate of 1: every step lands further away than it began."),
        ),
        right=_right,
        shown="after ten steps the loss is {:.3f} times what it was",
    ),
)
