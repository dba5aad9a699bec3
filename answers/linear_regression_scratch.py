"""Answers to notebooks/02_linear_regression_scratch.ipynb."""

import math
import random
from itertools import pairwise

import numpy
from mxnet import np

from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.exercises.expectations import as_array, expect, expect_shape


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


def _examples(rng):
    """Draw a batch size, examples in which each feature and label tells its row, and how many of them to use."""
    batch_size, whole = int(rng.integers(3, 6)), int(rng.integers(4, 6))
    n = batch_size * whole + int(rng.integers(1, batch_size))
    features = rng.permutation(n)[:, None] + rng.uniform(-0.3, 0.3, (n, int(rng.integers(2, 5))))
    return batch_size, features, 10.0 * rng.permutation(n)[:, None] + rng.uniform(-3, 3, (n, 1)), [n]


def _examples_and_no_rest(rng):
    batch_size, features, labels, (n,) = _examples(rng)
    return batch_size, features, labels, [n, n // batch_size * batch_size]


def _epochs(function, batch_size, features, labels, sizes):
    from itertools import islice

    def batches(n):
        most = n // batch_size + 2  # two too many are enough to see that they do not end where they should
        for batch in islice(function(batch_size, features[:n], labels[:n]), most):
            yield [part.copy() if hasattr(part, "copy") else part for part in batch]

    return [[list(batches(n)) for _ in range(6)] for n in sizes]


def _judge_batches(got, expected, arguments):
    """Take any shuffle that leaves few examples side by side."""
    for rows in _rows_in_epochs(got, arguments):
        steps = [abs(one - other) for epoch in rows for one, other in pairwise(epoch)]
        expect(steps.count(1) <= len(steps) / 2, "most examples beside those that they stood beside", "a shuffle")


def _judge_who_sits_out(got, expected, arguments):
    for n, rows in zip(arguments[3], _rows_in_epochs(got, arguments), strict=True):
        expect(any(epoch != rows[0] for epoch in rows), f"{n} examples in the same order in all epochs", "a new order")
        others = n % arguments[0] == 0 or any(set(epoch) != set(rows[0]) for epoch in rows)
        expect(others, f"of {n} examples, the same ones left out in all epochs", "others in other epochs")


def _rows_in_epochs(got, arguments):
    """Give which examples came in which order, for each number of examples and each epoch."""
    batch_size, features, labels, sizes = arguments
    examples = numpy.hstack([features, labels])
    sound = isinstance(got, list) and len(got) == len(sizes)
    sound = sound and all(isinstance(epochs, list) and len(epochs) == 6 for epochs in got)
    expect(sound, "something else than batches", "batches")
    return [
        [_rows(batches, batch_size, examples[:n]) for batches in epochs] for n, epochs in zip(sizes, got, strict=True)
    ]


def _rows(batches, batch_size, examples):
    whole = len(examples) // batch_size
    what = f"{len(examples)} examples in batches of {batch_size}"
    right = isinstance(batches, list) and len(batches) == whole
    expect(right, f"{what}: another number of batches", f"{whole} batches")
    rows = []
    for batch in batches:
        expect(isinstance(batch, list) and len(batch) == 2, f"{what}: a batch that is no pair", "X and y")
        X, y = as_array(batch[0], f"{what}: X"), as_array(batch[1], f"{what}: y")
        expect_shape(X, (batch_size, examples.shape[1] - 1), f"{what}: X")
        expect_shape(y, (batch_size, 1), f"{what}: y")
        apart = numpy.abs(numpy.hstack([X, y])[:, None] - examples).max(axis=2)
        known = bool((apart.min(axis=1) < 1e-3).all())
        expect(known, f"{what}: features and labels that no example has", "each label beside its own features")
        rows += apart.argmin(axis=1).tolist()
    expect(len(set(rows)) == len(rows), f"{what}: an example that comes twice in an epoch", "each once at most")
    return rows


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


def _predictions_and_labels(rng):
    n = int(rng.integers(3, 8))
    return rng.normal(0, 2, n), rng.normal(0, 2, n)


def _predictions_and_more_labels(rng):
    n = int(rng.integers(2, 5))
    return rng.normal(0, 2, 2 * n), rng.normal(0, 2, 4 * n)


def _losses_and_slopes(function, y_hat, y):
    from itertools import product

    from mxnet import autograd

    found = {}
    for rows, label_rows in product(((-1,), (-1, 1)), repeat=2):
        predictions, labels = y_hat.reshape(rows), y.reshape(label_rows)
        predictions.attach_grad()
        with autograd.record():
            losses = function(predictions, labels)
        losses.backward()
        shapes = f"for shapes {predictions.shape} and {labels.shape}"
        found[f"the losses {shapes}"] = losses.reshape(-1)
        found[f"the gradient {shapes}"] = predictions.grad.reshape(-1)
    return found


def _losses_of_other_numbers(function, y_hat, y):
    from itertools import product

    without_error = []
    for count, rows, label_rows in product((1, len(y_hat) // 2, len(y)), ((-1,), (-1, 1)), ((-1,), (-1, 1))):
        predictions, labels = y_hat.reshape(rows), y[:count].reshape(label_rows)
        try:
            losses = function(predictions, labels)
            if hasattr(losses, "asnumpy"):
                losses.asnumpy()  # MXNet may raise its error as late as here
        except Exception:
            continue
        without_error.append(f"shapes {predictions.shape} and {labels.shape}")
    return without_error


def _judge_errors(got, expected, arguments):
    shown = next((shapes for shapes in got if isinstance(shapes, str)), "") if isinstance(got, list) else ""
    expect(isinstance(got, list) and not got, f"no error for {shown}", "an error")


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


def _params_and_gradients(rng, *lengths):
    """Draw parameters, gradients whose mean is as long as the limit, and the settings; `lengths` is in limits."""
    shapes = [(int(rng.integers(2, 5)), 1), (1,), (2, int(rng.integers(2, 4)))][: int(rng.integers(2, 4))]
    batch_size, limit = int(rng.integers(4, 11)), float(rng.uniform(1, 6))
    gradients = [rng.normal(size=shape) for shape in shapes]
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    gradients = [gradient * limit * batch_size / length for gradient in gradients]
    params = [rng.normal(size=shape) for shape in shapes]
    return params, gradients, float(rng.uniform(0.1, 0.9)), batch_size, limit, lengths


def _too_long(rng):
    return _params_and_gradients(rng, float(rng.uniform(1.3, 2)), float(rng.uniform(4, 20)))


def _short_and_zero(rng):
    return _params_and_gradients(rng, float(rng.uniform(0.4, 0.9)), 0.0)  # in the sum above the limit, in the mean not


def _steps_taken(function, params, gradients, lr, batch_size, limit, lengths):
    steps = {}
    for length in lengths:
        copies = [param.copy() for param in params]
        for param, gradient in zip(copies, gradients, strict=True):
            param.attach_grad()
            param.grad[:] = length * gradient
        function([*copies], lr, batch_size, limit)  # the arrays themselves must change, not the list
        taken = [before - after for before, after in zip(params, copies, strict=True)]
        steps[f"the step where the mean gradient is {length:.2f} limits long"] = taken
    return steps


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
        probes=(
            Probe("batches where some examples are left over", _examples, _epochs, _judge_batches),
            Probe("who sits out, and when nobody does", _examples_and_no_rest, _epochs, _judge_who_sits_out),
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
        probes=(
            Probe("losses and their gradient, in columns or not", _predictions_and_labels, _losses_and_slopes),
            Probe(
                "fewer labels than predictions, or more",
                _predictions_and_more_labels,
                _losses_of_other_numbers,
                _judge_errors,
            ),
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
        probes=(
            Probe("gradients above the limit", _too_long, _steps_taken),
            Probe("gradients below the limit, and of zero", _short_and_zero, _steps_taken),
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
