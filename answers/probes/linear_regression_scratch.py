"""Hidden probes of the answers to notebooks/02_linear_regression_scratch.ipynb."""

import math
from itertools import pairwise, product

import numpy

from d2l_autograder.agreement import Raised, agree
from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.expectations import as_array, expect, expect_shape

_EPOCHS = 6


def _examples(rng, rest=1):
    """Draw a batch size, and examples in which each feature and label tells its row; ask for several epochs.

    As many examples are left over as `rest` says; counted from batch_size if it is negative.
    """
    batch_size, whole = int(rng.integers(3, 6)), int(rng.integers(4, 6))
    n = batch_size * whole + rest % batch_size
    features = rng.permutation(n)[:, None] + rng.uniform(-0.3, 0.3, (n, int(rng.integers(2, 5))))
    labels = 10.0 * rng.permutation(n)[:, None] + rng.uniform(-3, 3, (n, 1))
    return [(batch_size, features, labels)] * _EPOCHS


def _examples_and_no_rest(rng):
    calls = _examples(rng, rest=-1)
    batch_size, features, labels = calls[0]
    n = len(features) // batch_size * batch_size
    too_few = (batch_size, features[: batch_size - 1], labels[: batch_size - 1])  # no batch at all, and no error
    return [*calls, *[(batch_size, features[:n], labels[:n])] * _EPOCHS, too_few]


@runs_in_sandbox
def _epoch(function, batch_size, features, labels):
    batches = []
    for batch in function(batch_size, features, labels):
        batches.append(list(batch))  # no copies: whoever fills one pair of arrays again and again yields one batch
        if len(batches) > len(features):  # an endless generator
            break
    return batches, features, labels


def _judge_batches(got, expected, calls):
    """Accept any shuffle; in one epoch of a dozen examples, half of the neighbours stay by chance once in 400 times."""
    epochs = [_rows(result, *arguments) for result, arguments in zip(got, calls, strict=True)]
    steps = [abs(one - other) for epoch in epochs for one, other in pairwise(epoch)]
    expect(steps.count(1) <= len(steps) / 2, "most examples still stand beside their old neighbours", "a shuffle")


def _judge_who_sits_out(got, expected, calls):
    rows = [_rows(result, *arguments) for result, arguments in zip(got, calls, strict=True)]
    for start in range(0, 2 * _EPOCHS, _EPOCHS):
        batch_size, n = calls[start][0], len(calls[start][1])
        first, *others = rows[start : start + _EPOCHS]
        is_new = any(epoch != first for epoch in others)
        expect(is_new, f"{n} examples in the same order in all epochs", "a new order")
        takes_turns = n % batch_size == 0 or any(set(epoch) != set(first) for epoch in others)
        expect(takes_turns, f"of {n} examples, the same ones are left out in all epochs", "others in other epochs")


def _rows(result, batch_size, features, labels):
    """Return the numbers of an epoch's examples in their order."""
    is_whole = isinstance(result, tuple | list) and len(result) == 3
    expect(is_whole, "something other than batches", "batches")
    batches, *after = result
    for given, kept in zip((features, labels), after, strict=True):
        agree(kept, given, "the features or labels, afterwards")
    examples = numpy.hstack([features, labels])
    whole = len(examples) // batch_size
    what = f"{len(examples)} examples in batches of {batch_size}"
    right = isinstance(batches, list) and len(batches) == whole
    expect(right, f"{what}: not {whole} batches", f"{whole} batches")
    rows = []
    for batch in batches:
        expect(isinstance(batch, list) and len(batch) == 2, f"{what}: a batch is not a pair", "X and y")
        X, y = as_array(batch[0], f"{what}: X"), as_array(batch[1], f"{what}: y")
        expect_shape(X, (batch_size, examples.shape[1] - 1), f"{what}: X")
        expect_shape(y, (batch_size, 1), f"{what}: y")
        apart = numpy.abs(numpy.hstack([X, y])[:, None] - examples).max(axis=2)
        known = bool((apart.min(axis=1) < 1e-3).all())
        expect(known, f"{what}: features beside another example's label", "each label beside its own features")
        rows += apart.argmin(axis=1).tolist()
    expect(len(set(rows)) == len(rows), f"{what}: an example comes twice in an epoch", "each one at most once")
    return rows


