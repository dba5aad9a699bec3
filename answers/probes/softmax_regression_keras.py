"""Hidden probes of the answers to notebooks/08_softmax_regression_keras.ipynb."""

import math

import numpy

from d2l_autograder.agreement import agree
from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.expectations import as_array, describe, expect


def _some_classes(rng):
    return [(k,) for k in rng.choice(numpy.arange(3, 41), 3, replace=False).tolist()]


def _two_or_thousands(rng):
    return [(k,) for k in (2, *rng.integers(1000, 10_000, 2).tolist())]


_FLOOR, _CEILING = math.log(1 + 9 / math.e), math.log(9 + math.e)


def _records(rng):
    low, high = rng.uniform(0.15, 0.4, 4), rng.uniform(0.75, 0.98, 6)  # accuracies
    honest = -low * numpy.log(low) - (1 - low) * numpy.log((1 - low) / 9)  # 1.99 to 2.29: between floor and ceiling
    near, far = rng.uniform(0.02, 0.05, 6), rng.uniform(0.1, 0.4, 4)
    return _shuffled(
        rng,
        (honest[:2] - near[:2], low[:2]),  # could be honest
        (honest[2] + near[2], low[2]),
        (_CEILING - near[3], low[3]),
        (_FLOOR + near[4], high[0]),
        (_FLOOR + far[0], high[1]),
        (_FLOOR - near[5], high[2]),
        (_FLOOR - far[1:3], high[3:5]),
        (far[3], high[5]),
    )


def _perfect_or_high(rng):
    inside = rng.uniform(_FLOOR + 0.02, _CEILING - 0.02, 3)
    below = rng.uniform(0.001, _FLOOR - 0.02, 2)
    above = _CEILING + rng.uniform(0.02, [0.05, 1.5, 0.05, 1.5])
    return _shuffled(
        rng,
        (inside, 1.0),
        (below, 1.0),
        (above[:1], 1.0),
        (above[1:], rng.uniform(0.1, 0.98, 3)),
        (_FLOOR + 0.5, rng.uniform(0.75, 0.98)),
    )


def _shuffled(rng, *records):
    """Return losses and accuracies, numbers or arrays, as one shuffled list of pairs with four decimals."""
    pairs = numpy.concatenate(
        [numpy.stack(numpy.broadcast_arrays(*map(numpy.atleast_1d, each)), 1) for each in records]
    )
    return [tuple(pair) for pair in rng.permutation(pairs).round(4).tolist()]


def _same_verdicts(got, expected, calls):
    """Compare truth values, also those that are arrays or 0 and 1."""
    wrong = 0
    for answer, right in zip(got, expected, strict=True):
        value = answer.item() if isinstance(answer, numpy.ndarray) and answer.size == 1 else answer
        expect(isinstance(value, bool | int | float) and value in (0, 1), describe(answer), "True or False")
        wrong += bool(value) != right
    expect(not wrong, f"{wrong} of {len(expected)} records misjudged", "the right answer for each")


def _todays_history(rng):
    return _each_curve(_history(rng, "loss", "accuracy", "val_loss", "val_accuracy"))


def _other_histories(rng):
    names = ("loss", "acc", "val_loss", "val_acc"), ("loss", "acc"), ("loss", "val_loss"), ("loss", "accuracy")
    return [call for place in rng.permutation(len(names)) for call in _each_curve(_history(rng, *names[place]))]


def _each_curve(history):
    return [(history, quantity, part) for quantity in ("loss", "accuracy") for part in ("train", "held-out")]


def _history(rng, *names):
    """Draw curves of one length, under names in any order."""
    epochs = rng.integers(2, 8)
    return {str(name): rng.uniform(0.1, 2.5, epochs).round(4).tolist() for name in rng.permutation(names)}


@runs_in_sandbox
def _curve_and_history(keras_curve, history, quantity, part):
    return keras_curve(history, quantity, part), history


def _same_curves(got, expected, calls):
    """Compare curves, also those that are arrays, and the history after each call."""
    for answer, (curve, history) in zip(got, expected, strict=True):
        expect(isinstance(answer, tuple) and len(answer) == 2, describe(answer), "a curve")
        agree(as_array(answer[0], "a curve"), as_array(curve, "a curve"), "a curve")
        agree(answer[1], history, "the history afterwards")


PROBES = {
    "loss_floor": (
        Probe("3 to 40 classes", _some_classes),
        Probe("two classes, and thousands", _two_or_thousands),
    ),
    "softmax_twice": (
        Probe("records with some errors", _records, judge=_same_verdicts),
        Probe("records without an error, and very high losses", _perfect_or_high, judge=_same_verdicts),
    ),
    "keras_curve": (
        Probe("today's names", _todays_history, _curve_and_history, _same_curves),
        Probe("the older names, and what was not recorded", _other_histories, _curve_and_history, _same_curves),
    ),
}
