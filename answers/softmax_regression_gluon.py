"""Solutions and wrong answers to notebooks/07_softmax_regression_gluon.ipynb."""

import math

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def loss_and_gradient(z, y):
    """Compute the cross-entropy of each row, and its gradient.

    z: logits, shape (batch, classes); y: the right classes, shape (batch,).
    Return the losses, shape (batch,), and the gradient, shape of z.
    """
    losses = -npx.pick(npx.log_softmax(z, axis=1), y, axis=1)
    return losses, npx.softmax(z, axis=1) - npx.one_hot(y, z.shape[1])


def _wrong_way_round(z, y):
    losses, gradient = loss_and_gradient(z, y)
    return losses, -gradient


def _of_the_mean(z, y):
    losses, gradient = loss_and_gradient(z, y)
    return losses, gradient / len(z)


def _mean_loss(z, y):
    losses, gradient = loss_and_gradient(z, y)
    return losses.mean(), gradient


def _log_after_softmax(z, y):
    probabilities = npx.softmax(z, axis=1)
    return -np.log(npx.pick(probabilities, y, axis=1)), probabilities - npx.one_hot(y, z.shape[1])


def _log_of_a_little_more(z, y):
    probabilities = npx.softmax(z, axis=1)
    return -np.log(npx.pick(probabilities, y, axis=1) + 1e-8), probabilities - npx.one_hot(y, z.shape[1])


def _one_maximum_for_all(z, y):
    shifted = z - z.max()
    losses = np.log(np.exp(shifted).sum(axis=1)) - npx.pick(shifted, y, axis=1)
    return losses, npx.softmax(z, axis=1) - npx.one_hot(y, z.shape[1])


def _softmax_of_columns(z, y):
    return loss_and_gradient(z, y)[0], npx.softmax(z, axis=0) - npx.one_hot(y, z.shape[1])


def _probabilities_for_gradient(z, y):
    return loss_and_gradient(z, y)[0], npx.softmax(z, axis=1)


def _sign_forgotten(z, y):
    losses, gradient = loss_and_gradient(z, y)
    return -losses, gradient


def weight_decay_step(w, gradient, lr, wd):
    """Return the weights after one step of gradient descent.

    w, gradient: arrays of one shape; lr: the rate; wd: the weight decay.
    """
    return w - lr * (gradient + wd * w)


def _no_decay(w, gradient, lr, wd):
    return w - lr * gradient


def _decay_without_rate(w, gradient, lr, wd):
    return w - lr * gradient - wd * w


def _growing(w, gradient, lr, wd):
    return w - lr * (gradient - wd * w)


def _decay_only(w, gradient, lr, wd):
    return w - lr * wd * w


def _uphill(w, gradient, lr, wd):
    return w + lr * (gradient + wd * w)


def _decay_by_sign(w, gradient, lr, wd):
    return w - lr * (gradient + wd * np.sign(w))


def _decay_after_the_step(w, gradient, lr, wd):
    return (1 - lr * wd) * (w - lr * gradient)


def _in_place(w, gradient, lr, wd):
    w -= lr * (gradient + wd * w)
    return w


