"""Answers to notebooks/08_softmax_regression_keras.ipynb."""

import math

import numpy
from mxnet import np

from d2l_autograder.agreement import agree
from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.exercises.expectations import as_array, describe, expect


def loss_floor(k):
    """Return the lowest loss that k classes can have after two softmaxes.

    k: a whole number, 2 or more; the result is a number, in nats.
    """
    return np.log(1 + (k - 1) / np.e)


def _counts_the_right_class_twice(k):
    return np.log(1 + k / np.e)


def _of_ten(k):
    return 1.4612


def _zero(k):
    return 0.0


def _without_a_logarithm(k):
    return 1 / (1 + (k - 1) / np.e)


def _ceiling(k):
    return np.log(k - 1 + np.e)


def _some_classes(rng):
    return (rng.choice(numpy.arange(3, 41), 3, replace=False).tolist(),)


def _two_or_thousands(rng):
    return ([2, *rng.integers(1000, 10_000, 2).tolist()],)


def _floors(loss_floor, numbers):
    return {f"{k} classes": loss_floor(k) for k in numbers}


def softmax_twice(loss, accuracy):
    """Say whether a record looks like two softmaxes: True or False.

    loss: in nats, at the end of the training; accuracy: from 0.1 to 1.
    """
    import math

    honest = -accuracy * math.log(accuracy)
    if accuracy < 1:
        honest -= (1 - accuracy) * math.log((1 - accuracy) / 9)
    return math.log(1 + 9 / math.e) < loss < math.log(9 + math.e) and loss > honest


def _band_alone(loss, accuracy):
    return 1.4612 < loss < 2.4612


def _doubt_alone(loss, accuracy):
    import math

    wrong = 1 - accuracy
    return loss > -accuracy * math.log(accuracy) - (wrong * math.log(wrong / 9) if wrong else 0)


def _above_the_floor(loss, accuracy):
    return loss > 1.4612 and _doubt_alone(loss, accuracy)


def _fails_without_errors(loss, accuracy):
    import math

    honest = -accuracy * math.log(accuracy) - (1 - accuracy) * math.log((1 - accuracy) / 9)
    return 1.4612 < loss < 2.4612 and loss > honest


def _in_words(loss, accuracy):
    return "twice" if softmax_twice(loss, accuracy) else "once"


_FLOOR, _CEILING = math.log(1 + 9 / math.e), math.log(9 + math.e)


def _records(rng):
    low, high = rng.uniform(0.15, 0.4, 4), rng.uniform(0.75, 0.98, 6)  # accuracies
    honest = -low * numpy.log(low) - (1 - low) * numpy.log((1 - low) / 9)  # 1.99 to 2.29: inside the band
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
    """Make losses and accuracies, numbers or arrays, a list of pairs as a notebook prints them."""
    pairs = numpy.concatenate(
        [numpy.stack(numpy.broadcast_arrays(*map(numpy.atleast_1d, each)), 1) for each in records]
    )
    return ([tuple(pair) for pair in rng.permutation(pairs).round(4).tolist()],)


def _verdicts(softmax_twice, records):
    return [softmax_twice(loss, accuracy) for loss, accuracy in records]


def _same_verdicts(got, expected, arguments):
    """Judge truth values, also those that are arrays or 0 and 1."""
    expect(isinstance(got, list) and len(got) == len(expected), describe(got), "an answer for each record")
    wrong = 0
    for answer, right in zip(got, expected, strict=True):
        value = answer.item() if isinstance(answer, numpy.ndarray) and answer.size == 1 else answer
        expect(isinstance(value, bool | int | float) and value in (0, 1), describe(answer), "True or False")
        wrong += bool(value) != right
    expect(not wrong, f"{wrong} of {len(expected)} records misjudged", "the right answer for each")


def keras_curve(history, quantity, part):
    """Return a curve of Keras's history, as a list with a number an epoch.

    history: the dictionary; quantity: "loss" or "accuracy"; part: "train"
    or "test". What was not recorded is an empty list.
    """
    prefix = "val_" if part == "test" else ""
    short = "acc" if quantity == "accuracy" else quantity
    return history.get(prefix + quantity, history.get(prefix + short, []))


def _new_names_only(history, quantity, part):
    return history.get(("val_" if part == "test" else "") + quantity, [])


