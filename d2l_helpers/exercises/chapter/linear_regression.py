"""Define and check the exercises of notebooks/01_linear_regression.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import np as mxnet_np

from d2l_helpers.exercises.chapter.least_squares import check_ridge, check_weighted_least_squares
from d2l_helpers.exercises.chapter.numbers import DESCENT_LIMIT
from d2l_helpers.exercises.chapter.options import METRES
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import (
    as_array,
    as_number,
    choice,
    describe,
    drawn,
    expect,
    expect_close,
)

__all__ = ["EXERCISES", "KILOMETRES", "MINUTES"]

# The notebook's log of trips
KILOMETRES = (1.5, 4.0, 1.5, 3.2, 3.5, 1.7, 1.9, 1.7, 0.7, 2.1, 1.2, 1.3)
MINUTES = (11.2, 22.7, 14.4, 20.1, 23.4, 17.2, 17.5, 14.6, 8.6, 15.6, 11.0, 15.8)

_STEPS = 500
_CLOSE = 0.02  # how close to the limit an answer must be, as a fraction of the limit


def _check_best_constants(best_constants: Callable[..., Any]) -> None:
    for size, seed in ((7, 1), (6, 2), (1, 3), (9, 4)):
        y = drawn((size,), seed, scale=3.0) ** 3  # with a few outliers
        first, second = pair_of(
            best_constants(y), "best_constants(y)", "two numbers, return for_squares, for_absolutes"
        )
        values = as_array(y, "y")
        _expect_lowest(values, first, "first", "squares", lambda e: e**2)
        _expect_lowest(values, second, "second", "absolute values", np.abs)


def pair_of(value: Any, what: str, expected: str) -> tuple[float, float]:
    """Convert a tuple, a list or an array of two numbers to two floats."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return as_number(value[0], f"the first number of {what}"), as_number(value[1], f"the second number of {what}")
    if getattr(value, "size", None) != 2:
        is_one_number = getattr(value, "shape", None) == ()
        raise NotYet(f"{what} is {'one number' if is_one_number else describe(value)}", expected)
    first, second = as_array(value, what).ravel().tolist()
    return first, second


def _expect_lowest(y: npt.NDArray[np.float64], c: float, which: str, what: str, loss: Callable[..., Any]) -> None:
    shown = f"y = {np.round(y, 2).tolist()}: your {which} number is {c:.4g}"
    expect(math.isfinite(c), shown, "a finite number")
    total = loss(y - c).sum()
    for other in np.concatenate([y, np.linspace(y.min(), y.max(), 101), c + np.array([-0.01, 0.01])]).tolist():
        if loss(y - other).sum() < total - 1e-4 * abs(total) - 1e-5:
            side = "larger" if other > c else "smaller"
            raise NotYet(
                f"{shown}, and the {what} of y − c add up to {total:.5g}",
                f"the c with the smallest sum of {what}; there is a {side} c with a smaller sum",
            )


def _check_laplace_nll(laplace_nll: Callable[..., Any]) -> None:
    y_hat = drawn((6,), seed=7)
    y = y_hat + mxnet_np.array([1.5, -0.5, -2.0, 0.7, -1.0, 0.2])

    def nll(y_hat: Any, y: Any, scale: float, what: str) -> float:
        value = as_number(laplace_nll(y_hat, y, scale), f"laplace_nll({what})")
        expect(math.isfinite(value), f"laplace_nll({what}) = {value}", "a finite number")
        return value

    parts = nll(y_hat[:2], y[:2], 0.7, "two trips") + nll(y_hat[2:], y[2:], 0.7, "four trips")
    whole = nll(y_hat, y, 0.7, "six trips")
    expect_close(whole, parts, "probabilities multiply, so their logarithms add; laplace_nll of two and four trips")
    promised = mxnet_np.array([12.0])
    for scale in (0.5, 2.0):
        step = scale / 4
        places = [step * k for k in range(-32, 33)]
        densities = [math.exp(min(50.0, -nll(promised, promised + place, scale, "one trip"))) for place in places]
        area = round(
            step * sum(densities) / 1.005, 3
        )  # the sum is too large by so much, since the peak lies on a place
        what = f"exp(−laplace_nll) of one trip is a density; with scale {scale}, its area over all y is"
        expect_close(area, 1, what, rtol=0.01)
        near, far = (nll(promised, promised + d, scale, "one trip") for d in (scale, 3 * scale))
        expect_close(far - near, 2, "an error of 3 scales against one of 1 scale: the difference", rtol=1e-3)
        same = nll(promised, promised - scale, scale, "one trip")
        expect_close(same, near, "being too late is as likely as being as much too early; the second value")
    y_hat, y = drawn((200,), seed=9), drawn((200,), seed=10)
    whole = nll(y_hat, y, 1.0, "200 trips")
    parts = nll(y_hat[:80], y[:80], 1.0, "80 trips") + nll(y_hat[80:], y[80:], 1.0, "120 trips")
    expect_close(whole, parts, "probabilities multiply, so their logarithms add; laplace_nll of 200 trips")
    far, near = (
        nll(promised, promised + error, 1.0, f"one trip with an error of {error} scales") for error in (500, 1)
    )
    expect_close(far - near, 499, "an error of 500 scales against one of 1 scale: the difference", rtol=1e-3)


