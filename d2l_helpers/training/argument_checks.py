"""Check the arguments of training and evaluation, and each batch before it is used."""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.training.calls import UPDATER, takes

__all__ = ["apply", "check_first_batch", "check_labels", "check_training_arguments", "no_batches", "pairs"]


def check_training_arguments(net: Any, loss: Any, num_epochs: object, updater: Any) -> None:
    """Check all that can be checked without data.

    Raises
    ------
    ArgumentError
        If MXNet is in its classic mode or records already, or an argument cannot be worked with.
    """
    from mxnet.gluon import Block

    _check_modes()
    step = updater if isinstance(updater, type) else getattr(updater, "step", updater)
    for name, value, remedy in (("net", net, _NET), ("loss", loss, _LOSS), ("updater", step, UPDATER)):
        if isinstance(value, type):
            got, expected = f"{name}={value.__name__}, a class", "an object made of the class"
            raise _refused(got, expected, f"write {value.__name__}(), with its arguments")
        if not callable(value):
            raise _refused(f"{name}={quote(value)}", "a function or another object that can be called", remedy)
    if not takes(step, 1):
        got = f"updater={quote(updater)}, which takes other arguments"
        raise _refused(got, "a gluon.Trainer, or updater(batch_size)", UPDATER)
    if not isinstance(num_epochs, numbers.Integral) or isinstance(num_epochs, bool) or num_epochs < 1:
        raise _refused(f"num_epochs={num_epochs!r}", "a whole number, 1 or more", "pass num_epochs=10")
    rate = getattr(updater, "learning_rate", 0.0)
    if not math.isfinite(rate) or rate < 0:
        raise _refused(
            f"a learning rate of {rate}", "a finite rate, 0 or more", "make the Trainer with {'learning_rate': 0.1}"
        )
    if isinstance(net, Block):
        bare = [p.name for p in net.collect_params().values() if p._data is None and not p._deferred_init]
        if bare:
            raise _refused(
                f"parameters without values: {', '.join(bare)}", "an initialised network", "call net.initialize() first"
            )


def check_first_batch(net: Callable[[Any], Any], batches: Iterable[Any], loss: Callable[..., Any]) -> None:
    """Apply network and loss to one batch; this also lets Gluon infer shapes that were left open.

    Raises
    ------
    ArgumentError
        If there is no batch, or network, loss and batch do not fit each other.
    """
    X, y = _first_batch(batches)
    y_hat, _ = apply(net, loss, X, y)
    check_labels(getattr(batches, "y", y), y_hat.shape[1])  # an ArrayBatches has all labels at hand


