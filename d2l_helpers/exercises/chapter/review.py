"""Define and check the exercises of notebooks/09_review.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from d2l_helpers.exercises.chapter.softmax_fit import check_fit_softmax
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, describe, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]

# The test accuracies that plain softmax regression reaches with settings that held-out data chose, from a grid of four
# rates, four numbers of epochs and three ways to scale, or from any three of them; and two standard errors around
_PLAUSIBLE = {"penguins": (0.9, 1.0), "digits": (0.87, 0.98), "fashion": (0.79, 0.86)}


def _check_standardize(standardize: Callable[..., Any]) -> None:
    from mxnet import np as mxnet_np

    random = np.random.default_rng(2)
    train = random.normal([3.0, -40.0, 0.0, 0.5], [2.0, 15.0, 1.0, 0.1], (7, 4))
    train[:, 2] = 1.0
    other = train[:3] + np.array([[30, 1, 4, 0.3], [40, -7, 0, 0.1], [50, 0, -4, 0]])
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[2] = 1.0
    for X, what in ((train, "X = X_train"), (other, "another X")):
        given = [mxnet_np.array(part, dtype="float32") for part in (train, X)]
        scaled = as_array(standardize(*given), "standardize(X_train, X)")
        for part, before in zip(given, (train, X), strict=True):
            is_kept = np.allclose(part.asnumpy(), before, rtol=1e-6)
            expect(is_kept, "standardize has changed X_train or X", "a new array, and arguments as they were")
        expect_shape(scaled, X.shape, f"the result for {what}")
        columns = [0, 1, 3]
        wanted = (X - mean) / deviation
        said = f"{what}: a value in a column that varies"
        expect_close(scaled[:, columns], wanted[:, columns], said, rtol=1e-3, atol=1e-3)
        said = f"{what}: a value of {X[0, 2]:g} in a column that is always 1 in X_train"
        expect_close(scaled[:, 2], wanted[:, 2], said, rtol=1e-3, atol=1e-3)


def _check_best_setting(best_setting: Callable[..., Any]) -> None:
    nan, inf = math.nan, math.inf
    for losses, best in (
        ([0.9, 0.4, 0.7], 1),
        ([0.2, 0.4, 0.7], 0),
        ([3.5, 2.5, 1.5], 2),
        ([0.6, 0.9, 0.4], 2),
        ([0.8, 0.5, 0.6, 0.5], 1),
        ([nan, 0.6, 0.5], 2),
        ([0.6, nan, 0.5], 2),
        ([0.5, nan, 0.6], 0),
        ([inf, 400.0, nan], 1),
        ([5.0], 0),
    ):
        settings = [(0.1 * number, 10 + number) for number in range(len(losses), 0, -1)]
        by_setting = dict(zip(settings, losses, strict=True))
        called: list[Any] = []

        def held_out_loss(setting: Any, by_setting: Any = by_setting, called: list[Any] = called) -> float:
            called.append(setting)
            return float(by_setting[setting])

        chosen = best_setting(list(settings), held_out_loss)
        given = f"held-out losses {', '.join(f'{loss:g}' for loss in losses)}"
        if not (isinstance(chosen, tuple) and chosen in settings):
            raise NotYet(f"{given}: {describe(chosen)}", "one of the settings, as it was in the list")
        place = settings.index(chosen)
        expect(place == best, f"{given}: setting number {place + 1}", f"number {best + 1}, {_why(losses)}")
        times = max(map(called.count, settings))
        expect(times == 1, f"held_out_loss was called {times} times for one setting", "one call: a call is a training")


def _why(losses: list[float]) -> str:
    finite = [loss for loss in losses if loss == loss]
    if len(finite) < len(losses):
        return "with the lowest loss that is a number"
    return "the first of those with the lowest loss" if losses.count(min(losses)) > 1 else "with the lowest loss"


def _check_worst_confusion(worst_confusion: Callable[..., Any]) -> None:
    from mxnet import np as mxnet_np

    for labels, predicted, num_classes, wanted in (
        ([0, 0, 1, 1, 1, 2, 2], [0, 2, 0, 0, 1, 2, 2], 3, (1, 0)),
        ([0, 0, 0, 1, 2, 2, 2, 2], [2, 2, 0, 1, 1, 2, 2, 2], 3, (0, 2)),
        ([4, 4, 4, 3, 3, 0], [3, 3, 4, 4, 3, 1], 5, (4, 3)),
        ([1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], 12, (1, 0)),
        ([0, 0, 0, 2, 2, 2, 2], [1, 1, 1, 0, 0, 3, 3], 4, (0, 1)),
        ([11, 11, 10, 1], [10, 10, 11, 1], 12, (11, 10)),
        ([0, 1, 2, 2], [0, 1, 2, 2], 3, None),
    ):
        given = [mxnet_np.array(part, dtype="int32") for part in (labels, predicted)]
        result = worst_confusion(*given, num_classes)
        said = f"labels {labels}, predicted {predicted}"
        if wanted is None:
            expect(result is None, f"{said}: {describe(result)}", "None, because nothing is confused")
            continue
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise NotYet(f"{said}: {describe(result)}", "a pair: the true class and the predicted one")
        pair = tuple(as_number(part, "a class of the pair") for part in result)
        got = f"{said}: ({pair[0]:g}, {pair[1]:g})"
        expect(pair != wanted[::-1], got, "the true class first, then the predicted one")
        expect(pair == wanted, got, f"({wanted[0]}, {wanted[1]}), which comes most often among the errors")


def _check_capstone_result(capstone_result: Any) -> None:
    if not isinstance(capstone_result, tuple | list) or len(capstone_result) != 2:
        raise NotYet(f"capstone_result is {describe(capstone_result)}", 'a pair, such as ("digits", 0.5)')
    name, accuracy = capstone_result[0], as_number(capstone_result[1], "the accuracy")
    if not isinstance(name, str) or name not in _PLAUSIBLE:
        raise NotYet(f"the dataset is {describe(name)}", f"one of {', '.join(map(repr, _PLAUSIBLE))}")
    expect(0 <= accuracy <= 1, f"an accuracy of {accuracy:g}", "a share between 0 and 1: 90 % is 0.9")
    low, high = _PLAUSIBLE[name]
    if accuracy < low:
        raise NotYet(
            f"an accuracy of {accuracy:g} on {name}, where softmax regression does better",
            f"at least {low:g}: are the features scaled, and was the rate chosen by held-out data?",
        )
    if accuracy > high:
        raise NotYet(
            f"an accuracy of {accuracy:g} on {name}, more than softmax regression reaches on test data",
            f"at most {high:g}: are the labels and features really those of data.test?",
        )


EXERCISES = (
    Exercise(
        "standardize",
        "Bring the columns to one scale",
        kind="written",
        points=2,
        check=_check_standardize,
        hints=(
            "Both statistics come from X_train, one number per column: mean(axis=0) and std(axis=0).",
            "A column that never changes has a standard deviation of 0. Divide that column by 1 instead: np.where "
            "chooses between two values, column by column.",
            "deviation = np.where(X_train.max(axis=0) > X_train.min(axis=0), X_train.std(axis=0), 1) never is 0. "
            "Subtract the mean from X, and divide.",
        ),
        reason="The statistics belong to the training, so they come from X_train alone. A pixel that is always 0 in "
        "X_train may be 3 in the test data: divided by 0.00000001 it would drown all others.",
    ),
    Exercise(
        "fit_softmax",
        "Your own training loop",
        kind="written",
        points=3,
        check=check_fit_softmax,
        hints=(
            "Two nested loops: epochs, and batches of a new random order of the places 0 to n − 1. Sections 2 and 6 "
            "have the same loops. random.shuffle(order) shuffles a list. (np.random.choice(n, n, replace=False) of "
            "MXNet does not: it always returns 0, 1, 2, ….)",
            "The gradient of the mean loss by the scores is (y_hat − one-hot labels) / batch length. By W it is the "
            "batch's X transposed, times that; by b it is that, summed over the batch.",
            "npx.softmax does not overflow, and npx.one_hot(y, num_classes) makes the one-hot labels. Divide by the "
            "length of each batch, which is shorter at the end, and not by batch_size.",
        ),
        reason="The loss is convex, so where near zero the loop starts matters little. What matters is the mean over "
        "each batch, a new order in each epoch, every example, and a softmax that cannot overflow.",
    ),
    Exercise(
        "best_setting",
        "Let held-out data choose",
        kind="written",
        points=2,
        check=_check_best_setting,
        hints=(
            "Go through the settings, call held_out_loss once for each, and keep the lowest loss so far.",
            "nan is a trap: every comparison with nan is False, so a nan in first place is never beaten, and min() "
            "depends on the order. Which number is not equal to itself?",
            "Start with best = None and lowest = inf. Take a setting if its loss is below lowest: nan never is, and a "
            "tie never is.",
        ),
        reason="`loss < lowest` is False for nan and at a tie, so neither replaces the best setting so far. A training "
        "that diverged reports nan, and must not win.",
    ),
    Exercise(
        "worst_confusion",
        "The most frequent error",
        kind="written",
        points=2,
        check=_check_worst_confusion,
        hints=(
            "Collect the pairs (true, predicted) where the two differ. Which pair comes most often?",
            "labels.tolist() and predicted.tolist() are plain lists, and zip goes through both. A list has a method "
            "count. Take care of the case without any error.",
            "max(pairs, key=pairs.count) is the pair that comes most often.",
        ),
        reason="Only the errors count, and the order in a pair matters: shirts taken for coats are another error than "
        "coats taken for shirts.",
    ),
    Exercise(
        "capstone_result",
        "One number at the end",
        kind="measured",
        points=1,
        check=_check_capstone_result,
        hints=(
            "It is the share of the test examples that the trained W and b classify correctly.",
            "Scale the test features with the statistics of the training features. The predicted class has the highest "
            "score: argmax(axis=1).",
            'Write the dataset\'s name and the share as a pair, for example ("digits", 0.5).',
        ),
        reason="Softmax regression typically reaches 0.97 to 1 on the penguins, 0.93 to 0.96 on the digits and 0.81 to "
        "0.84 on Fashion-MNIST. With 68 penguins, one of them more or less is a step of 1.5 points.",
    ),
)
