"""Answers to notebooks/07_softmax_regression_gluon.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.exercises.expectations import as_array, expect, expect_shape


def stable_log_sum_exp(Z):
    """Return log(exp(z_1) + ... + exp(z_k)) of each row z of Z.

    Z: logits, shape (batch, classes); the result has shape (batch,).
    """
    largest = Z.max(axis=1, keepdims=True)
    return largest[:, 0] + np.log(np.exp(Z - largest).sum(axis=1))


def _overflowing(Z):
    return np.log(np.exp(Z).sum(axis=1))


def _one_shift_for_all(Z):
    return Z.max() + np.log(np.exp(Z - Z.max()).sum(axis=1))


def _without_adding_back(Z):
    return np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1))


def _of_columns(Z):
    return np.log(np.exp(Z).sum(axis=0))


def _mean_not_sum(Z):
    return stable_log_sum_exp(Z) - np.log(np.array(Z.shape[1]))


def _ordinary_logits(rng):
    return (rng.normal(0.0, 1.5, rng.integers(3, 8, 2)),)


def _far_logits(rng):
    classes = int(rng.integers(3, 6))
    every = range(classes)
    Z = rng.normal(0.0, 1.5, (classes + 3, classes)) + rng.uniform(1000.0, 2000.0, (classes + 3, 1))
    Z[every, every] -= 3000.0  # each class is far below the others once, so no other shift than the maximum is safe
    Z[-2:] -= [[3000.0], [1500.0]]
    Z[-1] = rng.normal(0.0, 1.5, classes)
    return (Z[rng.permutation(len(Z))],)


def _to_a_thousandth(got, expected, arguments):
    # A tolerance relative to 1000 would not notice a missing logarithm
    sums, wanted = as_array(got, "the result"), as_array(expected, "the result")
    expect_shape(sums, wanted.shape, "the result")
    wrong = int((~(abs(sums - wanted) <= 2e-3)).sum())  # nan compares as false
    expect(wrong == 0, f"the result: {wrong} of {wanted.size} numbers wrong", "the right numbers, to a few thousandths")


def loss_and_gradient(Z, y):
    """Return the cross-entropy of each row, and its gradient.

    Z: logits, shape (batch, classes); y: the right classes, shape (batch,).
    The losses have shape (batch,), the gradient that of Z.
    """
    losses = -npx.pick(npx.log_softmax(Z, axis=1), y, axis=1)
    return losses, npx.softmax(Z, axis=1) - npx.one_hot(y, Z.shape[1])


def _wrong_way_round(Z, y):
    losses, gradient = loss_and_gradient(Z, y)
    return losses, -gradient


def _of_the_mean(Z, y):
    losses, gradient = loss_and_gradient(Z, y)
    return losses, gradient / len(Z)


def _mean_loss(Z, y):
    losses, gradient = loss_and_gradient(Z, y)
    return losses.mean(), gradient


def _loss_only(Z, y):
    return loss_and_gradient(Z, y)[0]


def _log_after_softmax(Z, y):
    probabilities = npx.softmax(Z, axis=1)
    return -np.log(npx.pick(probabilities, y, axis=1)), probabilities - npx.one_hot(y, Z.shape[1])


def _probabilities_for_gradient(Z, y):
    return loss_and_gradient(Z, y)[0], npx.softmax(Z, axis=1)


def _sign_forgotten(Z, y):
    losses, gradient = loss_and_gradient(Z, y)
    return -losses, gradient


def _logits_and_labels(rng):
    n, classes = map(int, rng.integers((6, 3), (11, 7)))
    y = rng.permutation(n) % classes  # each class comes
    return rng.normal(0.0, 1.5, (n, classes)), y.astype("int32")


def _sure_and_wrong(rng):
    Z, y = _logits_and_labels(rng)
    n, classes = Z.shape
    y %= classes - 1  # the last class does not come, and y does not show how many there are
    Z[range(n), y] -= rng.uniform(150.0, 1000.0, n)
    Z[0] -= 2.0 * Z[0]  # in the first row sure and right
    return Z + rng.uniform(-1000.0, 1000.0, (n, 1)), y


def weight_decay_step(w, gradient, lr, wd):
    """Return the weights after one step of gradient descent.

    w, gradient: arrays of one shape; lr: the rate; wd: the weight decay.
    """
    return w - lr * (gradient + wd * w)


def _decay_without_rate(w, gradient, lr, wd):
    return w - lr * gradient - wd * w


def _growing(w, gradient, lr, wd):
    return w - lr * (gradient - wd * w)


def _twice_as_much(w, gradient, lr, wd):
    return w - lr * (gradient + 2 * wd * w)


def _decay_by_sign(w, gradient, lr, wd):
    return w - lr * (gradient + wd * np.sign(w))


def _in_place(w, gradient, lr, wd):
    w -= lr * (gradient + wd * w)
    return w


def _weights(rng):
    shape = rng.integers(2, 6, rng.integers(1, 4))
    lr, wd = rng.uniform(0.1, 0.9, 2).tolist()
    return rng.normal(0.0, 1.0, shape), rng.normal(0.0, 1.0, shape), lr, wd


def _what_is_left(function, w, gradient, lr, wd):
    function(w, gradient, lr, wd)
    return w, gradient


def epoch_to_keep(losses, patience):
    """Return the epoch, counted from 1, whose weights are kept.

    losses: the held-out loss after each epoch, a list of numbers.
    patience: training ends when so many epochs in a row brought no loss
    below the lowest one so far.
    """
    best, best_epoch = losses[0], 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            break
    return best_epoch


def _lowest_of_all(losses, patience):
    return losses.index(min(losses)) + 1


def _counted_from_zero(losses, patience):
    return epoch_to_keep(losses, patience) - 1


def _where_training_ends(losses, patience):
    return min(epoch_to_keep(losses, patience) + patience, len(losses))


def _the_last_of_equals(losses, patience):
    best_epoch = epoch_to_keep(losses, patience)
    return max(n for n in range(1, best_epoch + patience + 1) if losses[n - 1 : n] == [losses[best_epoch - 1]])


def _one_too_patient(losses, patience):
    return epoch_to_keep(losses, patience + 1)


def _falling_twice(rng):
    patience = int(rng.integers(2, 5))
    almost = patience - 1  # one epoch less than training waits
    runs = [
        rng.uniform(0.7, 1.0, rng.integers(1, 4)),
        [rng.uniform(0.6, 0.65)],
        rng.uniform(0.7, 0.9, almost),
        [rng.uniform(0.5, 0.55)],
        rng.uniform(0.7, 0.9, almost),
        [rng.uniform(0.42, 0.48)],  # to be kept
        rng.uniform(0.7, 0.9, patience),
        rng.uniform(0.1, 0.4, rng.integers(1, 4)),
    ]
    return [round(float(loss), 4) for run in runs for loss in sorted(run, reverse=True)], patience


def _many_short_runs(rng):
    runs = []
    for length in rng.integers(1, 9, 60).tolist():
        losses = (rng.integers(1, 10, length) / 10).tolist()
        runs.append((losses, int(rng.integers(1, 5))))
    return (runs,)


def _each_kept(function, runs):
    return [function(list(losses), patience) for losses, patience in runs]


ANSWERS = (
    Answer(
        "stable_log_sum_exp",
        stable_log_sum_exp,
        wrong=(
            Wrong(_overflowing, "stable_log_sum_exp([[1000, 1000]]): nan", earns=0.5),
            Wrong(_one_shift_for_all, "stable_log_sum_exp([[1000, 0], [0, 0]]): -inf", earns=0.5),
            Wrong(_without_adding_back, "over a row z"),
            Wrong(_of_columns, "shape (4,)"),
            Wrong(_mean_not_sum, "over a row z: 4"),
        ),
        probes=(
            Probe("ordinary logits", _ordinary_logits),
            Probe("logits of 1000 and more, above and below 0", _far_logits, judge=_to_a_thousandth),
        ),
    ),
    Answer(
        "loss_and_gradient",
        loss_and_gradient,
        wrong=(
            Wrong(_wrong_way_round, "by which your loss of that row grows"),
            Wrong(_of_the_mean, "gradient[0, 0] = -0."),
            Wrong(_mean_loss, "the losses for Z of shape (3, 4), has shape ()"),
            Wrong(_loss_only, "two results"),
            Wrong(
                _log_after_softmax, "the loss of the logits [100, 0] where the second class is right: inf", earns=0.5
            ),
            Wrong(_probabilities_for_gradient, "the sum of a row of the gradient: 1"),
            Wrong(_sign_forgotten, "which is logit 0 less logit 1"),
        ),
        probes=(
            Probe("ordinary logits", _logits_and_labels),
            Probe("logits of hundreds, for and against the right class", _sure_and_wrong),
        ),
    ),
    Answer(
        "sure_margin",
        6.8,
        wrong=(
            Wrong(6.7, "a loss of 0.01102 at the margin 6.7"),
            Wrong(7, "a loss of 0.009028 already at the margin 6.9"),
            Wrong(4.6, "a loss of 0.0866 at the margin 4.6"),
            Wrong("6.8", "a str"),
        ),
    ),
    Answer(
        "hidden_parameters",
        203530,
        wrong=(
            Wrong(784 * 256 + 256 * 10, "203,264, which is too few"),
            Wrong(784 * 256 + 784 * 10 + 266, "too many"),
            Wrong(7850, "too few"),
        ),
    ),
    Answer(
        "weight_decay_step",
        weight_decay_step,
        wrong=(
            Wrong(_decay_without_rate, "unlike that of Gluon's Trainer"),
            Wrong(_growing, "weights that grow"),
            Wrong(_twice_as_much, "unlike that of Gluon's Trainer"),
            Wrong(_decay_by_sign, "its largest entry less its smallest"),
            Wrong(_in_place, "changed w or gradient itself", earns=0.5),
        ),
        probes=(
            Probe("the new weights", _weights),
            Probe("the old weights and the gradient, afterwards", _weights, through=_what_is_left),
        ),
    ),
    Answer(
        "epoch_to_keep",
        epoch_to_keep,
        wrong=(
            Wrong(_lowest_of_all, "training had ended by then"),
            Wrong(_counted_from_zero, "counted from 1 to 1"),
            Wrong(_where_training_ends, "was as low or lower"),
            Wrong(_the_last_of_equals, "was as low or lower", earns=0.5),
            Wrong(_one_too_patient, "training had ended by then"),
        ),
        probes=(
            Probe("losses that turn, and turn again", _falling_twice),
            Probe("equal losses, and runs that end early", _many_short_runs, through=_each_kept),
        ),
    ),
)
