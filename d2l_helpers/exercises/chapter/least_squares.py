"""Check the two exercises of notebooks/01_linear_regression.ipynb that ask for normal equations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import np as mxnet_np

from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.exercises.expectations import as_array, drawn, expect, expect_close, expect_shape

__all__ = ["check_ridge", "check_weighted_least_squares"]

Array = npt.NDArray[np.float64]


def check_weighted_least_squares(weighted_least_squares: Callable[..., Any]) -> None:
    """Check a function of X, y and weights: what a weight does must be what so many equal trips do."""
    ones = mxnet_np.ones((8, 1))
    X = mxnet_np.concatenate([drawn((8, 2), seed=4), ones], axis=1)
    truth = drawn((3,), seed=5)
    y, even = drawn((8,), seed=6), mxnet_np.ones(8)

    def fit(X: Any, y: Any, weights: Any, what: str) -> Array:
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
    for weight, times, others in ((2, 2, 1), (3, 3, 1), (1.5, 3, 2), (0.5, 1, 2), (0.25, 1, 4)):
        heavy = mxnet_np.array([weight, 1.0, 1, 1, 1, 1, 1, 1])
        again = [0] * times + [trip for trip in range(1, 8) for _ in range(others)]
        expect_close(
            fit(X, y, heavy, f"a weight of {weight}"),
            fit(X[again], y[again], mxnet_np.ones(len(again)), "trips written down several times"),
            f"the first trip has weight {weight} and the others 1, so w should be as if the log had the first "
            f"{_times(times)} and the others {_times(others)}; w",
            **loose,
        )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def check_ridge(ridge: Callable[..., Any]) -> None:
    """Check a function of X, y and wd, also where two columns are equal or there are fewer examples than features."""
    X, y = drawn((9, 3), seed=11), drawn((9,), seed=12, scale=4.0)
    twice = mxnet_np.concatenate([X, X[:, :1]], axis=1)
    few, few_labels = drawn((4, 6), seed=13), drawn((4,), seed=14, scale=4.0)

    def fit(X: Any, y: Any, wd: float, what: str) -> Array:
        w = as_array(ridge(X, y, wd), "ridge(X, y, wd)")
        expect_shape(w, X.shape[1:], f"w, for {what}, X of shape {X.shape},")
        expect(bool(np.isfinite(w).all()), f"{what}: w = {w.tolist()}", "finite numbers")
        _expect_smallest(as_array(X, "X"), as_array(y, "y"), wd, w, what)
        return w

    lengths = [float(np.linalg.norm(fit(X, y, wd, "nine trips, three features"))) for wd in (0.5, 5.0, 50.0)]
    longer = sorted(lengths, reverse=True)
    expect(
        lengths == longer, f"the lengths of w for wd = 0.5, 5 and 50 are {_listed(lengths)}", "shorter and shorter w"
    )
    w = fit(twice, y, 0.5, "two equal columns")
    expect_close(w[3], w[0], "the last column equals the first, so both should get the same weight; w[3]", rtol=1e-2)
    fit(few, few_labels, 0.5, "four trips, six features")


def _expect_smallest(X: Array, y: Array, wd: float, w: Array, what: str) -> None:
    """Check that no small change of w makes the sum of squared errors plus wd times the sum of w² smaller."""
    pull = X.T @ (y - X @ w)  # towards smaller errors; at the smallest sum, the penalty pulls back as hard
    tolerance = 1e-3 * float(np.abs(X.T @ y).max())
    if float(np.abs(pull - wd * w).max()) <= tolerance:
        return
    used = float(pull @ w / (w @ w)) if w.any() else math.inf
    if math.isfinite(used) and float(np.abs(pull - used * w).max()) <= tolerance:
        is_none = abs(used) * float(np.abs(w).max()) <= tolerance
        got = (
            "has the smallest sum of squared errors, without the penalty"
            if is_none
            else f"is right for wd = {used:.3g}"
        )
        raise NotYet(
            f"{what}, wd = {wd}: your w {got}", f"the w for wd = {wd}: squared errors plus wd times squared weights"
        )
    index = int(np.abs(pull - wd * w).argmax())
    side = "larger" if pull[index] > wd * w[index] else "smaller"
    raise NotYet(
        f"{what}, wd = {wd}: w = {_listed(w.tolist())}",
        f"the w with the smallest sum; a {side} w[{index}] would make it smaller",
    )


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