def epoch_to_keep(losses, patience):
    """Return the epoch, counted from 1, whose weights are kept.

    losses: the held-out loss after each epoch, a list of numbers.
    patience: training ends after so many epochs in a row without a new
    lowest loss.
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


def _at_the_first_rise(losses, patience):
    return epoch_to_keep(losses, 1)


def _the_loss_itself(losses, patience):
    return losses[epoch_to_keep(losses, patience) - 1]


def _never_in_a_row(losses, patience):
    best, best_epoch, without = losses[0], 1, 0
    for epoch, loss in enumerate(losses[1:], start=2):
        without += loss >= best  # never set back to 0
        best, best_epoch = min((best, best_epoch), (loss, epoch))
        if without == patience:
            break
    return best_epoch


def _compared_with_the_one_before(losses, patience):
    best_epoch, without = 1, 0
    for epoch in range(2, len(losses) + 1):
        without = 0 if losses[epoch - 1] < losses[epoch - 2] else without + 1
        if losses[epoch - 1] < losses[best_epoch - 1]:
            best_epoch = epoch
        if without == patience:
            break
    return best_epoch


def merged(W1, b1, W2, b2):
    """Return the weight and the bias of one layer that replaces two.

    W1, b1: the first layer, shapes (hidden, inputs) and (hidden,).
    W2, b2: the second layer, shapes (outputs, hidden) and (outputs,).
    The results have the shapes (outputs, inputs) and (outputs,).
    """
    return np.dot(W2, W1), np.dot(W2, b1) + b2


def _factors_exchanged(W1, b1, W2, b2):
    return np.dot(W1, W2), np.dot(W2, b1) + b2


def _transposed(W1, b1, W2, b2):
    return np.dot(W1.T, W2.T), np.dot(W2, b1) + b2


def _biases_added(W1, b1, W2, b2):
    return np.dot(W2, W1), b1 + b2


def _second_bias_only(W1, b1, W2, b2):
    return np.dot(W2, W1), b2


def _first_bias_only(W1, b1, W2, b2):
    return np.dot(W2, W1), np.dot(W2, b1)


def _bias_through_columns(W1, b1, W2, b2):
    return np.dot(W2, W1), np.dot(b1, W2) + b2


def _one_array(W1, b1, W2, b2):
    return np.dot(W2, W1)


def _entry_by_entry(W1, b1, W2, b2):
    return W2 * W1, np.dot(W2, b1) + b2


ANSWERS = (
    Answer(
        "loss_and_gradient",
        loss_and_gradient,
        wrong=(
            Wrong(_wrong_way_round, "by which your loss of that row grows"),
            Wrong(_of_the_mean, "gradient[0, 0] = -0."),
            Wrong(_mean_loss, "the losses from loss_and_gradient(z, y) for z of shape (3, 4) has shape ()"),
            Wrong(_log_after_softmax, "the loss of row 0 of the logits [[100, 0]]", earns=0.5),
            Wrong(_log_of_a_little_more, "where the second class is right: 18.421", earns=0.5),
            Wrong(_one_maximum_for_all, "the loss of row 1 of the logits [[100, 0], [-100, -200]]", earns=0.5),
            Wrong(_softmax_of_columns, "the sum of a row of the gradient"),
            Wrong(_probabilities_for_gradient, "the sum of a row of the gradient: 1"),
            Wrong(_sign_forgotten, "which is logit 0 minus logit 1"),
        ),
    ),
    Answer(
        "sure_margin",
        6.8,
        wrong=numbers.SURE_MARGIN,
        by_student=lambda bound, **_: math.ceil(10 * math.log(9 / math.expm1(bound))) / 10,
    ),
    Answer(
        "weight_decay_step",
        weight_decay_step,
        wrong=(
            Wrong(_no_decay, "gradient = 0, lr = 0.1, wd = 0.5"),
            Wrong(_decay_without_rate, "gradient = 0, lr = 0.1, wd = 0.5"),
            Wrong(_growing, "gradient = 0, lr = 0.1, wd = 0.5"),
            Wrong(_decay_only, "lr = 0.1, wd = 0:"),
            Wrong(_uphill, "lr = 0.1, wd = 0:"),
            Wrong(_decay_by_sign, "gradient = 0, lr = 0.1, wd = 0.5"),
            Wrong(_decay_after_the_step, "lr = 0.1, wd = 0.5"),
            Wrong(_in_place, "changed w or gradient itself", earns=0.5),
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
            Wrong(_at_the_first_rise, "has a lower loss"),
            Wrong(_the_loss_itself, "counted from 1 to 1"),
            Wrong(_never_in_a_row, "has a lower loss"),
            Wrong(_compared_with_the_one_before, "training had ended by then"),
        ),
    ),
    Answer(
        "error_by_images",
        [0.302, 0.209, 0.181],
        wrong=(
            Wrong([0.698, 0.791, 0.819], "which look like accuracies"),
            Wrong([30.2, 20.9, 18.1], "which look like percentages"),
            Wrong([0.181, 0.209, 0.302], "is higher than with fewer images"),
            Wrong([0.04, 0.136, 0.163], "is higher than with fewer images"),
            Wrong([0.3, 0.2, 0.2], "errors with three decimals"),
            Wrong([0.417, 0.238, 0.181], "an error of 0.417 with 100 images, higher"),
            Wrong([0.302, 0.195, 0.141], "an error of 0.141 with 10,000 images, lower"),
            Wrong([0.302, 0.209, 0.16], "an error of 0.16 with 10,000 images, lower"),
            Wrong([0.866, 0.63, 0.57], "which look like accuracies"),
            Wrong([-0.302, -0.209, -0.181], "three fractions"),
            Wrong(0.181, "has shape ()"),
            Wrong([0.302, 0.209, 0.181, 0.16], "has shape (4,)"),
            Wrong({100: 0.302, 1000: 0.209, 10000: 0.181}, "a dict"),
        ),
        seconds=30,
    ),
    Answer(
        "merged",
        merged,
        wrong=(
            Wrong(_factors_exchanged, "of your layer for x = [1, 0], where W1 = [["),
            Wrong(_transposed, "of your layer for x = [1, 0], where W1 = [["),
            Wrong(_biases_added, "of your layer for x = [0, 0], where W1 = [["),
            Wrong(_second_bias_only, "of your layer for x = [0, 0], where W1 = [[", earns=0.5),
            Wrong(_first_bias_only, "of your layer for x = [0, 0], where W1 = [[", earns=0.5),
            Wrong(_bias_through_columns, "of your layer for x = [0, 0], where W1 = [["),
            Wrong(_one_array, "two results: the weight and the bias"),
            Wrong(_entry_by_entry, "of your layer for x = [1, 0], where W1 = [["),
        ),
    ),
)
