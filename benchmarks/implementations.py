"""Softmax regression on Fashion-MNIST, once in each library: 784 inputs, 10 outputs, batch 256, SGD with rate 0.1.

Each function prepares one implementation and returns the function that trains one epoch, evaluates on the test data,
and returns train and test accuracy. All shuffle every epoch, work in float32, and compute loss and accuracy on the way.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.comparison import TrainEpoch
from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.engine.seeds import seed_all

__all__ = ["IMPLEMENTATIONS", "installed", "missing"]


_BATCH, _RATE, _SIGMA = 256, 0.1, 0.01


def ours() -> TrainEpoch:
    """Prepare this package's `fit`, which is what `train_ch3` runs."""
    from d2l_helpers.data import load_data_fashion_mnist
    from d2l_helpers.training.loop import fit

    net, loss, trainer = _gluon_parts()
    reports = fit(net, *load_data_fashion_mnist(_BATCH), loss, 10**6, trainer)

    def epoch() -> tuple[float, float]:
        history = next(report.history for report in reports if report.done == int(report.done))
        return history.train_acc[-1], history.held_out_acc[-1]

    return epoch


def plain_numpy(num_examples: int = 60_000) -> TrainEpoch:
    """Prepare a loop in NumPy alone, with the gradient by hand."""
    X, y, X_test, y_test = _flat()
    X, y = X[:num_examples], y[:num_examples]
    W, b = np.random.normal(0, _SIGMA, (784, 10)).astype(np.float32), np.zeros(10, np.float32)

    def epoch() -> tuple[float, float]:
        order, hits = np.random.permutation(len(X)), 0
        total_loss = 0.0
        for start in range(0, len(X), _BATCH):
            rows = order[start : start + _BATCH]
            batch, labels = X[rows], y[rows]
            z = batch @ W + b
            z -= z.max(axis=1, keepdims=True)
            exponentials = np.exp(z)
            sums = exponentials.sum(axis=1, keepdims=True)
            count = np.arange(len(rows))
            total_loss += float((np.log(sums[:, 0]) - z[count, labels]).sum())
            hits += int((z.argmax(axis=1) == labels).sum())
            gradient = exponentials / sums
            gradient[count, labels] -= 1
            gradient *= _RATE / len(rows)
            np.subtract(W, batch.T @ gradient, out=W)
            np.subtract(b, gradient.sum(axis=0), out=b)
        assert np.isfinite(total_loss)
        return hits / len(X), float(((X_test @ W + b).argmax(axis=1) == y_test).mean())

    return epoch


def d2l_own() -> TrainEpoch:
    """Prepare d2l 0.13.2's own loader and `train_epoch_ch3`, on the official data instead of a download."""
    from d2l import mxnet as d2l
    from mxnet import gluon
    from mxnet import np as mx_np

    net, loss, trainer = _gluon_parts()
    multiprocessing.set_start_method("fork", force=True)  # as in a notebook; a spawned process would spawn in its turn
    images = dict(zip((True, False), _pairs(), strict=True))

    class Official(gluon.data.vision.FashionMNIST):  # type: ignore[misc]
        def _get_data(self) -> None:
            pixels, labels = images[self._train]
            self._data, self._label = mx_np.array(pixels[..., None], dtype=np.uint8), labels.astype(np.int32)

    with mock.patch.object(gluon.data.vision, "FashionMNIST", Official):
        train_iter, test_iter = d2l.load_data_fashion_mnist(_BATCH)

    def epoch() -> tuple[float, float]:
        train_acc = d2l.train_epoch_ch3(net, train_iter, loss, trainer)[1]
        return float(train_acc), float(d2l.evaluate_accuracy(net, test_iter))

    return epoch


def torch_indexed() -> TrainEpoch:
    """Prepare PyTorch with arrays in memory, batches by indexing: the fastest plain loop it has."""
    import torch

    X, y, X_test, y_test = (torch.from_numpy(array) for array in _flat())
    net = torch.nn.Linear(784, 10)
    torch.nn.init.normal_(net.weight, std=_SIGMA)
    torch.nn.init.zeros_(net.bias)
    optimizer = torch.optim.SGD(net.parameters(), lr=_RATE)

    def epoch() -> tuple[float, float]:
        order, hits, total_loss = torch.randperm(len(X)), torch.tensor(0), torch.tensor(0.0)
        for rows in order.split(_BATCH):
            labels = y[rows]
            y_hat = net(X[rows])
            loss = torch.nn.functional.cross_entropy(y_hat, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += loss.detach() * len(rows)
            hits += (y_hat.argmax(1) == labels).sum()
        assert torch.isfinite(total_loss)
        with torch.no_grad():
            return float(hits) / len(X), float((net(X_test).argmax(1) == y_test).float().mean())

    return epoch


def keras_fit() -> TrainEpoch:
    """Prepare Keras's own `fit`."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read at import, as is the next one
    if find_spec("tf_keras"):
        os.environ["TF_USE_LEGACY_KERAS"] = "1"  # Keras 2, as with TensorFlow 2.15
    import tensorflow as tf

    X, y, X_test, y_test = _flat()
    start = tf.keras.initializers.RandomNormal(stddev=_SIGMA)
    net = tf.keras.Sequential([tf.keras.layers.Dense(10, input_shape=(784,), kernel_initializer=start)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(tf.keras.optimizers.SGD(_RATE), loss, metrics=["accuracy"])

    def epoch() -> tuple[float, float]:
        history = net.fit(X, y, batch_size=_BATCH, verbose=0).history
        return float(history["accuracy"][0]), float(net.evaluate(X_test, y_test, batch_size=2048, verbose=0)[1])

    return epoch


IMPLEMENTATIONS = {  # by name, in the order of the reports
    "ours: train_ch3": ours,
    "NumPy": plain_numpy,
    "PyTorch, indexing": torch_indexed,
    "Keras fit": keras_fit,
    "d2l 0.13.2": d2l_own,
}
_PACKAGES = {"PyTorch, indexing": "torch", "Keras fit": "tensorflow"}  # those that need not be installed


def missing() -> list[str]:
    """Return the names of the implementations whose library is not installed."""
    return [name for name, package in _PACKAGES.items() if not find_spec(package)]


def installed() -> dict[str, Callable[[], TrainEpoch]]:
    """Return the implementations whose library is installed."""
    return {name: prepare for name, prepare in IMPLEMENTATIONS.items() if name not in missing()}


def _pairs() -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    train_images, train_labels, test_images, test_labels = load_fashion_mnist()
    return (train_images, train_labels), (test_images, test_labels)


def _flat() -> tuple[Any, Any, Any, Any]:
    """Return images as float32 in [0, 1], shape (n, 784), and labels as int64, for training and test."""
    (images, labels), (test_images, test_labels) = _pairs()
    scaled = [pixels.reshape(-1, 784).astype(np.float32) / np.float32(255) for pixels in (images, test_images)]
    return scaled[0], labels.astype(np.int64), scaled[1], test_labels.astype(np.int64)


def _gluon_parts() -> tuple[Any, Any, Any]:
    from mxnet import gluon, init, npx
    from mxnet.gluon import nn

    npx.set_np()
    seed_all(0)
    net = nn.Sequential()
    net.add(nn.Dense(10))
    net.initialize(init.Normal(sigma=_SIGMA))
    return (
        net,
        gluon.loss.SoftmaxCrossEntropyLoss(),
        gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": _RATE}),
    )
