"""Define the questions of notebooks/07_softmax_regression_gluon.ipynb."""

from __future__ import annotations

import math
from typing import Any

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

_SAME = 0.03  # confidence and accuracy of some hundred images may differ by so much by chance


def _which_loss(result: tuple[Any, Any]) -> int:
    """Return the index of the choice for a loss and its gradient."""
    loss = float(result[0])
    return 2 if math.isinf(loss) else 0 if abs(loss - 200) < 1 else 1


def _sure_or_right(result: tuple[float, float]) -> int:
    """Return the index of the choice for a mean confidence and an accuracy."""
    sure, right = map(float, result)
    return 0 if abs(right - sure) <= _SAME else 1 if right < sure else 2


def _share_lost(accuracy: float) -> int:
    return 0 if accuracy > 0.83 else 1 if accuracy > 0.7 else 2


QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="late_loss",
        text="An image has the logits 0 and 200, and the first class is right, so the exact loss is 200. In 32 bits, "
        "what is minus the logarithm of a softmax that cannot overflow?",
        choices=(
            Choice("200", "It would be 200 if the logarithm were taken before the probability is rounded."),
            Choice("about 103", "It would be 103 if the probability were rounded up to the smallest positive number."),
            Choice("infinity", "It would be infinite if the probability were rounded to 0."),
        ),
        right=_which_loss,
        shown=lambda result: f"the loss is {float(result[0]):g}, and its gradient {result[1].tolist()}",
    ),
    ChoiceQuestion(
        name="as_sure_as_right",
        text="A linear network has learnt ten kinds of clothes. Take all new images that it calls shirts, and the "
        "mean of the probabilities that it gives to this answer. Is it right as often as it says?",
        choices=(
            Choice("as often", "That would hold if the network were calibrated for every class by itself."),
            Choice("less often", "That would hold if it were too sure of shirts, as many deep networks are."),
            Choice("more often", "That would hold if it stated too little when it says “shirt”."),
        ),
        right=_sure_or_right,
        shown=lambda result: f"it is {float(result[0]):.0%} sure and {float(result[1]):.0%} right",
    ),
    ChoiceQuestion(
        name="decayed_acc",
        text="Ten epochs at a constant rate of 0.1 gave a linear network 83.6% on held-out images. At 0.5 it ended "
        "anywhere from 78% to 84%. Where does it end if the rate falls from 0.5 to 0?",
        choices=(
            Choice("about 80%", "That would hold if the long steps at the beginning did lasting harm."),
            Choice("about 83.6%", "That would hold if short steps at the end did no more than a constant rate of 0.1."),
            Choice("above 84%", "That would hold if the jumps were all that kept the network from better weights."),
        ),
        right=lambda accuracy: 0 if accuracy < 0.82 else 1 if accuracy < 0.84 else 2,
        shown="it ends at {:.1%}",
    ),
    ChoiceQuestion(
        name="moved_acc",
        text="A network of one linear layer is right on 85% of the held-out images of clothes. Now every image "
        "moves two pixels to the right. On how many is the same network right?",
        choices=(
            Choice("about 85%", "That would hold if the network recognised shapes, wherever they are."),
            Choice("about 80%", "That would hold if only a few pixels at the border mattered."),
            Choice("less than 70%", "That would hold if each weight expected clothing at its own pixel."),
        ),
        right=_share_lost,
        shown="it is right on {:.1%}",
    ),
)
