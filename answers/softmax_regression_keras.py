"""Solutions and wrong answers to notebooks/08_softmax_regression_keras.ipynb."""

from mxnet import np

from d2l_autograder.key import Answer, Wrong


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
    ),
    Answer(
        "from_logits_forgotten",
        "c",
        wrong=(Wrong("a", "which is not what happens"), Wrong("d", "which is not what happens")),
    ),
)
