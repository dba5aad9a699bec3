"""Solutions and wrong answers to notebooks/02_linear_regression_scratch.ipynb."""

import random

from mxnet import np

from d2l_autograder.key import Answer, Wrong


def full_batches(batch_size, features, labels):
    """Yield shuffled minibatches (X, y) of batch_size examples each.

    Examples that do not fill a batch are left out, others in each epoch.
    """
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    features, labels = features.take(order, axis=0), labels.take(order, axis=0)
    for start in range(0, len(features) - batch_size + 1, batch_size):
        rows = slice(start, start + batch_size)
        yield features[rows], labels[rows]


def _keeps_the_rest(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    for start in range(0, len(features), batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)


def _loses_the_last(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    for start in range(0, len(features) - batch_size, batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)


def _shuffles_one_only(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    for start in range(0, len(features) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels[start : start + batch_size]


def _leaves_out_before_shuffling(batch_size, features, labels):
    order = list(range(len(features) // batch_size * batch_size))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)


def _does_not_shuffle(batch_size, features, labels):
    for start in range(0, len(features) - batch_size + 1, batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def _draws_with_replacement(batch_size, features, labels):
    for _ in range(len(features) // batch_size):
        rows = np.array([random.randrange(len(features)) for _ in range(batch_size)], dtype="int32")
        yield features.take(rows, axis=0), labels.take(rows, axis=0)


def _returns_a_number(batch_size, features, labels):
    return len(features) // batch_size


def safe_squared_loss(y_hat, y):
    """Give half the squared error of each prediction.

    y_hat and y hold as many numbers, each in shape (n,) or (n, 1), not
    always the same. Where their numbers differ, raises an error.
    """
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _as_in_the_notebook(y_hat, y):
    return (y_hat - y) ** 2 / 2


def _makes_columns_of_labels(y_hat, y):
    return (y_hat - y.reshape(-1, 1)) ** 2 / 2


def _flattens_both(y_hat, y):
    return (y_hat.reshape(-1) - y.reshape(-1)) ** 2 / 2


def _takes_the_mean(y_hat, y):
    return ((y_hat - y.reshape(y_hat.shape)) ** 2).mean() / 2


def _forgets_the_half(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2


def _leaves_mxnet(y_hat, y):
    return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).asnumpy()


def sgd_clipped(params, lr, batch_size, limit):
    """Take a step of SGD with the mean gradient, at most limit long.

    The gradients of all params, divided by batch_size, are one long
    vector; where its length exceeds limit, it is shortened to limit.
    """
    squares = sum((param.grad**2).sum() for param in params)
    length = np.sqrt(squares).item() / batch_size
    factor = limit / length if length > limit else 1
    for param in params:
        param -= lr * factor * param.grad / batch_size


def _has_no_limit(params, lr, batch_size, limit):
    for param in params:
        param -= lr * param.grad / batch_size


def _limits_each_alone(params, lr, batch_size, limit):
    for param in params:
        length = np.sqrt((param.grad**2).sum()).item() / batch_size
        factor = limit / length if length > limit else 1
        param -= lr * factor * param.grad / batch_size


def _limits_each_entry(params, lr, batch_size, limit):
    for param in params:
        param -= lr * np.clip(param.grad / batch_size, -limit, limit)


def _always_goes_at_the_limit(params, lr, batch_size, limit):
    squares = sum((param.grad**2).sum() for param in params)
    for param in params:
        param -= lr * limit * param.grad / np.sqrt(squares)


def _limits_the_sum(params, lr, batch_size, limit):
    squares = sum((param.grad**2).sum() for param in params)
    length = np.sqrt(squares).item()
    factor = limit / length if length > limit else 1
    for param in params:
        param -= lr * factor * param.grad / batch_size


def _makes_new_arrays(params, lr, batch_size, limit):
    for param in params:
        param = param - lr * param.grad / batch_size


def _divides_by_zero(params, lr, batch_size, limit):
    squares = sum((param.grad**2).sum() for param in params)
    factor = min(limit * batch_size / np.sqrt(squares).item(), 1)
    for param in params:
        param -= lr * factor * param.grad / batch_size


ANSWERS = (
    Answer(
        "full_batches",
        full_batches,
        wrong=(
            Wrong(_keeps_the_rest, "has shape (3, 2)"),
            Wrong(_loses_the_last, "3 batches", earns=0.5),
            Wrong(_shuffles_one_only, "another example's label"),
            Wrong(_leaves_out_before_shuffling, "others left out in other epochs", earns=0.5),
            Wrong(_does_not_shuffle, "a shuffled order"),
            Wrong(_draws_with_replacement, "comes twice"),
            Wrong(_returns_a_number, "something to loop over"),
        ),
    ),
    Answer(
        "safe_squared_loss",
        safe_squared_loss,
        wrong=(
            Wrong(_as_in_the_notebook, "losses of shape (4, 4)"),
            Wrong(_makes_columns_of_labels, "losses of shape (4, 4)"),
            Wrong(_flattens_both, "gave losses of shape (4,)", earns=0.5),
            Wrong(_takes_the_mean, "4 losses, one for each prediction"),
            Wrong(_forgets_the_half, "the gradient should be"),
            Wrong(_leaves_mxnet, "through which gradients flow"),
        ),
    ),
    Answer(
        "sgd_clipped",
        sgd_clipped,
        wrong=(
            Wrong(_has_no_limit, "the length of the step"),
            Wrong(_limits_each_alone, "the length of the step"),
            Wrong(_limits_each_entry, "the length of the step"),
            Wrong(_always_goes_at_the_limit, "which should be sgd's", earns=0.5),
            Wrong(_limits_the_sum, "which should be sgd's"),
            Wrong(_makes_new_arrays, "changed themselves"),
            Wrong(_divides_by_zero, "ZeroDivisionError", earns=0.5),
        ),
    ),
    Answer(
        "galileos_constant",
        33.05,
        wrong=(
            Wrong(30, "half a per cent larger"),
            Wrong(34.5, "half a per cent smaller"),
            Wrong(1619.4, "half a per cent smaller"),
            Wrong(float("nan"), "a number of points, above 0"),
        ),
    ),
    Answer(
        "zero_start",
        "c",
        wrong=(Wrong("a", "which is not what happens"), Wrong("b", "which is not what happens")),
    ),
)
