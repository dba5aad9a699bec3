"""Hidden probes of the answers to notebooks/01_linear_regression.ipynb."""

import math

import numpy

from d2l_autograder.key import Probe
from d2l_helpers.exercises.expectations import as_number, describe, expect


def _numbers(rng, size):
    """Draw numbers with an outlier at the middle index: mean, median and middle element all differ."""
    y = rng.uniform(5, 25) + rng.normal(0, 2, size)
    y[size // 2] += rng.choice([-1, 1]) * rng.uniform(40, 60)
    return y


def _odd_numbers(rng):
    # Lengths 4k + 1 and 4k + 3: Python rounds their halves down and up, so an index made with round() is off once
    return [(_numbers(rng, 4 * int(rng.integers(1, 4)) + more),) for more in (1, 3)]


def _even_equal_and_single_numbers(rng):
    half_equal = _numbers(rng, 2 * int(rng.integers(3, 6)) + 1)
    half_equal = numpy.maximum(half_equal, numpy.median(half_equal))
    return [(_numbers(rng, 2 * int(rng.integers(3, 7))),), (half_equal,), (rng.uniform(5, 25, 1),)]


def _judge_constants(got, expected, calls):
    """Check that the sums are as small as the solution's: where several constants are equally good, accept any."""
    for (y,), pair, best in zip(calls, got, expected, strict=True):
        shown = f"{len(y)} numbers" if len(y) > 1 else "one number"
        is_pair = isinstance(pair, tuple | list | numpy.ndarray) and numpy.shape(pair)[:1] == (2,)
        expect(is_pair, f"{shown}: {describe(pair)}", "two numbers, for squares and for absolute values")
        for what, power, c, lowest in zip(("squares", "absolute values"), (2, 1), pair, best, strict=True):
            c = as_number(c, f"{shown}: the number for {what}")
            expect(math.isfinite(c) and abs(c) < 1e6, f"{shown}: {c:.4g} for {what}", "a number of about their size")
            total, least = (float((numpy.abs(y - k) ** power).sum()) for k in (c, as_number(lowest, "the best")))
            expect(
                total <= least + 1e-4 * least + 1e-3,
                f"{shown}: {c:.4g} for {what}",
                f"a number for which the sum of {what} is as small as can be",
            )


def _weighted_trips(rng):
    n, d = int(rng.integers(12, 17)), int(rng.integers(2, 5))
    X = rng.normal(size=(n, d))
    X[:, -1] = 1
    y = X @ rng.normal(0, 3, d) + rng.normal(0, 2, n)
    return X, y, rng.uniform(0.2, 3, n)


def _trips_without_weight(rng):
    X, y, weights = _weighted_trips(rng)
    out = rng.choice(len(y), int(rng.integers(2, 5)), replace=False)
    weights[out] = 0
    y[out] += rng.uniform(50, 100)
    return X, y, weights


def _independent_columns(rng):
    n, d = int(rng.integers(9, 15)), int(rng.integers(2, 5))
    X = rng.normal(size=(n, d))
    return X, X @ rng.normal(0, 3, d) + rng.normal(0, 2, n), float(rng.uniform(2, 8))


def _dependent_columns(rng):
    X, y, wd = _independent_columns(rng)
    twice = numpy.hstack([X, X[:, :1]])
    n, d = int(rng.integers(2, 5)), int(rng.integers(5, 8))  # more features than trips
    return [(twice, y, wd), (rng.normal(size=(n, d)), rng.normal(0, 3, n), float(rng.uniform(0.3, 0.8)))]


def _late_and_early_trips(rng):
    # For scales above 0.5, log(2 scale) is positive, so no terms cancel; the product of the densities does not
    # underflow in float32
    n, scale = int(rng.integers(4, 10)), float(rng.uniform(0.7, 3))
    errors = rng.uniform(0.2, 3, n) * rng.permutation(numpy.resize([1, -1], n))
    y_hat = rng.uniform(8, 24, n)
    return y_hat, y_hat + errors, scale


def _many_and_very_late_trips(rng):
    n, scale = int(rng.integers(800, 1201)), float(rng.uniform(0.7, 3))
    errors = rng.laplace(0, scale, n)
    errors[rng.choice(n, 3, replace=False)] = scale * rng.uniform(200, 500, 3) * rng.choice([-1, 1], 3)
    y_hat = rng.uniform(8, 24, n)
    return y_hat, y_hat + errors, scale


PROBES = {
    "best_constants": (
        Probe("an odd number of numbers", _odd_numbers, judge=_judge_constants),
        Probe(
            "an even number of numbers, equal ones, a single one",
            _even_equal_and_single_numbers,
            judge=_judge_constants,
        ),
    ),
    "weighted_least_squares": (
        Probe("trips of different weights", _weighted_trips),
        Probe("trips of weight 0 among them", _trips_without_weight),
    ),
    "laplace_nll": (
        Probe("a few trips", _late_and_early_trips),
        Probe("a thousand trips, some very late", _many_and_very_late_trips),
    ),
    "ridge": (
        Probe("features that are no mixtures of each other", _independent_columns),
        Probe("two equal columns, and more features than trips", _dependent_columns),
    ),
}
