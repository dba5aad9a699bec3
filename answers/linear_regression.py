"""Answers to notebooks/01_linear_regression.ipynb."""

import math

import numpy
from mxnet import np

from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.exercises.expectations import as_number, describe, expect


def best_constants(y):
    """Give the two best constants for the numbers y, shape (n,).

    Returns the c with the smallest sum of (y - c)**2, and a c with the
    smallest sum of |y - c|.
    """
    return y.mean(), np.sort(y)[len(y) // 2]


def _means_twice(y):
    return y.mean(), y.mean()


def _swapped(y):
    return np.sort(y)[len(y) // 2], y.mean()


def _unsorted_middle(y):
    return y.mean(), y[len(y) // 2]


def _mean_only(y):
    return y.mean()


def _middle_of_an_odd_number_only(y):
    number = [c for c in y.tolist() if (y < c).sum() == (y > c).sum()]
    return y.mean(), number[0]


def _numbers(rng, size):
    """Draw numbers, one far off in the middle place: the mean is away from the median, and the median from there."""
    y = rng.uniform(5, 25) + rng.normal(0, 2, size)
    y[size // 2] += rng.choice([-1, 1]) * rng.uniform(40, 60)
    return y


def _odd_numbers(rng):
    # 4 k + 1 and 4 k + 3, whose halves Python rounds to different sides
    return _numbers(rng, 4 * int(rng.integers(1, 4)) + 1), _numbers(rng, 4 * int(rng.integers(1, 4)) + 3)


def _even_equal_and_single_numbers(rng):
    half_equal = _numbers(rng, 2 * int(rng.integers(3, 6)) + 1)
    half_equal = numpy.maximum(half_equal, numpy.median(half_equal))
    return _numbers(rng, 2 * int(rng.integers(3, 7))), half_equal, rng.uniform(5, 25, 1)


def _of_each(function, *numbers):
    return [function(y) for y in numbers]


def _judge_constants(got, expected, arguments):
    """Ask for sums as small as the solution's: where several constants are equally good, any of them will do."""
    expect(isinstance(got, list) and len(got) == len(arguments), describe(got), "results")
    for y, pair, best in zip(arguments, got, expected, strict=True):
        shown = f"{len(y)} numbers" if len(y) > 1 else "one number"
        is_pair = isinstance(pair, tuple | list) and len(pair) == 2
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


def weighted_least_squares(X, y, weights):
    """Give the w with the smallest sum of weights * (X w - y)**2.

    X has shape (n, d), its last column is ones; y and weights have shape
    (n,); w has shape (d,).
    """
    weighted = weights.reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(weighted.T, y))


def _forgets_weights(X, y, weights):
    return np.linalg.solve(np.dot(X.T, X), np.dot(X.T, y))


def _weighs_twice(X, y, weights):
    X, y = weights.reshape(-1, 1) * X, weights * y
    return np.linalg.solve(np.dot(X.T, X), np.dot(X.T, y))


def _weighs_one_side(X, y, weights):
    weighted = weights.reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(X.T, y))


def _without_solving(X, y, weights):
    return np.dot(X.T, weights * y)


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


def laplace_nll(y_hat, y, scale):
    """Give -log of the probability density of y, summed over all trips.

    y_hat and y have shape (n,); the density of one error e is
    exp(-|e| / scale) / (2 * scale).
    """
    return (np.abs(y - y_hat) / scale).sum() + len(y) * np.log(2 * scale)


def _averages(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale + np.log(2 * scale)).mean()


def _forgets_the_area(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum()


def _adds_the_area_once(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum() + np.log(2 * scale)


def _forgets_a_half(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum() + len(y) * np.log(scale)


def _after_gauss(y_hat, y, scale):
    return ((y - y_hat) ** 2 / (2 * scale**2) + np.log(scale * np.sqrt(2 * np.pi))).sum()


def _forgets_the_bars(y_hat, y, scale):
    return ((y - y_hat) / scale).sum() + len(y) * np.log(2 * scale)


def _multiplies_first(y_hat, y, scale):
    density = np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)
    return -np.log(density.prod())


def _takes_the_logarithm_of_the_density(y_hat, y, scale):
    return -np.log(np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)).sum()


def _late_and_early_trips(rng):
    # Above 0.5, where log(2 scale) is positive too, nothing cancels; the product stays above 32 bits' smallest number
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


ANSWERS = (
    Answer(
        "best_constants",
        best_constants,
        wrong=(
            Wrong(_means_twice, "smallest sum of absolute values"),
            Wrong(_swapped, "smallest sum of squares"),
            Wrong(_unsorted_middle, "smallest sum of absolute values"),
            Wrong(_mean_only, "return for_squares, for_absolutes"),
            Wrong(_middle_of_an_odd_number_only, "IndexError", earns=0.5),
        ),
        probes=(
            Probe("an odd number of numbers", _odd_numbers, _of_each, _judge_constants),
            Probe(
                "an even number of numbers, equal ones, a single one",
                _even_equal_and_single_numbers,
                _of_each,
                _judge_constants,
            ),
        ),
    ),
    Answer(
        "weighted_least_squares",
        weighted_least_squares,
        wrong=(
            Wrong(_forgets_weights, "as if it were not there"),
            Wrong(_weighs_twice, "as if it stood 2 times in the log"),
            Wrong(_weighs_one_side, "as if it were not there"),
            Wrong(_without_solving, "y was made as X w without noise"),
        ),
        probes=(
            Probe("trips of different weights", _weighted_trips),
            Probe("trips of weight 0 among them", _trips_without_weight),
        ),
    ),
    Answer(
        "laplace_nll",
        laplace_nll,
        wrong=(
            Wrong(_averages, "laplace_nll of two and four trips"),
            Wrong(_adds_the_area_once, "laplace_nll of two and four trips"),
            Wrong(_forgets_the_area, "its area over all y"),
            Wrong(_forgets_a_half, "its area over all y is: 2"),
            Wrong(_after_gauss, "an error of 3 scales against one of 1 scale"),
            Wrong(_forgets_the_bars, "its area over all y"),
            Wrong(_multiplies_first, "laplace_nll(1,000 trips) = inf", earns=0.5),
            Wrong(_takes_the_logarithm_of_the_density, "an error of 500 scales) = inf", earns=0.5),
        ),
        probes=(
            Probe("a few trips", _late_and_early_trips),
            Probe("a thousand trips, some very late", _many_and_very_late_trips),
        ),
    ),
    Answer(
        "descent_limit",
        0.34,
        wrong=(
            Wrong(0.3, "the loss still goes from"),
            Wrong(0.36, "even with a rate 2 % below"),
            Wrong(-0.3, "a learning rate, above 0"),
        ),
    ),
    Answer(
        "metres",
        "c",
        wrong=(
            Wrong("a", "which is not what happens"),
            Wrong("b", "which is not what happens"),
            Wrong(1000, "one of 'a', 'b', 'c', 'd'"),
        ),
    ),
)
