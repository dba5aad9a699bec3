"""Hidden probes of the answers to notebooks/02_linear_regression_scratch.ipynb."""

import math
from itertools import pairwise

import numpy

from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.expectations import as_array, expect, expect_shape


def _examples(rng):
    """Draw a batch size, examples in which each feature and label tells its row, and how many of them to use."""
    batch_size, whole = int(rng.integers(3, 6)), int(rng.integers(4, 6))
    n = batch_size * whole + int(rng.integers(1, batch_size))
    features = rng.permutation(n)[:, None] + rng.uniform(-0.3, 0.3, (n, int(rng.integers(2, 5))))
    return batch_size, features, 10.0 * rng.permutation(n)[:, None] + rng.uniform(-3, 3, (n, 1)), [n]


def _examples_and_no_rest(rng):
    batch_size, features, labels, (n,) = _examples(rng)
    return batch_size, features, labels, [n, n // batch_size * batch_size]


@runs_in_sandbox
def _epochs(function, batch_size, features, labels, sizes):
    from itertools import islice

    def batches(n):
        most = n // batch_size + 2  # an endless generator is stopped two batches too late
        for batch in islice(function(batch_size, features[:n], labels[:n]), most):
            yield [part.copy() if hasattr(part, "copy") else part for part in batch]

    return [[list(batches(n)) for _ in range(6)] for n in sizes]


def _judge_batches(got, expected, arguments):
    """Accept any shuffle that leaves few neighbours side by side."""
    for rows in _rows_in_epochs(got, arguments):
        steps = [abs(one - other) for epoch in rows for one, other in pairwise(epoch)]
        expect(steps.count(1) <= len(steps) / 2, "most examples beside those that they stood beside", "a shuffle")


def _judge_who_sits_out(got, expected, arguments):
    for n, rows in zip(arguments[3], _rows_in_epochs(got, arguments), strict=True):
        expect(any(epoch != rows[0] for epoch in rows), f"{n} examples in the same order in all epochs", "a new order")
        others = n % arguments[0] == 0 or any(set(epoch) != set(rows[0]) for epoch in rows)
        expect(others, f"of {n} examples, the same ones left out in all epochs", "others in other epochs")


def _rows_in_epochs(got, arguments):
    """Return the row numbers in their order, for each number of examples and each epoch."""
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


def _predictions_and_labels(rng):
    n = int(rng.integers(3, 8))
    return rng.normal(0, 2, n), rng.normal(0, 2, n)


def _predictions_and_more_labels(rng):
    n = int(rng.integers(2, 5))
    return rng.normal(0, 2, 2 * n), rng.normal(0, 2, 4 * n)


@runs_in_sandbox
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


@runs_in_sandbox
def _losses_of_other_numbers(function, y_hat, y):
    from itertools import product

    without_error = []
    for count, rows, label_rows in product((1, len(y_hat) // 2, len(y)), ((-1,), (-1, 1)), ((-1,), (-1, 1))):
        predictions, labels = y_hat.reshape(rows), y[:count].reshape(label_rows)
        try:
            losses = function(predictions, labels)
            if hasattr(losses, "asnumpy"):
                losses.asnumpy()  # MXNet computes lazily and may raise its error only here
        except Exception:
            continue
        without_error.append(f"shapes {predictions.shape} and {labels.shape}")
    return without_error


def _judge_errors(got, expected, arguments):
    shown = next((shapes for shapes in got if isinstance(shapes, str)), "") if isinstance(got, list) else ""
    expect(isinstance(got, list) and not got, f"no error for {shown}", "an error")


def _params_and_gradients(rng, *lengths):
    """Draw parameters, gradients whose mean has the limit as its norm, and settings; `lengths` counts in limits."""
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
    return _params_and_gradients(
        rng, float(rng.uniform(0.4, 0.9)), 0.0
    )  # the summed gradient exceeds the limit, the mean does not


@runs_in_sandbox
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


PROBES = {
    "full_batches": (
        Probe("batches where some examples are left over", _examples, _epochs, _judge_batches),
        Probe("who sits out, and when nobody does", _examples_and_no_rest, _epochs, _judge_who_sits_out),
    ),
    "safe_squared_loss": (
        Probe("losses and their gradient, in columns or not", _predictions_and_labels, _losses_and_slopes),
        Probe(
            "fewer labels than predictions, or more",
            _predictions_and_more_labels,
            _losses_of_other_numbers,
            _judge_errors,
        ),
    ),
    "sgd_clipped": (
        Probe("gradients above the limit", _too_long, _steps_taken),
        Probe("gradients below the limit, and of zero", _short_and_zero, _steps_taken),
    ),
}
