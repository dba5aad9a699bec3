"""Solutions and wrong answers to notebooks/08_softmax_regression_keras.ipynb."""

from mxnet import np

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


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


def _in_bits(k):
    return np.log2(1 + (k - 1) / np.e)


def _without_a_minus(k):
    return np.log(np.e / (np.e + k - 1))


def _of_one_softmax(k):
    return -np.log(1 / k)


def _of_a_sure_error(k):
    return np.log(1 + (k - 1) * np.e)


def softmax_twice(loss, accuracy):
    """Return True if a record looks like two softmaxes, otherwise False.

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


def _bounds_for_both(loss, accuracy):
    return 1.4612 < loss < 2.4612 and accuracy > 0.55


def _a_straight_line(loss, accuracy):
    return 1.4612 < loss < 2.4612 and loss > 2.715 - 1.888 * accuracy


def _either_clue(loss, accuracy):
    return 1.4612 < loss < 2.4612 or _doubt_alone(loss, accuracy)


def _in_bits_of_doubt(loss, accuracy):
    import math

    honest = -accuracy * math.log2(accuracy)
    if accuracy < 1:
        honest -= (1 - accuracy) * math.log2((1 - accuracy) / 9)
    return 1.4612 < loss < 2.4612 and loss > honest


def _without_the_nine(loss, accuracy):
    import math

    honest = -accuracy * math.log(accuracy)
    if accuracy < 1:
        honest -= (1 - accuracy) * math.log(1 - accuracy)
    return 1.4612 < loss < 2.4612 and loss > honest


def _typical_probability(loss, accuracy):
    import math

    return 1.4612 < loss < 2.4612 and math.exp(-loss) < accuracy


def keras_curve(history, quantity, part):
    """Return a curve of Keras's history, a list with one number per epoch.

    history: the dictionary; quantity: "loss" or "accuracy"; part: "train"
    or "held-out". The curve of what was not recorded is an empty list.
    """
    prefix = "val_" if part == "held-out" else ""
    short = "acc" if quantity == "accuracy" else quantity
    return history.get(prefix + quantity, history.get(prefix + short, []))


def _new_names_only(history, quantity, part):
    return history.get(("val_" if part == "held-out" else "") + quantity, [])


def _without_a_prefix(history, quantity, part):
    return history.get(quantity, [])


def _test_for_val(history, quantity, part):
    return history[("test_" if part == "held-out" else "") + quantity]


def _insists(history, quantity, part):
    prefix = "val_" if part == "held-out" else ""
    name = prefix + quantity
    return history[name if name in history else prefix + "acc"]


def _last_epoch_only(history, quantity, part):
    return keras_curve(history, quantity, part)[-1]


def _prefix_for_train_too(history, quantity, part):
    return history.get("val_" + quantity, [])


def _old_names_only(history, quantity, part):
    prefix = "val_" if part == "held-out" else ""
    return history.get(prefix + ("acc" if quantity == "accuracy" else quantity), [])


def _nothing_where_not_recorded(history, quantity, part):
    return keras_curve(history, quantity, part) or None


def _takes_it_out(history, quantity, part):
    return keras_curve({name: history.pop(name) for name in list(history)}, quantity, part)


def _without_old_held_out(history, quantity, part):
    prefix = "val_" if part == "held-out" else ""
    return history.get(prefix + quantity, history.get("acc", []) if quantity == "accuracy" else [])


def factor_lost(margin):
    """Return how many times smaller the push is with two softmaxes."""
    p = np.exp(margin) / (np.exp(margin) + 9)
    p_twice = np.exp(p) / (np.exp(p) + 9 * np.exp((1 - p) / 9))
    return float(0.9 / (p * (1 - p_twice)))


ANSWERS = (
    Answer(
        "loss_floor",
        loss_floor,
        wrong=(
            Wrong(_counts_the_right_class_twice, "at most 0.3133: a score of 1000"),
            Wrong(_of_ten, "at most 0.3133: a score of 1000"),
            Wrong(_ceiling, "at most 0.3133: a score of 1000"),
            Wrong(_zero, "none less"),
            Wrong(_without_a_logarithm, "loss_floor(2) = 0.7311"),
            Wrong(_in_bits, "loss_floor(2) = 0.4519"),
            Wrong(_without_a_minus, "loss_floor(2) = -0.3133"),
            Wrong(_of_one_softmax, "loss_floor(2) = 0.6931"),
            Wrong(_of_a_sure_error, "loss_floor(2) = 1.3133"),
        ),
    ),
    Answer(
        "endless_softmax",
        "c",
        wrong=(
            Wrong("a", "left probabilities as they are"),
            Wrong("b", "only the first softmax"),
            Wrong("d", "It would become 0 if"),
            Wrong("e", "one of"),
            Wrong("ac", "one of"),
            Wrong("0.1", "one of"),
            Wrong(0.1, "one of"),
            Wrong(3, "one of"),
        ),
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
            Wrong(_bounds_for_both, "False from softmax_twice(1.85, 0.5)"),
            Wrong(_a_straight_line, "may be up to 1.90"),
            Wrong(_either_clue, "a network that has learnt nothing"),
            Wrong(_in_bits_of_doubt, "the first epoch of that record"),
            Wrong(_without_the_nine, "a network that has learnt nothing"),
            Wrong(_typical_probability, "may be up to"),
        ),
    ),
    Answer(
        "gradient_shrink",
        180,
        wrong=numbers.GRADIENT_SHRINK,
        by_student=lambda margin, **_: factor_lost(margin),
    ),
    Answer(
        "keras_curve",
        keras_curve,
        wrong=(
            Wrong(_new_names_only, "'acc'", earns=0.5),
            Wrong(_without_a_prefix, "'loss', 'held-out') for"),
            Wrong(_test_for_val, "test_loss"),
            Wrong(_insists, "acc", earns=0.5),
            Wrong(_last_epoch_only, "a list of numbers"),
            Wrong(_prefix_for_train_too, "'loss', 'train') for"),
            Wrong(_old_names_only, "'accuracy', 'train') for"),
            Wrong(_nothing_where_not_recorded, "None", earns=0.5),
            Wrong(_takes_it_out, "the dictionary has changed"),
            Wrong(_without_old_held_out, "'accuracy', 'held-out') for", earns=0.5),
        ),
    ),
    Answer(
        "from_logits_forgotten",
        "c",
        wrong=(
            Wrong("a", "made Keras add a softmax"),
            Wrong("b", "if Keras checked that"),
            Wrong("d", "if a softmax were applied twice"),
            Wrong("e", "one of"),
            Wrong("cd", "one of"),
            Wrong("", "one of"),
            Wrong(False, "one of"),
            Wrong(2, "one of"),
        ),
    ),
)