def apply(net: Callable[[Any], Any], loss: Callable[..., Any], X: Any, y: Any) -> tuple[Any, Any]:
    """Compute scores, shape (batch, classes), and losses, shape (batch,), of one batch, and wait for them.

    Raises
    ------
    ArgumentError
        If network, loss and batch do not fit each other.
    """
    from mxnet import MXNetError

    _check_batch(X, y)
    try:
        y_hat = net(X)
        losses = loss(y_hat, y)
        losses.wait_to_read()
    except (MXNetError, AssertionError, AttributeError, IndexError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise _refused(
            f"X of shape {X.shape}, y of shape {y.shape}: {reason[0]}",
            "an initialised network and a loss that accept these shapes and return arrays",
            next((remedy for part, remedy in _REMEDIES.items() if part in reason[0]), _COMPARE_SHAPES),
        ) from error
    if y_hat.ndim != 2 or len(y_hat) != len(y):
        raise _refused(f"scores of shape {y_hat.shape}", f"({len(y)}, classes), one row per example", _COMPARE_SHAPES)
    if losses.shape != y.shape:
        raise _refused(
            f"a loss of shape {losses.shape}",
            f"{y.shape}, one per example",
            "do not take the mean or the sum in the loss; the updater divides by the batch size",
        )
    return y_hat, losses


def pairs(batches: Iterable[Any], remedy: str = "") -> Iterator[tuple[Any, Any]]:
    """Yield the batches (X, y); `remedy` is the error's, by default that of a function of net and data.

    Raises
    ------
    ArgumentError
        If these are no batches, such as one pair of arrays, or a network in their place.
    """
    is_iterable = isinstance(batches, Iterable) or hasattr(batches, "__getitem__")
    if not is_iterable or isinstance(batches, type):
        raise _refused(f"{quote(batches)} in the place of batches", _REPEATABLE, remedy or _NET_FIRST)
    for batch in batches:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise _refused(f"a batch of type {type(batch).__name__}", "a pair (X, y)", remedy or _NET_FIRST)
        yield batch[0], batch[1]


def check_labels(y: Any, num_classes: int) -> None:
    """Raise ArgumentError for labels that are no classes: MXNet's pick would take the nearest known class instead."""
    labels = y.asnumpy()
    unknown = labels[~((labels >= 0) & (labels < num_classes) & (labels == np.floor(labels)))]
    if unknown.size:
        raise _refused(
            f"unknown labels, such as {unknown[0]}",
            f"whole numbers from 0 to {num_classes - 1}, because the network has {num_classes} outputs",
            "correct the labels, or make a last layer with one output per class",
        )


def no_batches(data_iter: object) -> ArgumentError:
    """Return the error for an iterable without batches."""
    return _refused(
        f"a {type(data_iter).__name__} without a batch",
        _REPEATABLE,
        "check that the data is not empty; a generator is used up after one loop: pass a DataLoader or a list",
    )


_COMPARE_SHAPES = "call net.initialize(), then compare the shapes of X, y and net(X) for one batch"
# By a part of MXNet's message
_REMEDIES = {
    "not initialized on context": "move the network to the device of the data: net.collect_params().reset_ctx(X.ctx)",
    "different types": 'give data and network one type: X.astype("float32"), as the network has without net.cast',
    "Unknown type enum": 'convert true and false to numbers: X.astype("float32") and y.astype("int32")',
    "legacy ndarray": "call as_np_ndarray() on X and y, which are arrays of mx.nd, and pass a loss for arrays of mx.np",
}
_ONE_COLUMN = "remove the second axis of the labels before you make batches: y.reshape(-1)"
_ONE_HOT = "turn one-hot labels into classes before you make batches: y.argmax(axis=1)"
_NET = "pass a Gluon network, or a function of X, as net"
_LOSS = "pass a loss such as gluon.loss.SoftmaxCrossEntropyLoss() as loss"
_ORDER = "pass net, train_iter, test_iter, loss, num_epochs, updater in this order; load_array makes batches of arrays"
_NET_FIRST = "pass net and data_iter in this order; load_array((X, y), batch_size) makes batches of arrays"
_REPEATABLE = "an iterable that yields batches (X, y) each time it is looped over"


def _first_batch(batches: Iterable[Any]) -> tuple[Any, Any]:
    """Return one batch; the random generators stay as they were, so that later shuffles follow the reader's seed."""
    if isinstance(batches, Iterator):
        raise _refused(
            f"a {type(batches).__name__}, which can be looped over only once",
            _REPEATABLE,
            "pass the list or the DataLoader itself, not an iterator or a generator",
        )
    state, numpy_state = random.getstate(), np.random.get_state()
    try:
        for X, y in pairs(batches, _ORDER):
            return X, y
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
    raise no_batches(batches)


def _check_modes() -> None:
    from mxnet import autograd, util

    if not util.is_np_array():
        raise _refused("MXNet in its classic mode", "its NumPy mode", "call npx.set_np() in the setup cell")
    if autograd.is_recording():
        raise _refused(
            "a call inside `with autograd.record():`",
            "a call outside of it, because the training records each batch by itself",
            "leave out `with autograd.record():` around this call",
        )


def _check_batch(X: Any, y: Any) -> None:
    if not (hasattr(X, "asnumpy") and hasattr(y, "asnumpy")):
        raise _refused(
            f"X of type {type(X).__name__} and y of type {type(y).__name__}", "MXNet's arrays", "pass np.array(X)"
        )
    if y.ndim != 1 or len(X) != len(y) or not len(y):
        raise _refused(
            f"X of shape {X.shape} with y of shape {y.shape}",
            "y of shape (batch,), one class per example",
            _COMPARE_SHAPES if y.ndim != 2 or len(X) != len(y) else _ONE_COLUMN if y.shape[1] == 1 else _ONE_HOT,
        )


def _refused(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot work with these arguments.", got=got, expected=expected, remedy=remedy)
