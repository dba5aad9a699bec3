"""Define and check the exercises of notebooks/01_linear_regression.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import np as mxnet_np

from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import (
    as_array,
    as_number,
    choice,
    describe,
    drawn,
    expect,
    expect_close,
    expect_shape,
)

__all__ = ["EXERCISES", "KILOMETRES", "MINUTES"]

# The notebook's log of trips
KILOMETRES = (1.5, 4.0, 1.5, 3.2, 3.5, 1.7, 1.9, 1.7, 0.7, 2.1, 1.2, 1.3)
MINUTES = (11.2, 22.7, 14.4, 20.1, 23.4, 17.2, 17.5, 14.6, 8.6, 15.6, 11.0, 15.8)

_STEPS = 500
_CLOSE = 0.02  # how close to the limit an answer must be, as a fraction of the limit


def _check_best_constants(best_constants: Callable[..., Any]) -> None:
    for size, seed in ((7, 1), (6, 2), (1, 3)):
        y = drawn((size,), seed, scale=3.0) ** 3  # with a few outliers
        pair = best_constants(y)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise NotYet(f"best_constants(y) is {describe(pair)}", "two numbers, return for_squares, for_absolutes")
        values = as_array(y, "y")
        _expect_lowest(values, as_number(pair[0], "the first number"), "first", "squares", lambda e: e**2)
        _expect_lowest(values, as_number(pair[1], "the second number"), "second", "absolute values", np.abs)


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


def _check_weighted_least_squares(weighted_least_squares: Callable[..., Any]) -> None:
    ones = mxnet_np.ones((8, 1))
    X = mxnet_np.concatenate([drawn((8, 2), seed=4), ones], axis=1)
    truth = drawn((3,), seed=5)
    y, even = drawn((8,), seed=6), mxnet_np.ones(8)

    def fit(X: Any, y: Any, weights: Any, what: str) -> npt.NDArray[np.float64]:
        w = as_array(weighted_least_squares(X, y, weights), "weighted_least_squares(X, y, weights)")
        expect_shape(w, (3,), "w, for X of shape (n, 3),")
        expect(bool(np.isfinite(w).all()), f"{what}: w = {w.tolist()}", "finite numbers")
        return w

    loose = {"rtol": 1e-3, "atol": 1e-3}
    exact = fit(X, mxnet_np.dot(X, truth), even, "y = X w")
    expect_close(exact, truth.asnumpy(), "y was made as X w without noise, all weights 1; w", **loose)
    errors = as_array(X, "X") @ fit(X, y, even, "noisy y") - as_array(y, "y")
    expect_close(errors @ as_array(X, "X"), 0, "all weights 1; the errors times a column of X add up to", **loose)
    one_out = mxnet_np.array([0.0, 1, 1, 1, 1, 1, 1, 1])
    expect_close(
        fit(X, y, one_out, "a weight of 0"),
        fit(X[1:], y[1:], even[1:], "seven trips"),
        "the first trip has weight 0, so w should be as if it were not there; w",
        **loose,
    )
    for weight in (2, 3):
        heavy = mxnet_np.array([weight, 1.0, 1, 1, 1, 1, 1, 1])
        again = [0] * (weight - 1) + list(range(8))
        expect_close(
            fit(X, y, heavy, f"a weight of {weight}"),
            fit(X[again], y[again], mxnet_np.ones(len(again)), "a trip written down twice"),
            f"the first trip has weight {weight}, so w should be as if it stood {weight} times in the log; w",
            **loose,
        )


def _check_laplace_nll(laplace_nll: Callable[..., Any]) -> None:
    y_hat, y = drawn((6,), seed=7), drawn((6,), seed=8)

    def nll(y_hat: Any, y: Any, scale: float, what: str) -> float:
        value = as_number(laplace_nll(y_hat, y, scale), f"laplace_nll({what})")
        expect(math.isfinite(value), f"laplace_nll({what}) = {value}", "a finite number")
        return value

    parts = nll(y_hat[:2], y[:2], 0.7, "two trips") + nll(y_hat[2:], y[2:], 0.7, "four trips")
    whole = nll(y_hat, y, 0.7, "six trips")
    expect_close(whole, parts, "probabilities multiply, so their logarithms add; laplace_nll of two and four trips")
    for scale in (0.5, 2.0):
        zero = mxnet_np.zeros(1)
        step = scale / 8
        places = [step * k for k in range(-80, 81)]
        area = step * sum(
            math.exp(min(50.0, -nll(zero, zero + place, scale, "one trip"))) for place in places
        )  # the tails beyond ten scales have an area of 0.00005
        what = f"exp(−laplace_nll) of one trip is a density; with scale {scale}, its area over all y is"
        expect_close(area, 1, what, rtol=0.01)
        near, far = (nll(zero, zero + d, scale, "one trip") for d in (scale, 3 * scale))
        expect_close(far - near, 2, "an error of 3 scales against one of 1 scale: the difference", rtol=1e-3)
        same = nll(zero, zero - scale, scale, "one trip")
        expect_close(same, near, "being too late is as likely as being as much too early; the second value")
    y_hat, y = drawn((1000,), seed=9), drawn((1000,), seed=10)
    whole = nll(y_hat, y, 1.0, "1,000 trips")
    parts = nll(y_hat[:400], y[:400], 1.0, "400 trips") + nll(y_hat[400:], y[400:], 1.0, "600 trips")
    expect_close(whole, parts, "probabilities multiply, so their logarithms add; laplace_nll of 1,000 trips")
    far, near = (nll(zero, zero + error, 1.0, f"one trip with an error of {error} scales") for error in (500, 1))
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
    x, y = np.array(KILOMETRES), np.array(MINUTES)
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
            "Set the slope of the sum to zero. The slope of (y − c)² with respect to c is 2 (c − y); and of |y − c|?",
            "The slope of |y − c| is +1 where c is above y and −1 where c is below y: how many of each must there be?",
            "As many numbers must lie above c as below c. np.sort sorts y; MXNet's np has no median.",
        ),
    ),
    Exercise(
        "weighted_least_squares",
        "Trips that count more",
        kind="written",
        points=2,
        check=_check_weighted_least_squares,
        hints=(
            "Start from the line of algebra in the notebook, and write it as sums over trips: where does a weight go?",
            "Each trip adds its outer product x xᵀ on the left and x y on the right; a weight multiplies both, once.",
            "Multiply the rows of X by their weights, weights.reshape(-1, 1) * X, and use that in Xᵀ, on both sides.",
        ),
    ),
    Exercise(
        "laplace_nll",
        "Noise after Laplace",
        kind="written",
        points=2,
        check=_check_laplace_nll,
        hints=(
            "Take −log of the density by hand first; the logarithm turns the product into a sum of two terms.",
            "One term is the absolute error divided by the scale, the other does not depend on the error.",
            "Add np.abs(y - y_hat) / scale over the trips, and log(2 × scale) once for each trip.",
        ),
    ),
    Exercise(
        "descent_limit",
        "The fastest rate",
        kind="measured",
        points=2,
        check=_check_descent_limit,
        hints=(
            "Move the rate in the exhibit until the text changes from oscillating to diverging: the limit is there.",
            "Then call descend(lr, 500) and look at the last point; halve the interval between a good and a bad rate.",
            "The exhibit shows by what factor a step multiplies the distance across; you want the rate where it is −1.",
        ),
        reason="Along a direction of curvature λ a step multiplies the distance by 1 − ηλ, which leaves the interval "
        "from −1 to 1 at η = 2/λ. The steepest direction decides.",
    ),
    Exercise(
        "metres",
        "Metres instead of kilometres",
        kind="predicted",
        points=1,
        check=choice("abcd", "52f9f5970d1b68c8", "metres"),
        hints=(
            "The best line predicts the same minutes as before. What happens to the loss surface around it?",
            "The curvature along w is the mean of x². By what factor does it change if every x is 1,000 times larger?",
            "The limit is 2 over the largest curvature, and that is very nearly the mean of x².",
        ),
        reason="The mean of x² grows a millionfold, so the limit falls from 0.34 to about 0.0000004. At that rate b, "
        "whose curvature is still 1, would need millions of steps: bring features to similar sizes before you train.",
    ),
)
