"""Hidden probes of the answers to notebooks/04_softmax_regression.ipynb."""

import numpy as np

from d2l_autograder.agreement import agree
from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.expectations import expect


@runs_in_sandbox
def _without_autograd(function, *arguments):
    """Call a function that must not record for autograd."""
    from mxnet import autograd

    set_recording = autograd.set_recording

    def refuse(is_recording):
        if is_recording:
            raise RuntimeError("the function records for autograd; the exercise asks for a formula of your own")
        return set_recording(is_recording)

    autograd.set_recording = refuse
    try:
        return function(*arguments)
    finally:
        autograd.set_recording = set_recording


def _as_by_a_formula(got, expected, arguments):
    """Refuse finite differences in 32 bits, which agree to three or four digits."""
    agree(got, expected)
    is_close = np.isclose(np.asarray(got, float), expected, rtol=1e-4, atol=2e-6)
    expect(bool(is_close.all()), "the result: right to three digits only", "a formula's numbers, right to five digits")


def _ordinary_scores(rng):
    return (rng.normal(0.0, 1.5, rng.integers(3, 8, 2)),)


def _far_scores(rng):
    classes = int(rng.integers(3, 6))
    every = range(classes)
    z = rng.normal(0.0, 1.5, (classes + 3, classes)) + rng.uniform(1000.0, 2000.0, (classes + 3, 1))
    z[every, every] -= 3000.0  # each class is far below the others in one row: only subtracting the maximum is safe
    z[-2] = rng.uniform(-2000.0, 2000.0, classes)
    z[-1] -= 3000.0
    return (z[rng.permutation(len(z))],)


def _beliefs(rng):
    n, classes = map(int, rng.integers((5, 3), (10, 7)))
    y_hat = rng.uniform(0.1, 1.0, (n, classes))
    return y_hat / y_hat.sum(axis=1, keepdims=True), rng.integers(0, classes, n).astype("int32")


def _beliefs_with_zeros(rng):
    y_hat, y = _beliefs(rng)
    n, classes = y_hat.shape
    possible = rng.random((n, classes)) < 0.6
    possible[range(n), (y + 1) % classes] = False  # a zero in each row
    possible[0] = False
    possible[range(n), y] = True  # and in the first row, only the right class is possible
    y_hat = y_hat * possible
    return y_hat / y_hat.sum(axis=1, keepdims=True), y


def _nearly_impossible(rng):
    y_hat, y = _beliefs(rng)
    rows = range(len(y))
    y_hat[rows, y] = 0.0
    y_hat /= y_hat.sum(axis=1, keepdims=True)
    y_hat[rows, y] = 10.0 ** -rng.uniform(15.0, 35.0, len(y))
    return y_hat, y


def _batch(rng):
    n, features, classes = map(int, rng.integers((6, 2, 3), (11, 6, 6)))
    y = (rng.permutation(n) % classes).astype("int32")  # each class occurs
    return rng.normal(0.0, 1.0, (features, classes)), rng.normal(0.0, 1.0, (n, features)), y


def _one_class_only(rng):
    W, X, y = _batch(rng)
    few = int(rng.integers(1, 4))
    return W, X[:few], y[:few] * 0  # so that y does not show how many classes there are


def _all_possible(rng):
    outcomes = int(rng.integers(3, 9))
    p, q = rng.dirichlet([0.7] * outcomes, 2)
    return 0.9 * p + 0.1 / outcomes, 0.9 * q + 0.1 / outcomes


def _some_impossible(rng):
    p, q = _all_possible(rng)
    p[rng.permutation(len(p))[: rng.integers(1, len(p))]] = 0.0
    return p / p.sum(), q


def _hardly_believed(rng):
    p, q = _all_possible(rng)
    q[rng.integers(len(q))] = 10.0 ** -rng.uniform(15.0, 30.0)
    return p, q / q.sum()


def _scores(rng):
    return (rng.normal(0.0, 1.5, rng.integers(3, 8)),)


def _two_scores(rng):
    return (rng.normal(0.0, 1.5, 2),)


PROBES = {
    "stable_softmax": (
        Probe("ordinary scores", _ordinary_scores),
        Probe("scores of 1000 and more, above and below 0", _far_scores),
    ),
    "loss_from_labels": (
        Probe("ordinary probabilities", _beliefs),
        Probe("wrong classes of probability 0", _beliefs_with_zeros),
        Probe("right classes of probabilities below 1e-15", _nearly_impossible),
    ),
    "weight_gradient": (
        Probe("a batch in which each class comes", _batch, _without_autograd, _as_by_a_formula),
        Probe("one to three examples, all of class 0", _one_class_only, _without_autograd, _as_by_a_formula),
    ),
    "kl_bits": (
        Probe("outcomes that are all possible", _all_possible),
        Probe("outcomes that never happen", _some_impossible),
        Probe("an outcome that is believed to be nearly impossible", _hardly_believed),
    ),
    "second_derivatives": (
        Probe("three to seven scores", _scores, _without_autograd, _as_by_a_formula),
        Probe("two scores", _two_scores, _without_autograd, _as_by_a_formula),
    ),
}