def _predictions_and_labels(rng):
    n = int(rng.integers(3, 8))
    shapes = product(((-1,), (-1, 1)), repeat=2)
    return [(rng.normal(0, 2, n).reshape(rows), rng.normal(0, 2, n).reshape(labels)) for rows, labels in shapes]


@runs_in_sandbox
def _losses_and_slopes(function, y_hat, y):
    from mxnet import autograd

    y_hat.attach_grad()
    with autograd.record():
        losses = function(y_hat, y)
    losses.backward()
    return losses.reshape(-1), y_hat.grad.reshape(-1)


def _judge_losses_and_slopes(got, expected, calls):
    for result, right, (y_hat, y) in zip(got, expected, calls, strict=True):
        agree(result, right, f"the losses and their gradient for shapes {y_hat.shape} and {y.shape}")


def _as_many_labels_or_not(rng):
    """Draw calls with as many labels as predictions, fewer or more: of each shape one, in any order."""
    n, calls = 2 * int(rng.integers(2, 5)), []
    for count, rows, label_rows in product((1, n // 2, n, 2 * n), ((-1,), (-1, 1)), ((-1,), (-1, 1))):
        calls.append((rng.normal(0, 2, n).reshape(rows), rng.normal(0, 2, count).reshape(label_rows)))
    return [calls[number] for number in rng.permutation(len(calls))]


def _judge_losses_and_errors(got, expected, calls):
    for losses, right, (y_hat, y) in zip(got, expected, calls, strict=True):
        shapes = f"shapes {y_hat.shape} and {y.shape}"
        if isinstance(right, Raised):
            expect(isinstance(losses, Raised), f"no error for {shapes}", "an error")
        else:
            expect(not isinstance(losses, Raised), f"an error for {shapes}", "losses")
            agree(as_array(losses, "the losses").ravel(), right.ravel(), f"the losses for {shapes}")


def _params_and_gradients(rng, count, *lengths):
    """Draw parameters, gradients whose mean has the limit as its norm, and settings; `lengths` counts in limits."""
    shapes = [(int(rng.integers(2, 5)), 1), (1,), (2, int(rng.integers(2, 4)))][:count]
    batch_size, limit = int(rng.integers(4, 11)), float(rng.uniform(1, 6))
    gradients = [rng.normal(size=shape) for shape in shapes]
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    gradients = [gradient * limit * batch_size / length for gradient in gradients]
    params = [rng.normal(size=shape) for shape in shapes]
    return params, gradients, float(rng.uniform(0.1, 0.9)), batch_size, limit, lengths


def _too_long(rng):
    return _params_and_gradients(rng, 2, float(rng.uniform(1.3, 2)), float(rng.uniform(4, 20)))


def _short_and_zero(rng):
    # The length of the summed gradient exceeds the limit, that of the mean gradient does not
    return _params_and_gradients(rng, 3, float(rng.uniform(0.4, 0.9)), 0.0)


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
        Probe("batches where some examples are left over", _examples, _epoch, _judge_batches),
        Probe("who sits out, and when nobody does", _examples_and_no_rest, _epoch, _judge_who_sits_out),
    ),
    "safe_squared_loss": (
        Probe(
            "losses and their gradient, in columns or not",
            _predictions_and_labels,
            _losses_and_slopes,
            _judge_losses_and_slopes,
        ),
        Probe(
            "as many labels as predictions, fewer, or more",
            _as_many_labels_or_not,
            judge=_judge_losses_and_errors,
            draws=1,
            may_raise=True,
            sandboxes=(1,),
        ),
    ),
    "sgd_clipped": (
        Probe("two parameters with gradients above the limit", _too_long, _steps_taken),
        Probe("three parameters with gradients below the limit, or zero", _short_and_zero, _steps_taken),
    ),
}