def _without_a_prefix(history, quantity, part):
    return history.get(quantity, [])


def _test_for_val(history, quantity, part):
    return history[("test_" if part == "test" else "") + quantity]


def _insists(history, quantity, part):
    prefix = "val_" if part == "test" else ""
    name = prefix + quantity
    return history[name if name in history else prefix + "acc"]


def _last_epoch_only(history, quantity, part):
    return keras_curve(history, quantity, part)[-1]


def _todays_history(rng):
    return ([_history(rng, "loss", "accuracy", "val_loss", "val_accuracy")],)


def _other_histories(rng):
    names = ("loss", "acc", "val_loss", "val_acc"), ("loss", "acc"), ("loss", "val_loss"), ("loss", "accuracy")
    return ([_history(rng, *names[place]) for place in rng.permutation(len(names))],)


def _history(rng, *names):
    """Draw curves of one length, under names in any order."""
    epochs = rng.integers(2, 8)
    return {str(name): rng.uniform(0.1, 2.5, epochs).round(4).tolist() for name in rng.permutation(names)}


def _curves(keras_curve, histories):
    pairs = [(quantity, part) for quantity in ("loss", "accuracy") for part in ("train", "test")]
    return [*(keras_curve(history, *pair) for history in histories for pair in pairs), histories]


def _same_curves(got, expected, arguments):
    """Judge curves, also those that are arrays, and the histories as they were left."""
    expect(isinstance(got, list) and len(got) == len(expected), describe(got), "the curves of a history")
    for curve, other in zip(got[:-1], expected[:-1], strict=True):
        agree(as_array(curve, "a curve"), as_array(other, "a curve"), "a curve")
    agree(got[-1], expected[-1], "the history afterwards")


ANSWERS = (
    Answer(
        "loss_floor",
        loss_floor,
        wrong=(
            Wrong(_counts_the_right_class_twice, "no higher than the losses there are"),
            Wrong(_of_ten, "no higher than the losses there are"),
            Wrong(_ceiling, "no higher than the losses there are"),
            Wrong(_zero, "a loss that some logits come close to"),
            Wrong(_without_a_logarithm, "loss_floor(2) = 0.7311"),
        ),
        probes=(
            Probe("3 to 40 classes", _some_classes, _floors),
            Probe("two classes, and thousands", _two_or_thousands, _floors),
        ),
    ),
    Answer(
        "endless_softmax",
        "c",
        wrong=(Wrong("b", "which is not what happens"), Wrong("a", "which is not what happens"), Wrong(0.1, "one of")),
    ),
    Answer(
        "softmax_twice",
        softmax_twice,
        wrong=(
            Wrong(_band_alone, "a network that has learnt nothing"),
            Wrong(_doubt_alone, "below the floor"),
            Wrong(_above_the_floor, "above the ceiling", earns=0.5),
            Wrong(_fails_without_errors, "ValueError: ", earns=0.5),
            Wrong(_in_words, "True or False"),
        ),
        probes=(
            Probe("records with some errors", _records, _verdicts, _same_verdicts),
            Probe("records without an error, and very high losses", _perfect_or_high, _verdicts, _same_verdicts),
        ),
    ),
    Answer(
        "gradient_shrink",
        180,
        wrong=(
            Wrong(10, "too small"),  # that of equal logits
            Wrong(1 / 180, "a factor above 1"),
            Wrong(200, "too large"),
            Wrong(1.58, "too small"),  # that of a margin of +3
        ),
    ),
    Answer(
        "keras_curve",
        keras_curve,
        wrong=(
            Wrong(_new_names_only, "'acc'", earns=0.5),
            Wrong(_without_a_prefix, "'loss', 'test') for"),
            Wrong(_test_for_val, "test_loss"),
            Wrong(_insists, "acc", earns=0.5),
            Wrong(_last_epoch_only, "a list of numbers"),
        ),
        probes=(
            Probe("today's names", _todays_history, _curves, _same_curves),
            Probe("the older names, and what was not recorded", _other_histories, _curves, _same_curves),
        ),
    ),
    Answer(
        "from_logits_forgotten",
        "c",
        wrong=(Wrong("a", "which is not what happens"), Wrong("d", "which is not what happens")),
    ),
)
