"""Solutions and wrong answers to notebooks/07_softmax_regression_gluon.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong


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
    ),
)
