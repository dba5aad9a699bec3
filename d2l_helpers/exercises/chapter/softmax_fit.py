"""Judge a training loop of softmax regression by the loss of what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.exercises.expectations import as_array, describe, expect, expect_shape

__all__ = ["Task", "check_fit_softmax", "draw_tasks", "expect_fit"]

_ORDERS = 24  # of the examples, in which the reference descends; none of 10,000 right ones was then refused
_NARROWEST = 0.05  # of the loss: a loop may start at small random weights
_WIDEST = 5  # standard deviations of the loss over the orders
_OVERFLOWING = 50.0  # features of this size make scores whose exponential is inf
_LEARNED = 0.3  # the loss that is low enough there: it jumps, but the classes lie far apart

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Task:
    """What a training loop is called with.

    Attributes
    ----------
    title : str
        What is tried.
    X : ndarray of shape (n, d)
        Features.
    y : ndarray of int, shape (n,)
        Labels.
    num_classes, lr, num_epochs, batch_size
        The other arguments.
    """

    title: str
    X: Array
    y: Labels
    num_classes: int
    lr: float
    num_epochs: int
    batch_size: int

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of the loop, in their order."""
        return self.X, self.y, self.num_classes, self.lr, self.num_epochs, self.batch_size


def draw_tasks(random: np.random.Generator) -> tuple[Task, ...]:
    """Draw six tasks; each shows another mistake."""
    centres = random.permutation(np.array([[2.0, 0, 0, 1], [0, 2, 0, -1], [0, 0, 2, 0]]))

    def near(y: Labels, spread: float) -> Array:
        return np.asarray(centres[y] + random.normal(0, spread, (len(y), 4)))

    mixed = random.permutation(np.repeat([0, 1, 2], random.integers(11, 15, 3)))
    in_order = np.repeat([0, 1, 2], 64)[1:]
    uneven = random.permutation(np.repeat([0, 1, 2], [20, int(random.integers(5, 9)), 1]))
    few, two = np.arange(3), random.permutation(2)
    return (
        Task("one batch with all examples", near(mixed, 0.7), mixed, 5, 0.9, 2, 64),
        Task("three examples, one by one", near(few, 0.2), few, 3, 0.08, 2, 1),
        Task("features that are all 0", np.zeros((len(uneven), 2)), uneven, 3, 3.0, 4, len(uneven)),
        Task("two equal examples with different labels, one by one", np.ones((2, 1)), two, 2, 1.5, 1, 1),
        Task("batches of 8, from examples sorted by their class", near(in_order, 1.6), in_order, 3, 0.15, 2, 8),
        Task("features of some hundreds", 300 * near(mixed, 0.1), mixed, 3, 0.5, 10, 5),
    )


def check_fit_softmax(fit_softmax: Callable[..., Any]) -> None:
    """Raise NotYet at the first task that a training loop does not do."""
    from mxnet import np as mxnet_np

    for task in _tasks():
        X, y = mxnet_np.array(task.X, dtype="float32"), mxnet_np.array(task.y, dtype="int32")
        result = fit_softmax(X, y, *task.arguments[2:])
        is_kept = np.array_equal(X.asnumpy(), task.X.astype(np.float32)) and np.array_equal(y.asnumpy(), task.y)
        expect(
            is_kept,
            "fit_softmax has changed X or y, its arguments",
            "arguments as they were: shuffle the places of the examples instead",
        )
        expect_fit(result, task)


def expect_fit(result: Any, task: Task) -> None:
    """Raise NotYet unless the loss of the parameters is what descent with these settings reaches.

    The loss is convex, so it depends on the settings, and little on where near zero a loop starts.
    """
    W, b = _parameters(result, task)
    call = f"{task.title} (lr = {task.lr:g}, num_epochs = {task.num_epochs}, batch_size = {task.batch_size})"
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        raise NotYet(f"{call}: W and b are not finite", "finite numbers: a score of 1,000 must not overflow")
    got, (low, high), start = _loss(task, W, b), _band(task), float(np.log(task.num_classes))
    if not low <= got <= high:
        raise NotYet(
            f"{call}: the mean loss is {got:.3f} after training, and was {start:.3f} with W = 0",
            f"a mean loss between {max(low, 0):.3f} and {high:.3f}; "
            + ("the steps are too long or too many" if got < low else "the steps are too few, too short or too long"),
        )


@cache
def _tasks() -> tuple[Task, ...]:
    return draw_tasks(np.random.default_rng(9))


@lru_cache(maxsize=8)
def _band(task: Task) -> tuple[float, float]:
    if np.abs(task.X).max(initial=0.0) > _OVERFLOWING:
        return 0.0, _LEARNED
    reached = _reached(task)
    width = max(_NARROWEST, _WIDEST * float(reached.std()))
    return float(reached.min()) - width, float(reached.max()) + width


def _parameters(result: Any, task: Task) -> tuple[Array, Array]:
    d, num_classes = task.X.shape[1], task.num_classes
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise NotYet(f"fit_softmax(…) is {describe(result)}", "a pair: the weights W and the biases b")
    W, b = (as_array(part, name) for part, name in zip(result, "Wb", strict=True))
    if W.shape == (num_classes, d) != (d, num_classes):
        raise NotYet(f"W has shape {W.shape}, as Gluon keeps it", f"shape {(d, num_classes)}, for scores X @ W + b")
    expect_shape(W, (d, num_classes), f"W for {d} features and {num_classes} classes")
    expect_shape(b, (num_classes,), f"b for {num_classes} classes")
    return W, b


def _probabilities(X: Array, W: Array, b: Array) -> Array:
    Z = X @ W + b
    exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _loss(task: Task, W: Array, b: Array) -> float:
    Z = task.X @ W + b
    Z = Z - Z.max(axis=1, keepdims=True)
    return float((np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(Z)), task.y]).mean())


def _reached(task: Task) -> Array:
    """Return the losses that descent from zero reaches, for some orders of the examples."""
    wanted, losses = np.eye(task.num_classes)[task.y], []
    for seed in range(_ORDERS if task.batch_size < len(task.y) else 1):
        random = np.random.default_rng(seed)
        W, b = np.zeros((task.X.shape[1], task.num_classes)), np.zeros(task.num_classes)
        for _ in range(task.num_epochs):
            order = random.permutation(len(task.y))
            for start in range(0, len(order), task.batch_size):
                batch = order[start : start + task.batch_size]
                error = _probabilities(task.X[batch], W, b) - wanted[batch]
                W, b = W - task.lr * task.X[batch].T @ error / len(batch), b - task.lr * error.mean(axis=0)
        losses.append(_loss(task, W, b))
    return np.array(losses)