def _check_descent_limit(descent_limit: Any) -> None:
    rate = as_number(descent_limit, "descent_limit")
    expect(math.isfinite(rate) and rate > 0, f"descent_limit = {rate:g}", "a learning rate, above 0")
    below, above = rate * (1 - _CLOSE), rate * (1 + _CLOSE)
    start, after_below, after_above = _loss_after(0, below), _loss_after(_STEPS, below), _loss_after(_STEPS, above)
    if not after_below < start:
        raise NotYet(
            f"descent_limit = {rate:.4g}: even with a rate 2 % below, {below:.4g}, the loss goes from {start:.4g} "
            f"to {after_below:.3g} in {_STEPS} steps",
            "a rate below which descent converges",
        )
    expect(
        not after_above < start,
        f"descent_limit = {rate:.4g}: with a rate 2 % above, {above:.4g}, the loss still goes from {start:.4g} down to "
        f"{after_above:.4g} in {_STEPS} steps",
        "a rate above which descent diverges",
    )


def _loss_after(num_steps: int, rate: float) -> float:
    x, y = np.array(KILOMETRES) / DESCENT_LIMIT.number("unit"), np.array(MINUTES)
    w = b = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(num_steps):
            error = w * x + b - y
            w, b = w - rate * (error * x).mean(), b - rate * error.mean()
        return float(((w * x + b - y) ** 2).mean() / 2)


EXERCISES = (
    Exercise(
        "best_constants",
        "The best constant",
        kind="written",
        points=2,
        check=_check_best_constants,
        hints=(
            "Set the slope of the sum to zero. The slope of (y − c)² with respect to c is 2 (c − y). And of |y − c|?",
            "The slope of |y − c| is +1 where c is above y and −1 where c is below y. How many of each must there be?",
            "As many numbers must lie above c as below c. np.sort sorts y; MXNet's np has no median.",
        ),
        reason="The slopes 2 (c − y) add up to zero at the mean. The slopes +1 and −1 add up to zero where as many "
        "numbers lie above c as below: at the median, and for an even number anywhere between the two in the middle.",
    ),
    Exercise(
        "weighted_least_squares",
        "Trips that count more",
        kind="written",
        points=2,
        check=check_weighted_least_squares,
        hints=(
            "Write the normal equations as sums over trips. Which terms belong to one trip?",
            "A trip x adds x xᵀ to the matrix on the left and x y to the vector on the right; its weight multiplies "
            "both, once.",
            "Multiply the rows of X by their weights, weights.reshape(-1, 1) * X. Use the transpose of the product in "
            "the place of Xᵀ, on both sides.",
        ),
        reason="The slope of the weighted sum is twice the sum of weight × error × x. Setting it to zero gives the "
        "normal equations with each trip's terms multiplied by its weight, whether the weight is whole or not.",
    ),
    Exercise(
        "laplace_nll",
        "Noise after Laplace",
        kind="written",
        points=2,
        check=_check_laplace_nll,
        hints=(
            "Take −log of the density by hand first. The logarithm turns the product into a sum of two terms.",
            "One term is the absolute error divided by the scale. The other does not depend on the error.",
            "Add np.abs(y - y_hat) / scale over the trips, and log(2 × scale) once for each trip.",
        ),
        reason="−log of exp(−|e| / s) / 2s is |e| / s + log 2s. The logarithms of independent trips add up, and a sum "
        "of a thousand such terms is far from the limits of 32 bits.",
    ),
    Exercise(
        "ridge",
        "Ridge regression",
        kind="written",
        points=2,
        check=check_ridge,
        hints=(
            "Set the slope with respect to w to zero. The squared errors give 2 Xᵀ(Xw − y); and the penalty?",
            "The penalty's slope is 2 wd w. Bring all terms with w to the left side.",
            "The matrix on the left is XᵀX plus wd on its diagonal: wd * np.eye(X.shape[1]).",
        ),
        reason="The slope is zero where (XᵀX + wd I) w = Xᵀy. For wd > 0 this matrix always has an inverse, since "
        "wd is added to the curvature in every direction. Two equal columns get half each: the shortest w.",
    ),
    Exercise(
        "descent_limit",
        "The fastest rate",
        kind="measured",
        points=2,
        check=_check_descent_limit,
        hints=(
            "Move the rate in the exhibit until its text changes from oscillating to diverging. {there}",
            "{call} and look at the last point. Halve the interval between a good and a bad rate.",
            "The exhibit shows the factor by which a step multiplies the distance across. At the limit it is −1.",
        ),
        variant=DESCENT_LIMIT,
        reason="Along a direction of curvature λ, a step multiplies the distance by 1 − ηλ. This factor passes −1 at "
        "η = 2/λ, first in the steepest direction.",
    ),
    Exercise(
        "metres",
        "Metres instead of kilometres",
        kind="predicted",
        points=1,
        check=choice(
            METRES,
            "52f9f5970d1b68c8",
            "metres",
            wrong={
                "a": "It would be so if the limit depended on the best line only; it depends on how steep the bowl is.",
                "b": "It would be so if the curvature grew as x does; look at how x enters the second derivative.",
                "d": "It would be so if metres made the bowl flatter; but a small change of w now changes the "
                "predictions by far more.",
            },
        ),
        hints=(
            "The best line predicts the same minutes as before. What happens to the loss surface around it?",
            "The curvature along w is the mean of x². By what factor does it change if every x is 1,000 times larger?",
            "The limit is 2 over the largest curvature, and that is very nearly the mean of x².",
        ),
        variant=METRES,
        reason="The mean of x² grows a millionfold, so the limit falls from 0.34 to about 0.0000004. At that rate b, "
        "whose curvature is still 1, would need millions of steps: bring features to similar sizes before you train.",
    ),
)
