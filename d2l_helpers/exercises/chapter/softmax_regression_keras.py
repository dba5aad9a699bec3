"""Define and check the exercises of notebooks/08_softmax_regression_keras.ipynb."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from d2l_helpers.exercises.chapter.numbers import GRADIENT_SHRINK
from d2l_helpers.exercises.chapter.options import ENDLESS_SOFTMAX, FROM_LOGITS_FORGOTTEN
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, choice, describe, expect, expect_close

__all__ = ["EXERCISES"]

_RECORDS = (  # loss and accuracy of ten classes, whether two softmaxes made them, and the reason
    (1.7079, 0.7828, True, "the record of a network with two softmaxes"),
    (1.9843, 0.5723, True, "the first epoch of that record"),
    (0.4472, 0.8485, False, "section 7's network, below the floor"),
    (2.2984, 0.1, False, "a network that has learnt nothing"),
    (1.70, 0.5, False, "an honest network that is right on every second image, whose loss may be up to 1.79"),
    (1.70, 0.6, True, "a network whose loss would be 1.55 or less, were it honest"),
    (1.65, 0.55, False, "an honest network of this accuracy, whose loss may be up to 1.68"),
    (1.87, 0.45, False, "an honest network of this accuracy, whose loss may be up to 1.90"),
    (1.85, 0.5, True, "a network whose loss would be 1.79 or less, were it honest"),
    (2.20, 0.3, True, "a network whose loss would be 2.15 or less, were it honest"),
    (1.45, 0.95, False, "a network that is too uncertain, but below the floor"),
    (2.50, 0.80, False, "a network that is too sure of its errors, and above the ceiling"),
    (1.47, 0.95, True, "a network close to the floor"),
    (2.44, 0.80, True, "a network close to the ceiling"),
    (1.60, 1.0, True, "a network without an error"),
)


def _check_loss_floor(loss_floor: Callable[[int], Any]) -> None:
    for k in (2, 3, 10, 1000):
        got = as_number(loss_floor(k), f"loss_floor({k})")
        lowest = _loss_twice(np.eye(k)[0] * 1000)
        expect(
            got <= lowest + 1e-4,
            got=f"loss_floor({k}) = {got:.4f}",
            expected=f"at most {lowest:.4f}: a score of 1000 for the right class and 0 for the others has this loss",
        )
        expect(
            got >= lowest - 1e-4,
            got=f"loss_floor({k}) = {got:.4f}",
            expected=f"a loss that some scores reach; the surest scores of {k} classes reach {lowest:.4f}, none less",
        )


def _loss_twice(z: Any) -> float:
    """Compute the loss after two softmaxes of scores whose first class is the right one."""
    outer = _softmax(_softmax(np.asarray(z, dtype=float)))
    return float(-np.log(outer[0]))


def _softmax(values: Any) -> Any:
    exponentials = np.exp(values - np.max(values))
    return exponentials / exponentials.sum()


def _check_softmax_twice(softmax_twice: Callable[[float, float], Any]) -> None:
    for loss, accuracy, is_twice, what in _RECORDS:
        answer = softmax_twice(loss, accuracy)
        got = f"softmax_twice({loss}, {accuracy})"
        if hasattr(answer, "asnumpy"):
            answer = answer.asnumpy()
        if isinstance(answer, np.ndarray | np.generic) and answer.size == 1:
            answer = answer.item()
        if not isinstance(answer, bool | int):
            raise NotYet(f"{describe(answer)} from {got}", "True or False")
        expect(bool(answer) == is_twice, got=f"{bool(answer)} from {got}", expected=f"{is_twice}: {what}")


def _check_gradient_shrink(factor: Any) -> None:
    got = as_number(factor, "the factor")
    expect(got > 1, got=f"{got:g}", expected="a factor above 1: the push with one softmax, divided by that with two")
    margin = GRADIENT_SHRINK.number("margin")
    once, twice = (_push(times, margin) for times in (1, 2))
    wanted = once / twice
    expect(
        abs(got / wanted - 1) < 0.02,
        got=f"{got:g}, which would make the push with two softmaxes {once / got:.5f} at a margin of {margin:g}",
        expected=f"the push with one softmax, {once:.4f}, divided by the push with two, to 2 %; your factor is too "
        + ("small" if got < wanted else "large"),
    )


def _push(times: int, margin: float) -> float:
    """Compute how fast the loss falls as the right logit rises above a margin, with this many softmaxes."""

    def loss(margin: float) -> float:
        values = np.eye(10)[0] * margin
        for _ in range(times):
            values = _softmax(values)
        return float(-np.log(values[0]))

    step = 1e-4
    return (loss(margin - step) - loss(margin + step)) / (2 * step)


def _check_keras_curve(keras_curve: Callable[[Any, str, str], Any]) -> None:
    new = {"loss": [1.9, 1.7], "accuracy": [0.57, 0.78], "val_loss": [1.8, 1.71], "val_accuracy": [0.6, 0.77]}
    old = {"loss": [0.8, 0.6], "acc": [0.7, 0.8], "val_loss": [0.9, 0.7], "val_acc": [0.71, 0.79]}
    bare = {"loss": [0.5, 0.4, 0.3]}
    cases: Sequence[tuple[dict[str, list[float]], str, str, list[float]]] = (
        (new, "loss", "train", [1.9, 1.7]),
        (new, "accuracy", "train", [0.57, 0.78]),
        (new, "loss", "held-out", [1.8, 1.71]),
        (new, "accuracy", "held-out", [0.6, 0.77]),
        (old, "accuracy", "train", [0.7, 0.8]),
        (old, "accuracy", "held-out", [0.71, 0.79]),
        (old, "loss", "held-out", [0.9, 0.7]),
        (bare, "loss", "train", [0.5, 0.4, 0.3]),
        (bare, "accuracy", "train", []),
        (bare, "loss", "held-out", []),
    )
    for history, quantity, part, wanted in cases:
        before = copy.deepcopy(history)
        call = f"keras_curve(history, {quantity!r}, {part!r}) for a history with {', '.join(map(repr, history))}"
        values = as_array(keras_curve(history, quantity, part), call)
        expect(values.ndim == 1, got=f"{call} of shape {values.shape}", expected="a list of numbers, one per epoch")
        expect(
            len(values) == len(wanted),
            got=f"{call}: {len(values)} numbers",
            expected=f"{len(wanted)}, one per epoch" if wanted else "an empty list, since it was not recorded",
        )
        expect_close(values, wanted, f"an entry of {call}")
        expect(history == before, got=f"{call}: the dictionary has changed", expected="an unchanged dictionary")


EXERCISES = (
    Exercise(
        "loss_floor",
        "The floor for any number of classes",
        kind="written",
        points=2,
        check=_check_loss_floor,
        hints=(
            "Which scores make the loss lowest? Follow them through the first softmax, then through the second.",
            "The surest network hands the second softmax a 1 for the right class and a 0 for each of the k - 1 others.",
            "The right class's share is e, divided by the sum of e and a 1 for each other class. Take minus its "
            "logarithm.",
        ),
        reason="With two classes the floor is 0.3133, with a thousand 5.91; with one softmax it is always 0. The more "
        "classes there are, the smaller the share of a 1 among zeros.",
    ),
    Exercise(
        "endless_softmax",
        "A hundred softmaxes",
        kind="predicted",
        points=1,
        check=choice(
            ENDLESS_SOFTMAX,
            digest="0685675bf9124305",
            name="endless_softmax",
            wrong={
                "a": "It would stay 1 if a softmax left probabilities as they are.",
                "b": "It would stay 0.232 if only the first softmax changed anything.",
                "c": "It would become 0.1 if each softmax brought the ten numbers closer together.",
                "d": "It would become 0 if a softmax turned the largest number into the smallest.",
            },
        ),
        hints=(
            "After the first softmax all ten numbers lie between 0 and 1. How far apart can two of them be?",
            "A softmax turns a difference of d between two numbers into a ratio of exp(d). Is that a larger "
            "difference or a smaller one?",
            "Try it: apply npx.softmax five times in a loop, and print the largest entry each time.",
        ),
        variant=ENDLESS_SOFTMAX,
        reason="Of ten numbers that add up to 1, two can differ by 1 at most, and the next softmax leaves less than a "
        "sixth of that difference. A hundred softmaxes leave nothing of it.",
    ),
    Exercise(
        "softmax_twice",
        "A detective's rule",
        kind="written",
        points=2,
        check=_check_softmax_twice,
        hints=(
            "Both questions must be answered with yes. Can two softmaxes have this loss at all? Is the loss higher "
            "than an honest network's?",
            "Two softmaxes have losses from log(1 + 9/e) to log(9 + e). For the honest network, put the accuracy into "
            "the formula of the prompt.",
            "Where the accuracy is 1, the formula's last term is 0 times the logarithm of 0: leave it out there.",
        ),
        reason="Bounds for the loss alone are not enough: a loss of 1.7 suits an honest network that is right on every "
        "second image. The rule holds at the end of training, because a network that was hardly trained is too "
        "uncertain as well.",
    ),
    Exercise(
        "gradient_shrink",
        "How much of the push is lost",
        kind="measured",
        points=2,
        check=_check_gradient_shrink,
        hints=(
            "The function push, above the last prediction, takes any loss; it needs another margin.",
            "Call it for both losses at the margin {margin:g}, and divide the push with one softmax by the push with "
            "two.",
            "The exhibit shows the factor, too: set its slider to {margin:.1f}.",
        ),
        variant=GRADIENT_SHRINK,
        reason="The gradient passes back through the first softmax, whose slope is p (1 - p). Here p, the probability "
        "of the right class, is about one in {about}.",
    ),
    Exercise(
        "keras_curve",
        "Find the curve",
        kind="written",
        points=2,
        check=_check_keras_curve,
        hints=(
            "What Keras measures on validation_data has the same name with val_ in front of it.",
            "Build the name first. If the dictionary does not have it, try the short form, acc, next.",
            "history.get(name, []) returns an empty list if there is no such name.",
        ),
        reason="The prefix val_ stands for the held-out images, and get with a second argument answers for whatever "
        "was not recorded, without an error.",
    ),
    Exercise(
        "from_logits_forgotten",
        "The opposite mistake",
        kind="predicted",
        points=1,
        check=choice(
            FROM_LOGITS_FORGOTTEN,
            digest="79b0c28f0a107f03",
            name="from_logits_forgotten",
            wrong={
                "a": "It would go as well as before if from_logits=False made Keras add a softmax.",
                "b": "It would stop with an error if Keras checked that each output lies between 0 and 1.",
                "c": "It would learn next to nothing if the clipped outputs had no gradient.",
                "d": "It would end near 1.7 and 78 % if a softmax were applied twice.",
            },
        ),
        hints=(
            "With from_logits=False the loss treats the outputs as probabilities. What does it do to an output of -0.3 "
            "before it takes the logarithm?",
            "Keras clips every output to the range from 0 to 1 first: -0.3 becomes 0.0000001, and 1.7 becomes "
            "0.9999999. What is the gradient of a number that was clipped?",
            "Draw the clipped output as a curve: flat below 0, flat above 1. On a flat curve the gradient is 0.",
        ),
        variant=FROM_LOGITS_FORGOTTEN,
        reason="The gradient of an output that was clipped to 0 or 1 is 0, so what is wrong stays wrong. After three "
        "epochs, five of six seeds still classified only one image in ten correctly, and the sixth one in three.",
    ),
)
