"""The same task in other libraries, each as its users would write it for speed.

Each function prepares one implementation, in a process of its own. All but scikit-learn's shuffle every epoch, work in
float32, take the same steps, and compute loss and accuracy on the way.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from importlib.util import find_spec
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.implementations import gluon_parts
from benchmarks.task import RATE, SIGMA, Prepared, Score, Task

__all__ = [
    "d2l_own",
    "jax_scan",
    "jax_steps",
    "keras_fit",
    "plain_numpy",
    "sklearn_partial_fit",
    "torch_compiled",
    "torch_indexed",
]

_BATCH = Task.batch_size


def plain_numpy(task: Task | None = None) -> Prepared:
    """Prepare a loop in NumPy alone, with the gradient by hand."""
    task = task or Task()
    X, y, X_test, y_test = task.rows()
    W = np.random.normal(0, SIGMA, (784, task.classes)).astype(np.float32)
    b = np.zeros(task.classes, np.float32)

    def scores(X: Any, y: Any) -> tuple[Any, float, int]:
        """Return the probabilities, the sum of the losses, and the hits."""
        z = X @ W + b
        z -= z.max(axis=1, keepdims=True)
        exponentials = np.exp(z)
        sums = exponentials.sum(axis=1, keepdims=True)
        loss_sum = float((np.log(sums[:, 0]) - z[np.arange(len(y)), y]).sum())
        hits = int((z.argmax(axis=1) == y).sum())
        exponentials /= sums
        return exponentials, loss_sum, hits

    def train() -> Score:
        order, loss_sum, hits = np.random.permutation(len(X)), 0.0, 0
        for start in range(0, len(X), task.batch_size):
            rows = order[start : start + task.batch_size]
            batch, labels = X[rows], y[rows]
            gradient, loss, right = scores(batch, labels)
            loss_sum, hits = loss_sum + loss, hits + right
            gradient[np.arange(len(rows)), labels] -= 1
            gradient *= RATE / len(rows)
            np.subtract(W, batch.T @ gradient, out=W)
            np.subtract(b, gradient.sum(axis=0), out=b)
        return loss_sum / len(X), hits / len(X)

    def evaluate() -> Score:
        _, loss_sum, hits = scores(X_test, y_test)
        return loss_sum / len(X_test), hits / len(X_test)

    return Prepared(train, evaluate)


def jax_steps() -> Prepared:
    """Prepare a loop over a jitted step in JAX, which gathers the batch itself."""
    return _jax(is_scanned=False)


def jax_scan() -> Prepared:
    """Prepare a whole epoch as one jitted function in JAX, with `lax.scan` over the batches."""
    return _jax(is_scanned=True)


def _jax(is_scanned: bool) -> Prepared:
    import jax
    from jax import numpy as jnp

    X, y, X_test, y_test = (jnp.asarray(each) for each in Task().rows())
    parameters = jnp.asarray(np.random.normal(0, SIGMA, (784, 10)), jnp.float32), jnp.zeros(10)
    nothing = jnp.float32(0), jnp.int32(0)

    def losses(parameters: Any, X: Any, y: Any) -> Any:
        W, b = parameters
        z = X @ W + b
        loss_sum = -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).sum()
        return loss_sum / len(y), (loss_sum, (z.argmax(1) == y).sum())

    def step(state: Any, X: Any, y: Any, rows: Any) -> Any:
        parameters, loss_sum, hits = state
        (_, (loss, right)), gradients = jax.value_and_grad(losses, has_aux=True)(parameters, X[rows], y[rows])
        parameters = jax.tree_util.tree_map(lambda each, its: each - RATE * its, parameters, gradients)
        return parameters, loss_sum + loss, hits + right

    def scan(state: Any, X: Any, y: Any, order: Any) -> Any:
        whole = len(order) // _BATCH * _BATCH
        batches = order[:whole].reshape(-1, _BATCH)
        state, _ = jax.lax.scan(lambda state, rows: (step(state, X, y, rows), None), state, batches)
        return step(state, X, y, order[whole:])

    jitted = jax.jit(scan if is_scanned else step)
    jitted_losses = jax.jit(losses)
    stride = len(X) if is_scanned else _BATCH

    def train() -> Score:
        nonlocal parameters
        order, state = np.random.permutation(len(X)).astype(np.int32), (parameters, *nothing)
        for start in range(0, len(X), stride):
            state = jitted(state, X, y, order[start : start + stride])
        parameters, loss_sum, hits = state
        return float(loss_sum) / len(X), int(hits) / len(X)

    def evaluate() -> Score:
        loss, (_, hits) = jitted_losses(parameters, X_test, y_test)
        return float(loss), int(hits) / len(X_test)

    return Prepared(train, evaluate)


def torch_indexed() -> Prepared:
    """Prepare PyTorch with arrays in memory, batches by indexing: the fastest plain loop it has."""
    import torch

    torch.manual_seed(0)
    X, y, X_test, y_test = (torch.from_numpy(each) for each in Task().rows())
    net = torch.nn.Linear(784, 10)
    torch.nn.init.normal_(net.weight, std=SIGMA)
    torch.nn.init.zeros_(net.bias)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def train() -> Score:
        hits, loss_sum = torch.tensor(0), torch.tensor(0.0)
        for rows in torch.randperm(len(X)).split(_BATCH):
            labels = y[rows]
            y_hat = net(X[rows])
            loss = torch.nn.functional.cross_entropy(y_hat, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach() * len(rows)
            hits += (y_hat.argmax(1) == labels).sum()
        return float(loss_sum) / len(X), float(hits) / len(X)

    def evaluate() -> Score:
        with torch.no_grad():
            y_hat = net(X_test)
            loss = torch.nn.functional.cross_entropy(y_hat, y_test)
            return float(loss), float((y_hat.argmax(1) == y_test).float().mean())

    return Prepared(train, evaluate)


def torch_compiled() -> Prepared:
    """Prepare PyTorch with `torch.compile` of the whole step: gather, loss, gradient and update are one function."""
    import torch

    torch.manual_seed(0)
    X, y, X_test, y_test = (torch.from_numpy(each) for each in Task().rows())
    W, b = SIGMA * torch.randn(784, 10), torch.zeros(10)

    def losses(W: Any, b: Any, X: Any, y: Any) -> Any:
        z = X @ W + b
        return torch.nn.functional.cross_entropy(z, y), (z.argmax(1) == y).sum()

    def step(W: Any, b: Any, rows: Any, loss_sum: Any, hits: Any) -> None:
        graded = torch.func.grad_and_value(losses, argnums=(0, 1), has_aux=True)
        (W_gradient, b_gradient), (loss, right) = graded(W, b, X[rows], y[rows])
        W.sub_(W_gradient, alpha=RATE)
        b.sub_(b_gradient, alpha=RATE)
        loss_sum.add_(loss * len(rows))
        hits.add_(right)

    compiled_step = torch.compile(step, dynamic=False)  # each size of a batch apart: 256, and the last one

    def train() -> Score:
        loss_sum, hits = torch.tensor(0.0), torch.tensor(0)
        for rows in torch.randperm(len(X)).split(_BATCH):
            compiled_step(W, b, rows, loss_sum, hits)
        return float(loss_sum) / len(X), float(hits) / len(X)

    def evaluate() -> Score:
        loss, hits = losses(W, b, X_test, y_test)
        return float(loss), float(hits) / len(X_test)

    return Prepared(train, evaluate)


def sklearn_partial_fit() -> Prepared:
    """Prepare scikit-learn's `SGDClassifier.partial_fit`, fed with minibatches.

    It learns something else: ten separate logistic regressions, one against the rest, with a step per example inside
    each minibatch. Its rate is therefore divided by the size of the batch. It reports no loss and no hits on the way.
    Two jobs (`n_jobs=2`) make it slower.
    """
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import log_loss

    X, y, X_test, y_test = Task().rows()
    classes = np.arange(10)
    net = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=RATE / _BATCH)

    def train() -> Score:
        order = np.random.permutation(len(X))
        for start in range(0, len(X), _BATCH):
            rows = order[start : start + _BATCH]
            net.partial_fit(X[rows], y[rows], classes)
        return math.nan, math.nan

    def evaluate() -> Score:
        probabilities = net.predict_proba(X_test)
        return float(log_loss(y_test, probabilities)), float((probabilities.argmax(1) == y_test).mean())

    return Prepared(train, evaluate)


def keras_fit() -> Prepared:
    """Prepare Keras's own `fit`."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read at import, as is the next one
    if find_spec("tf_keras"):
        os.environ["TF_USE_LEGACY_KERAS"] = "1"  # Keras 2, as with TensorFlow 2.15
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    X, y, X_test, y_test = Task().rows()
    start = tf.keras.initializers.RandomNormal(stddev=SIGMA)
    net = tf.keras.Sequential([tf.keras.layers.Dense(10, input_shape=(784,), kernel_initializer=start)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(tf.keras.optimizers.SGD(RATE), loss, metrics=["accuracy"])

    def train() -> Score:
        history = net.fit(X, y, batch_size=_BATCH, verbose=0).history
        return float(history["loss"][0]), float(history["accuracy"][0])

    def evaluate() -> Score:
        loss, accuracy = net.evaluate(X_test, y_test, batch_size=2048, verbose=0)
        return float(loss), float(accuracy)

    return Prepared(train, evaluate)


def d2l_own() -> Prepared:
    """Prepare d2l 0.13.2's own loader and `train_epoch_ch3`, on the official data instead of a download."""
    from d2l import mxnet as d2l
    from mxnet import gluon
    from mxnet import np as mx_np

    net, loss, trainer = gluon_parts()
    multiprocessing.set_start_method("fork", force=True)  # as in a notebook; a spawned process would spawn in its turn
    images, labels, test_images, test_labels = Task().images()
    pairs = {True: (images, labels), False: (test_images, test_labels)}

    class Official(gluon.data.vision.FashionMNIST):  # type: ignore[misc]
        def _get_data(self) -> None:
            pixels, labels = pairs[self._train]
            self._data, self._label = mx_np.array(pixels[..., None], dtype=np.uint8), labels.astype(np.int32)

    with mock.patch.object(gluon.data.vision, "FashionMNIST", Official):
        train_iter, test_iter = d2l.load_data_fashion_mnist(_BATCH)

    def train() -> Score:
        loss_mean, accuracy = d2l.train_epoch_ch3(net, train_iter, loss, trainer)
        return float(loss_mean), float(accuracy)

    return Prepared(train, lambda: (math.nan, float(d2l.evaluate_accuracy(net, test_iter))))
