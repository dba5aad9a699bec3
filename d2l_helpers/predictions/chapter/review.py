"""Define the questions of notebooks/09_review.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

_ALWAYS_ONE, _GOOD = 0.5, 0.9  # the most frequent species is 40 % of the held-out penguins


def _right(accuracy: float) -> int:
    return 0 if accuracy >= _GOOD else 1 if accuracy > _ALWAYS_ONE else 2


QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="penguins_in_grams",
        text="Softmax regression gets penguins as they were measured: lengths in millimetres, masses near 4,200 grams. "
        "Always answering the most frequent species is right for 40 %. What does the model reach in its best of 100 "
        "epochs at a rate of 0.1?",
        choices=(
            Choice("over 90 %", "The model would get there if all columns had the same scale."),
            Choice("50 to 90 %", "That takes a rate near one in ten million, and a thousand epochs."),
            Choice("under 50 %", "The model would do better if all columns had the same scale."),
        ),
        right=_right,
        shown="{:.1%} of the held-out penguins are right",
    ),
)
