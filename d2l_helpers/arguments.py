"""What the training loop asks of its arguments, checked before the first step."""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError
from d2l_helpers.evaluation import no_batches

__all__ = ["check_first_batch", "check_training_arguments"]


def check_training_arguments(net: Any, loss: Any, num_epochs: object, updater: Any) -> None:
    """Check all that can be checked without data; raises ArgumentError."""
    from mxnet import util
    from mxnet.gluon import Block

    if not util.is_np_array():
        raise _cannot_train("MXNet in its classic mode", "its NumPy mode", "call npx.set_np() in the setup cell")
    for name, value in (("net", net), ("loss", loss), ("updater", getattr(updater, "step", updater))):
        if not callable(value):
            raise _cannot_train(f"{name}={value!r}", "something that can be called", f"pass a function as {name}")
    if not isinstance(num_epochs, numbers.Integral) or isinstance(num_epochs, bool) or num_epochs < 1:
        raise _cannot_train(f"num_epochs={num_epochs!r}", "a whole number, 1 or more", "pass num_epochs=10")
    rate = getattr(updater, "learning_rate", 0.0)
    if not math.isfinite(rate) or rate < 0:
        raise _cannot_train(
            f"a learning rate of {rate}", "a finite rate, 0 or more", "make the Trainer with {'learning_rate': 0.1}"
        )
    if isinstance(net, Block):
        bare = [p.name for p in net.collect_params().values() if p._data is None and not p._deferred_init]
        if bare:
            raise _cannot_train(
                f"parameters without values: {', '.join(bare)}", "an initialised network", "call net.initialize() first"
            )


def check_first_batch(net: Callable[[Any], Any], batches: Iterable[tuple[Any, Any]], loss: Callable[..., Any]) -> None:
    """Apply network and loss to one batch; this also lets Gluon infer shapes that were left open.

    Raises
    ------
    ArgumentError
        If there is no batch, or network, loss and batch do not fit each other.
    """
    from mxnet import MXNetError

    X, y = _first_batch(batches)
    if y.ndim != 1 or len(X) != len(y):
        raise _cannot_train(
            f"X of shape {X.shape} with y of shape {y.shape}", "y of shape (batch,), one class an example", _LOOK
        )
    try:
        y_hat = net(X)
        losses = loss(y_hat, y)
        losses.wait_to_read()
    except (MXNetError, AssertionError, IndexError, TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise _cannot_train(
            f"X of shape {X.shape}, y of shape {y.shape}: {reason[0]}", "shapes that network and loss accept", _LOOK
        ) from error
    if y_hat.ndim != 2 or len(y_hat) != len(y):
        raise _cannot_train(f"scores of shape {y_hat.shape}", f"({len(y)}, classes), a row an example", _LOOK)
    if losses.shape != y.shape:
        raise _cannot_train(
            f"a loss of shape {losses.shape}",
            f"{y.shape}, one an example",
            "do not take the mean or the sum in the loss; the updater divides by the batch size",
        )
    # The whole label array where it is at hand: MXNet's pick would take an unknown label for the nearest known one
    _check_labels(getattr(batches, "y", y), y_hat.shape[1])


_LOOK = "compare the shapes of X, y and net(X) for one batch"


def _first_batch(batches: Iterable[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Look at one batch without leaving a trace: the shuffles that follow are the ones the seed promised."""
    if isinstance(batches, Iterator):
        raise no_batches(batches, "Cannot train: this can be looped over only once.")
    state, numpy_state = random.getstate(), np.random.get_state()
    try:
        for batch in batches:
            try:
                X, y = batch
            except (TypeError, ValueError):
                raise _cannot_train(
                    f"a batch of type {type(batch).__name__}", "a pair (X, y)", "loop over pairs of arrays"
                ) from None
            return X, y
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
    raise no_batches(batches, "Cannot train.")


def _check_labels(y: Any, num_classes: int) -> None:
    labels = y.asnumpy()
    unknown = labels[~((labels >= 0) & (labels < num_classes) & (labels == np.floor(labels)))]
    if unknown.size:
        raise _cannot_train(
            f"unknown labels, such as {unknown[0]}",
            f"whole numbers from 0 to {num_classes - 1}, as the network has {num_classes} outputs",
            "correct the labels, or give the last layer an output for each class",
        )


def _cannot_train(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot train.", got=got, expected=expected, remedy=remedy)
