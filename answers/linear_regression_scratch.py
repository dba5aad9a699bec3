"""Solutions and wrong answers to notebooks/02_linear_regression_scratch.ipynb."""

import random

from mxnet import np

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def full_batches(batch_size, features, labels):
    """Yield shuffled minibatches (X, y) of batch_size examples each.

    Examples that do not fill a batch are left out; the shuffle decides which.
    """
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32", ctx=features.ctx)
    features, labels = features.take(order, axis=0), labels.take(order, axis=0)
    for start in range(0, len(features) - batch_size + 1, batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def _shuffled(n, generator=random):
    order = list(range(n))
    generator.shuffle(order)
    return np.array(order, dtype="int32")


def _dealt(order, spare, batch_size, features, labels):
    for start in range(0, len(order) - spare, batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)


def _keeps_the_rest(batch_size, features, labels):
    return _dealt(_shuffled(len(features)), 0, batch_size, features, labels)


def _ends_one_start_late(batch_size, features, labels):
    return _dealt(_shuffled(len(features)), batch_size - 2, batch_size, features, labels)


def _loses_the_last(batch_size, features, labels):
    return _dealt(_shuffled(len(features)), batch_size, batch_size, features, labels)


def _fills_up_with_the_first(batch_size, features, labels):
    order = np.tile(_shuffled(len(features)), 3)
    return _dealt(order, 2 * len(features), batch_size, features, labels)


def _leaves_out_before_shuffling(batch_size, features, labels):
    return _dealt(_shuffled(len(features) // batch_size * batch_size), 0, batch_size, features, labels)


def _shuffles_alike_each_time(batch_size, features, labels):
    return _dealt(_shuffled(len(features), random.Random(0)), batch_size - 1, batch_size, features, labels)


def _draws_with_replacement(batch_size, features, labels):
    n = len(features) // batch_size * batch_size
    order = np.array(random.choices(range(len(features)), k=n), dtype="int32")
    return _dealt(order, 0, batch_size, features, labels)


def _shuffles_one_only(batch_size, features, labels):
    return _does_not_shuffle(batch_size, features.take(_shuffled(len(features)), axis=0), labels)


def _shuffles_the_batches_only(batch_size, features, labels):
    starts = list(range(0, len(features) - batch_size + 1, batch_size))
    random.shuffle(starts)
    for start in starts:
        yield features[start : start + batch_size], labels[start : start + batch_size]


def _does_not_shuffle(batch_size, features, labels):
    for start in range(0, len(features) - batch_size + 1, batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def _shuffles_in_place(batch_size, features, labels):
    order = _shuffled(len(features))
    features[:], labels[:] = features.take(order, axis=0), labels.take(order, axis=0)
    return _does_not_shuffle(batch_size, features, labels)


def _returns_the_first_batch(batch_size, features, labels):
    rows = _shuffled(len(features))[:batch_size]
    return features.take(rows, axis=0), labels.take(rows, axis=0)


def _returns_a_number(batch_size, features, labels):
    return len(features) // batch_size


def safe_squared_loss(y_hat, y):
    """Return half the squared error of each prediction.

    y_hat and y have n entries each, in shape (n,) or (n, 1); the two
    shapes may differ. Raise an error if one has more entries.
    """
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _as_in_the_notebook(y_hat, y):
    return (y_hat - y) ** 2 / 2


def _wants_one_shape(y_hat, y):
    assert y_hat.shape == y.shape
    return (y_hat - y) ** 2 / 2


def _makes_columns_of_labels(y_hat, y):
    return (y_hat - y.reshape(-1, 1)) ** 2 / 2


def _flattens_both(y_hat, y):
    return (y_hat.reshape(-1) - y.reshape(-1)) ** 2 / 2


def _prints_the_error(y_hat, y):
    if y_hat.size != y.size:
        return print("as many labels as predictions, please")
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def _takes_the_mean(y_hat, y):
    return ((y_hat - y.reshape(y_hat.shape)) ** 2).mean() / 2


def _forgets_the_half(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2


def _forgets_the_square(y_hat, y):
    return np.abs(y_hat - y.reshape(y_hat.shape)) / 2


def _leaves_mxnet(y_hat, y):
    return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).asnumpy()


def sgd_clipped(params, lr, batch_size, limit):
    """Take a step of SGD with the mean gradient, at most limit long.

    The gradients of all params, divided by batch_size, form one long
    vector. If it is longer than limit, it is shortened to limit.
    """
    squares = sum((param.grad**2).sum() for param in params)
    length = np.sqrt(squares).item() / batch_size
    factor = limit / length if length > limit else 1
    for param in params:
        param -= lr * factor * param.grad / batch_size


def _length(params):
    return np.sqrt(sum((param.grad**2).sum() for param in params)).item()


def _step(params, rate):
    for param in params:
        param -= rate * param.grad


def _limited(params, lr, batch_size, limit, length):
    _step(params, lr / batch_size * (limit / length if length > limit else 1))


def _has_no_limit(params, lr, batch_size, limit):
    _step(params, lr / batch_size)


def _limits_each_alone(params, lr, batch_size, limit):
    for param in params:
        _limited([param], lr, batch_size, limit, _length([param]) / batch_size)


def _limits_each_entry(params, lr, batch_size, limit):
    for param in params:
        param -= lr * np.clip(param.grad / batch_size, -limit, limit)


def _forgets_the_root(params, lr, batch_size, limit):
    _limited(params, lr, batch_size, limit, (_length(params) / batch_size) ** 2)


def _limits_the_step(params, lr, batch_size, limit):
    _limited(params, lr, batch_size, limit, lr * _length(params) / batch_size)


def _limits_the_sum(params, lr, batch_size, limit):
    _limited(params, lr, batch_size, limit, _length(params))


def _expects_two_params(params, lr, batch_size, limit):
    w, b = params
    sgd_clipped([w, b], lr, batch_size, limit)


def _always_goes_at_the_limit(params, lr, batch_size, limit):
    _step(params, lr * limit / max(_length(params), 1e-9))


def _makes_new_arrays(params, lr, batch_size, limit):
    for param in params:
        param = param - lr * param.grad / batch_size


def _divides_by_zero(params, lr, batch_size, limit):
    _step(params, lr / batch_size * min(limit * batch_size / _length(params), 1))


ANSWERS = (
    Answer(
        "full_batches",
        full_batches,
        wrong=(
            Wrong(_keeps_the_rest, "has shape (4, 2)"),
            Wrong(_ends_one_start_late, "has shape (4, 2)", earns=0.5),
            Wrong(_loses_the_last, "3 batches", earns=0.5),
            Wrong(_fills_up_with_the_first, "comes twice"),
            Wrong(_shuffles_one_only, "another example's label"),
            Wrong(_leaves_out_before_shuffling, "others left out in other epochs", earns=0.5),
            Wrong(_shuffles_the_batches_only, "old neighbours"),
            Wrong(_shuffles_alike_each_time, "a new order in each epoch", earns=0.5),
            Wrong(_does_not_shuffle, "a shuffled order"),
            Wrong(_draws_with_replacement, "comes twice"),
            Wrong(_shuffles_in_place, "the originals as before"),
            Wrong(_returns_the_first_batch, "return ends the loop"),
            Wrong(_returns_a_number, "something to loop over"),
        ),
    ),
    Answer(
        "safe_squared_loss",
        safe_squared_loss,
        wrong=(
            Wrong(_as_in_the_notebook, "losses of shape (4, 4)"),
            Wrong(_wants_one_shape, "AssertionError"),
            Wrong(_makes_columns_of_labels, "losses of shape (4, 4)"),
            Wrong(_flattens_both, "gave losses of shape (4,)", earns=0.5),
            Wrong(_prints_the_error, "nothing (None)", earns=0.5),
            Wrong(_takes_the_mean, "4 losses, one for each prediction"),
            Wrong(_forgets_the_half, "the gradient should be"),
            Wrong(_forgets_the_square, "the gradient should be"),
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
            Wrong(_forgets_the_root, "should be that of sgd"),
            Wrong(_limits_the_step, "the length of the step"),
            Wrong(_expects_two_params, "ValueError", earns=0.5),
            Wrong(_always_goes_at_the_limit, "should be that of sgd", earns=0.5),
            Wrong(_limits_the_sum, "should be that of sgd"),
            Wrong(_makes_new_arrays, "the parameters are unchanged"),
            Wrong(_divides_by_zero, "ZeroDivisionError", earns=0.5),
        ),
    ),
    Answer(
        "galileos_constant",
        33.05,
        wrong=numbers.GALILEOS_CONSTANT,
        by_student=lambda unit, **_: 33.05 / unit,
        seconds=5,
    ),
    Answer(
        "zero_start",
        "c",
        wrong=(
            Wrong("a", "if u started at 1"),
            Wrong("b", "if u multiplied the bias as well"),
            *(Wrong(other, "one of 'a', 'b', 'c'") for other in ("d", "c: only the bias learns", "", 3)),
        ),
    ),
    Answer(
        "examples_needed",
        round(100 * (0.051 / 0.01) ** 2),
        wrong=numbers.EXAMPLES_NEEDED,
        by_student=lambda error, **_: round(100 * (0.051 / error) ** 2),
    ),
)
