"""Train by this package: its loop, the same loop with nothing compiled, and the loop that a reader of 06 writes.

Each function prepares one of them, in a process of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.task import RATE, SIGMA, Prepared, Score, Task
from d2l_helpers.engine.seeds import seed_all

__all__ = [
    "gluon_parts",
    "hidden_layer",
    "hidden_layer_plainly",
    "ours",
    "own_loop",
    "plain_loop",
]

_HIDDEN = 256
_NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "06_softmax_regression_scratch.ipynb"
_CELLS = ("setup", "parameters", "softmax", "log-softmax", "net", "cross-entropy", "accuracy", "step", "train")


def ours(task: Task | None = None) -> Prepared:
    """Prepare this package's `fit`, which is what `train_ch3` runs."""
    return _fit(task)


def plain_loop() -> Prepared:
    """Prepare `fit` with nothing compiled."""
    return _fit(is_compiled=False)


def hidden_layer() -> Prepared:
    """Prepare `fit` for a network with a hidden layer of 256 units."""
    return _fit(hidden=_HIDDEN)


def hidden_layer_plainly() -> Prepared:
    """Prepare `fit` with nothing compiled, for the same network."""
    return _fit(hidden=_HIDDEN, is_compiled=False)


def own_loop() -> Prepared:
    """Prepare the loop that a reader writes in 06: its functions are those in the notebook's cells."""
    import nbformat

    train_iter, test_iter = _batches()
    space: dict[str, Any] = {"X": train_iter.X[:1], "y": train_iter.y[:1]}  # cells show a result for some examples
    cells = {cell.id: cell.source for cell in nbformat.read(_NOTEBOOK, as_version=4).cells}
    for name in _CELLS:
        exec(cells[name], space)
    W, b = space["W"], space["b"]
    return Prepared(
        lambda: space["train_epoch"](train_iter, W, b, RATE),
        lambda: space["evaluate"](test_iter, W, b),
    )


def gluon_parts(classes: int = 10, hidden: int | None = None) -> tuple[Any, Any, Any]:
    """Return network, loss and Trainer, made as in the notebooks."""
    from mxnet import gluon, init, npx
    from mxnet.gluon import nn

    npx.set_np()
    seed_all(0)
    net = nn.Sequential()
    if hidden:
        net.add(nn.Dense(hidden, activation="relu"))
    net.add(nn.Dense(classes))
    net.initialize(init.Normal(sigma=SIGMA))
    return (
        net,
        gluon.loss.SoftmaxCrossEntropyLoss(),
        gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": RATE}),
    )


def _fit(task: Task | None = None, hidden: int | None = None, is_compiled: bool = True) -> Prepared:
    """Prepare `fit` without its evaluations, and the evaluation that `fit` does after each epoch."""
    from d2l_helpers.training import evaluation, loop
    from d2l_helpers.training.compiled import compile_loss

    net, loss, trainer = gluon_parts(task.classes if task else Task.classes, hidden)
    train_iter, test_iter = _batches(task)
    if not is_compiled:
        mock.patch.object(loop, "compile_loss", return_value=None).start()
    mock.patch.object(loop, "score", return_value=evaluation.Score(num_examples=1)).start()
    reports = loop.fit(net, train_iter, test_iter, loss, 10**6, trainer)
    compiled = compile_loss(net, loss, test_iter) if is_compiled else None

    def train() -> Score:
        history = next(report.history for report in reports if report.done == int(report.done))
        return history.train_loss[-1], history.train_acc[-1]

    def evaluate() -> Score:
        result = evaluation.score(net, test_iter, loss, compiled)
        return result.loss, result.accuracy

    return Prepared(train, evaluate)


def _batches(task: Task | None = None) -> tuple[Any, Any]:
    """Return the chapter's batches, or those of a task of another size."""
    from mxnet import npx

    from d2l_helpers.data import load_array, load_data_fashion_mnist

    npx.set_np()
    if task is None:
        return load_data_fashion_mnist(Task.batch_size)
    from mxnet import np as mx_np

    images, labels, test_images, test_labels = task.images()
    train, test = (
        [mx_np.array(pixels[:, None] / np.float32(255), dtype="float32"), mx_np.array(y, dtype="int32")]
        for pixels, y in ((images, labels), (test_images, test_labels))
    )
    return load_array(train, task.batch_size), load_array(test, task.batch_size, is_train=False)
