"""Define and check the exercises of notebooks/02_linear_regression_scratch.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import autograd
from mxnet import np as mxnet_np

from d2l_helpers.exercises.chapter.numbers import EXAMPLES_NEEDED, GALILEOS_CONSTANT
from d2l_helpers.exercises.chapter.options import ZERO_START
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import (
    as_array,
    as_number,
    choice,
    describe,
    drawn,
    expect,
    expect_close,
    expect_shape,
)

__all__ = ["BEATS", "DISTANCES", "EXERCISES"]

# From folio 107v of Galileo's notes, as Stillman Drake read it
BEATS = (1, 2, 3, 4, 5, 6, 7)
DISTANCES = (33, 130, 298, 526, 824, 1192, 1620)

_MOST_BATCHES = 100
_BESIDE = 1.005  # the loss is also computed at this factor above and below the answer
_MOST = 1e6
_NOISE = 0.5  # of exercise 6
_NEAR = 1.25  # a fifth below what is needed, and as many times above


def _check_full_batches(full_batches: Callable[..., Any]) -> None:
    # Gluon's DataLoader takes 10 ms for an epoch of 24 examples, so there are few epochs
    for num_examples, batch_size, num_epochs in ((24, 5, 4), (20, 5, 2), (3, 5, 1)):
        epochs = [_epoch_of(full_batches, num_examples, batch_size) for _ in range(num_epochs)]
        if num_examples < batch_size:
            continue
        what = f"{num_examples} examples in batches of {batch_size}"
        steps = [abs(one - other) for one, other in pairwise(epochs[0])]
        expect(
            steps.count(1) <= len(steps) / 2,
            f"{what}: most examples still stand beside their old neighbours",
            "a shuffled order",
        )
        expect(
            any(epoch != epochs[0] for epoch in epochs),
            f"{what}: the same order in each of {num_epochs} epochs",
            "a new order in each epoch",
        )
        left_out = {frozenset(range(num_examples)) - set(epoch) for epoch in epochs}
        expect(
            num_examples % batch_size == 0 or len(left_out) > 1,
            f"{what}: the same examples are left out in each of {num_epochs} epochs",
            "others left out in other epochs: shuffle first, then leave out",
        )


def _epoch_of(full_batches: Callable[..., Any], num_examples: int, batch_size: int) -> list[int]:
    """Return the numbers of the examples in one epoch, in order."""
    call = f"full_batches({batch_size}, …) of {num_examples} examples"
    numbers = mxnet_np.arange(num_examples).reshape(-1, 1)
    features, labels = mxnet_np.concatenate([numbers, numbers + 100], axis=1), 10 * numbers
    result = full_batches(batch_size, features, labels)
    is_pair = isinstance(result, tuple) and len(result) == 2 and hasattr(result[0], "shape")
    expect(not is_pair, f"{call} returns one pair of arrays", "yield X, y for each batch; return ends the loop")
    try:
        batches = list(islice(iter(result), _MOST_BATCHES))
    except TypeError:
        raise NotYet(f"{call} is {describe(result)}", "something to loop over: yield each batch") from None
    seen: list[int] = []
    for batch in batches:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise NotYet(f"{call}: a batch is {describe(batch)}", "a pair: yield X, y")
        X, y = as_array(batch[0], "X"), as_array(batch[1], "y")
        expect_shape(X, (batch_size, 2), f"{call}: X in a batch")
        expect_shape(y, (batch_size, 1), f"{call}: y in a batch")
        together = np.allclose(y, 10 * X[:, :1]) and np.allclose(X[:, 1:], X[:, :1] + 100)
        expect(together, f"{call}: features beside another example's label", "each label beside its own features")
        seen += X[:, 0].astype(int).tolist()
    expect(len(set(seen)) == len(seen), f"{call}: an example comes twice in an epoch", "each one at most once")
    whole = num_examples // batch_size
    expect(len(batches) == whole, f"{call}: {len(batches)} batches", f"{whole}, as many as the examples fill")
    unchanged = bool((features[:, :1] == numbers).all()) and bool((labels == 10 * numbers).all())
    expect(unchanged, f"{call}: the arrays features and labels are changed", "shuffled copies; the originals as before")
    return seen


def _check_safe_squared_loss(safe_squared_loss: Callable[..., Any]) -> None:
    for rows in ((4, 1), (4,)):
        for label_rows in ((4, 1), (4,)):
            _check_losses(safe_squared_loss, rows, label_rows)
    for rows, label_rows in (((4, 1), (1,)), ((4, 1), (2,)), ((4,), (1, 1)), ((4,), (8, 1))):
        y_hat, y = drawn(rows, seed=3), drawn(label_rows, seed=4)
        try:
            losses = as_array(safe_squared_loss(y_hat, y), "safe_squared_loss(y_hat, y)")
        except Exception as error:
            if isinstance(error, NotYet):
                raise
            continue  # an error is right
        raise NotYet(
            f"y_hat of shape {rows} and y of shape {label_rows} gave losses of shape {losses.shape}",
            f"an error: the numbers of labels ({math.prod(label_rows)}) and predictions (4) differ",
        )


def _check_losses(safe_squared_loss: Callable[..., Any], rows: tuple[int, ...], label_rows: tuple[int, ...]) -> None:
    what = f"y_hat of shape {rows} and y of shape {label_rows}"
    y_hat, y = drawn(rows, seed=1), drawn(label_rows, seed=2)
    y_hat.attach_grad()
    with autograd.record():
        losses = safe_squared_loss(y_hat, y)
    values = as_array(losses, "safe_squared_loss(y_hat, y)")
    expect(values.size == 4, f"{what}: losses of shape {values.shape}", "4 losses, one for each prediction")
    changed = y + mxnet_np.array([0.0, 0, 3, 0]).reshape(label_rows)
    after = as_array(safe_squared_loss(y_hat, changed), "safe_squared_loss(y_hat, y)")
    moved = np.flatnonzero(np.ravel(after) != np.ravel(values)).tolist()
    expect(moved == [2], f"{what}: changing y[2] changes the losses {moved}", "only loss 2 changes")
    if not hasattr(losses, "backward"):
        raise NotYet(f"{what}: {describe(losses)}", "an MXNet array, through which gradients flow")
    losses.backward()
    errors = np.ravel(y_hat.asnumpy()) - np.ravel(y.asnumpy())
    expect_close(np.ravel(y_hat.grad.asnumpy()), errors, f"{what}: the gradient should be ŷ − y; its first wrong entry")
    expect_close(np.ravel(values), errors**2 / 2, f"{what}: each loss should be half the squared error; one loss")


def _check_sgd_clipped(sgd_clipped: Callable[..., Any]) -> None:
    gradients = (np.array([[30.0], [-40.0]]), np.array([1.2]), np.array([[3.0, -4.0]]))
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    for batch_size, limit in ((1, 100.0), (10, 6.0)):
        steps = _steps(sgd_clipped, gradients, batch_size, limit)
        what = f"mean gradient (the sum / {batch_size}) of length {length / batch_size:.4g}, limit {limit:g}, rate 0.5"
        for step, gradient in zip(steps, gradients, strict=True):
            expect_close(step, 0.5 * gradient / batch_size, f"{what}: the step should be that of sgd; one entry")
    for batch_size, limit in ((1, 5.0), (10, 2.0)):
        steps = _steps(sgd_clipped, gradients, batch_size, limit)
        what = f"mean gradient (the sum / {batch_size}) of length {length / batch_size:.4g}, limit {limit:g}, rate 0.5"
        whole = np.concatenate([step.ravel() for step in steps])
        direction = np.concatenate([gradient.ravel() for gradient in gradients]) / length
        size = float(np.sqrt((whole**2).sum()))
        expect_close(size, 0.5 * limit, f"{what}: the length of the step, for all parameters together", rtol=1e-3)
        expect_close(
            whole / size, direction, f"{what}: not the direction of sgd; one entry of the step at length 1", rtol=1e-3
        )
    zero = _steps(sgd_clipped, (np.zeros((2, 1)), np.zeros(1)), 1, 5.0)
    expect_close(np.concatenate([step.ravel() for step in zero]), 0, "all gradients are zero: one entry of the step")


def _steps(
    sgd_clipped: Callable[..., Any], gradients: tuple[npt.NDArray[np.float64], ...], batch_size: int, limit: float
) -> list[npt.NDArray[np.float64]]:
    """Return by how much sgd_clipped decreases each parameter, at a learning rate of 0.5."""
    params = [drawn(gradient.shape, seed) for seed, gradient in enumerate(gradients, start=5)]
    before = [param.asnumpy().astype(float) for param in params]
    for param, gradient in zip(params, gradients, strict=True):
        param.attach_grad()
        param.grad[:] = mxnet_np.array(gradient)
    sgd_clipped(params, 0.5, batch_size, limit)
    after = [param.asnumpy().astype(float) for param in params]
    moved = any((a != b).any() for a, b in zip(after, before, strict=True))
    is_right = moved or not any(gradient.any() for gradient in gradients)
    expect(is_right, "the parameters are unchanged", "a change of the arrays in params themselves, as by param -= …")
    return [b - a for a, b in zip(after, before, strict=True)]


def _check_galileos_constant(galileos_constant: Any) -> None:
    a = as_number(galileos_constant, "galileos_constant")
    expect(math.isfinite(a) and 0 < a < _MOST, f"galileos_constant = {a:g}", "a number of points, above 0")
    for word, other in (("larger", a * _BESIDE), ("smaller", a / _BESIDE)):
        if _loss(other) <= _loss(a):  # equal where a is lost in rounding
            raise NotYet(
                f"galileos_constant = {a:.5g}, with a loss of {_loss(a):.5g}; half a per cent {word}, the loss is "
                f"{_loss(other):.5g}",
                "the constant whose loss over the seven distances is lowest",
            )


def _check_examples_needed(examples_needed: Any) -> None:
    n = as_number(examples_needed, "examples_needed")
    expect(math.isfinite(n) and n >= 1, f"examples_needed = {n:g}", "a number of examples")
    error = EXAMPLES_NEEDED.number("error")
    needed = (_NOISE / error) ** 2
    expect(
        needed / _NEAR <= n <= needed * _NEAR,
        f"examples_needed = {n:g}; with so many, the first weight is wrong by about {_NOISE / math.sqrt(n):.2g}",
        f"an error of about {error:g}",
    )


def _loss(a: float) -> float:
    unit = GALILEOS_CONSTANT.number("unit")
    errors = a * np.square(np.array(BEATS, dtype=float)) - np.array(DISTANCES) / unit
    return float((errors**2).mean() / 2)


EXERCISES = (
    Exercise(
        "full_batches",
        "Batches of one size",
        kind="written",
        points=2,
        check=_check_full_batches,
        hints=(
            "data_iter does nearly all of it. Which batch is the only one that can be too small?",
            "How many full batches are there among n examples? Shuffle first, then end the loop after so many.",
            "Let range end at len(features) - batch_size + 1 instead of len(features).",
        ),
        reason="The last start that leaves room for a full batch is len(features) - batch_size. Because the shuffle "
        "comes first, every example has the same chance to be left out.",
    ),
    Exercise(
        "safe_squared_loss",
        "A loss that survives shapes",
        kind="written",
        points=2,
        check=_check_safe_squared_loss,
        hints=(
            "Bring both arrays to one shape before you subtract. Which of the two should change?",
            "reshape raises an error if the number of entries does not fit the shape; reshape(-1) fits any number.",
            "Reshape y to the shape of y_hat: y.reshape(y_hat.shape).",
        ),
        reason="Once both arrays have one shape, nothing is left to broadcast. In the chapter's solution, reshape "
        "raises the error if the numbers of entries differ; an assert or a raise of your own does the same.",
    ),
    Exercise(
        "sgd_clipped",
        "A speed limit",
        kind="written",
        points=2,
        check=_check_sgd_clipped,
        hints=(
            "Compute the length first: one number for all parameters together, of the gradients divided by batch_size.",
            "All parameters share one factor: 1 below the limit, and above it the limit divided by the length.",
            "length = np.sqrt(sum((param.grad ** 2).sum() for param in params)) / batch_size; then loop as sgd does.",
        ),
        reason="One factor for all parameters keeps the direction of the step; a limit for each entry would turn it. "
        "The method is called gradient clipping.",
    ),
    Exercise(
        "galileos_constant", "Galileo's ball", "measured", 2, _check_galileos_constant,
        hints=(
            "The feature is the square of the beats. X and y must be columns: reshape(-1, 1).",
            "If the weight becomes nan, the rate is too high. The feature reaches 49, and the curvature is the mean "
            "of its square, 668. A rate above 2 / 668 makes each step longer than the last.",
            "X = (beats ** 2).reshape(-1, 1), y = distances.reshape(-1, 1), lr=0.001, 100 epochs; then take w.item().",
        ),
        variant=GALILEOS_CONSTANT,
        reason="The curvature is the mean of the squared feature, 668, and above a rate of 2 / 668 = 0.003 each step "
        "lands further away. With X = (beats ** 2).reshape(-1, 1), y = distances.reshape(-1, 1) and lr=0.001, your "
        "loop ends at 33.05.{more} In twice the time, the ball covers four times the distance.",
    ),
    Exercise(
        "zero_start", "Starting from zero", "predicted", 1,
        check=choice(
            ZERO_START,
            "0481af9266934f4f",
            "zero_start",
            wrong={
                "a": "Everything would learn if u started at 1: the gradient of each weight has u as a factor.",
                "b": "All four would stay at zero if u multiplied the bias as well, as in u · (w₁x₁ + w₂x₂ + b).",
            },
        ),
        hints=(
            "Which gradient does each of the four numbers have? Use the chain rule, or autograd on one example.",
            "The gradient of w₁ is the sum of error × u × x₁, and that of u is the sum of error × (w₁x₁ + w₂x₂).",
            "The gradient of the bias is the sum of the errors. Which of the gradients are zero at the start?",
        ),
        variant=ZERO_START,
        reason="At zero, neither u nor the weights can move, because the gradient of each has the other as a factor. "
        "Networks with several layers multiply in the same way, so their weights start as small random numbers.",
    ),
    Exercise(
        "examples_needed", "How many examples?", "measured", 2, _check_examples_needed,
        hints=(
            "For each data set: X, y = synthetic_data(true_w, true_b, 100, noise=0.5), new parameters, then ten calls "
            "of train_epoch with lr=1 and batch_size=100. Keep w[0].item() - 2.",
            "100 examples give an error of about 0.05, and 400 of about 0.025. How many times as many examples does it "
            "take to halve the error?",
            "The error is about 0.5 / √n. It should be {share} of the 0.05 that 100 examples give.",
        ),
        variant=EXAMPLES_NEEDED,
        reason="We measured 0.051 with 100 examples and 0.027 with 400: the error falls as 1/√n, and {share} of it "
        "takes {times} times as many. For each data set, take X, y = synthetic_data(true_w, true_b, n, noise=0.5) and "
        "w, b = initial_params(2), then call train_epoch(w, b, X, y, 1, n) ten times; the error is w[0].item() - 2.",
    ),
)  # fmt: skip
