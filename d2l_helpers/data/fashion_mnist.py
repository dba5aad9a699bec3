"""Fashion-MNIST as arrays and as minibatches, its labels' names, and an audit; synthetic regression data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from d2l_helpers.data.batches import ArrayBatches, require_positive_integer
from d2l_helpers.data.idx import FILES, Bytes
from d2l_helpers.data.sources import obtain
from d2l_helpers.errors import ArgumentError

__all__ = [
    "LABELS",
    "Audit",
    "audit",
    "audit_fashion_mnist",
    "get_fashion_mnist_labels",
    "hold_out",
    "load_data_fashion_mnist",
    "load_fashion_mnist",
    "synthetic_data",
]

LABELS = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """The counts of an image dataset.

    Attributes
    ----------
    train_images, test_images : int
        Number of images.
    train_duplicates, test_duplicates : int
        Number of images that equal, pixel for pixel, an earlier one of the same part.
    overlap : int
        Number of test images that are also training images.
    train_per_class, test_per_class : tuple of int
        Number of images with label 0, 1, ...
    """

    train_images: int
    test_images: int
    train_duplicates: int
    test_duplicates: int
    overlap: int
    train_per_class: tuple[int, ...]
    test_per_class: tuple[int, ...]


def load_fashion_mnist() -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Load the dataset; fetch it first if it is not on this machine.

    Returns
    -------
    train_images : numpy.ndarray of uint8, shape (60000, 28, 28)
        0 is the background, 255 the brightest.
    train_labels : numpy.ndarray of uint8, shape (60000,)
        0 to 9, see `get_fashion_mnist_labels`.
    test_images, test_labels : numpy.ndarray of uint8, shapes (10000, 28, 28) and (10000,)
        Likewise.

    Raises
    ------
    DataUnavailable
        If no source has it.
    DataError
        If ``$D2L_DATA`` cannot be read or the cache cannot be written.

    References
    ----------
    Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747; the release of 31 August 2017, without duplicates.
    """
    found = obtain()
    train_images, train_labels, test_images, test_labels = (FILES[name].array(found[name].contents) for name in found)
    return train_images, train_labels, test_images, test_labels


def get_fashion_mnist_labels(labels: Iterable[Any]) -> list[str]:
    """Return the names of Fashion-MNIST's labels.

    Parameters
    ----------
    labels : iterable of numbers, shape (n,)
        Each from 0 to 9.

    Returns
    -------
    list of str
        "t-shirt" for 0 to "ankle boot" for 9.

    Raises
    ------
    ArgumentError
        If one of them is no such number.
    """
    # Copy all labels from a GPU at once, not one by one
    values = labels.asnumpy() if hasattr(labels, "asnumpy") else labels
    return [_label(value) for value in values]


def load_data_fashion_mnist(
    batch_size: int, resize: int | None = None, ctx: Any = None
) -> tuple[ArrayBatches, ArrayBatches]:
    """Load Fashion-MNIST as minibatches, as ``d2l.load_data_fashion_mnist`` does, all of it in memory.

    Parameters
    ----------
    batch_size : int
        From 1 to 60,000; a test batch holds at most the 10,000 that there are.
    resize : int, optional
        Height and width, in pixels, to scale the images to.
    ctx : mxnet.context.Context, optional
        The device; by default the GPU if MXNet can compute on it, else the CPU.

    Returns
    -------
    train_iter, test_iter : ArrayBatches
        Images as float32 in [0, 1] of shape (n, 1, 28, 28), labels as int32 of shape (n,). The training examples
        are shuffled by NumPy's global generator; the test examples keep their order. The arrays are
        shared with later calls for the same device: copy them before you change them in place.

    Raises
    ------
    ArgumentError
        If `batch_size` or `resize` is not as above.
    DataUnavailable, DataError
        As for `load_fashion_mnist`.
    """
    batch_size = require_positive_integer("batch_size", batch_size, at_most=FILES["train-labels"].shape[0])
    if resize is not None:
        resize = require_positive_integer("resize", resize)
    from d2l_helpers.engine.device import device_or_default

    X, y, X_test, y_test = _on_device(device_or_default(ctx))
    return (
        ArrayBatches(X, y, batch_size, True, resize),
        ArrayBatches(X_test, y_test, min(batch_size, len(y_test)), False, resize),
    )


def hold_out(train_iter: ArrayBatches, num_examples: int) -> tuple[ArrayBatches, ArrayBatches]:
    """Split off the last examples for validation, so that the test data stays unseen while choosing a model.

    Parameters
    ----------
    train_iter : ArrayBatches
        The training examples.
    num_examples : int
        How many to hold out: the last ones of `train_iter.X`, always the same, whatever the shuffling.

    Returns
    -------
    train_iter, validation_iter : ArrayBatches
        The rest, shuffled if the original was, and those held out, in their order. Both share the original's memory.

    Raises
    ------
    ArgumentError
        If no example would be held out, or none left.
    """
    if not isinstance(train_iter, ArrayBatches):
        raise ArgumentError(
            "Cannot hold out examples.",
            got=f"a {type(train_iter).__name__} in the place of train_iter",
            expected="batches from load_data_fashion_mnist or load_array",
            remedy="train_iter, test_iter = load_data_fashion_mnist(256); hold_out(train_iter, 10000)",
        )
    held_out = require_positive_integer("num_examples", num_examples, at_most=train_iter.num_examples - 1)
    split = train_iter.num_examples - held_out
    X, y, batch_size = train_iter.X, train_iter.y, train_iter.batch_size
    rest = ArrayBatches(X[:split], y[:split], min(batch_size, split), train_iter.shuffle, train_iter.resize)
    return rest, ArrayBatches(X[split:], y[split:], min(batch_size, held_out), False, train_iter.resize)


def audit_fashion_mnist() -> Audit:
    """Count Fashion-MNIST's images, duplicates and classes.

    Returns
    -------
    Audit
        The published data has no duplicates, no overlap, and classes of equal size.

    Raises
    ------
    DataUnavailable, DataError
        As for `load_fashion_mnist`.
    """
    return audit(*load_fashion_mnist())


def audit(train_images: Bytes, train_labels: Bytes, test_images: Bytes, test_labels: Bytes) -> Audit:
    """Count the images, duplicates and classes of any image dataset.

    Parameters
    ----------
    train_images, test_images : numpy.ndarray of uint8, shape (n, height, width)
        The images.
    train_labels, test_labels : numpy.ndarray of uint8, shape (n,)
        Their labels.

    Returns
    -------
    Audit
        The counts.
    """
    train, test = ({_digest(image) for image in images} for images in (train_images, test_images))
    return Audit(
        train_images=len(train_images),
        test_images=len(test_images),
        train_duplicates=len(train_images) - len(train),
        test_duplicates=len(test_images) - len(test),
        overlap=sum(_digest(image) in train for image in test_images),
        train_per_class=tuple(np.bincount(train_labels).tolist()),
        test_per_class=tuple(np.bincount(test_labels).tolist()),
    )


def _digest(image: Bytes) -> bytes:
    """Return 32 bytes that only equal images share; a set of the images themselves would take 58 MB."""
    return hashlib.sha256(image.tobytes()).digest()


def synthetic_data(w: Any, b: float, num_examples: int) -> tuple[Any, Any]:
    """Return synthetic data for linear regression, y = Xw + b + noise, as ``d2l.synthetic_data`` does.

    Parameters
    ----------
    w : mxnet.np.ndarray or sequence of float, shape (d,)
        The true weights; the examples are on their device.
    b : float
        The true bias.
    num_examples : int
        The n below.

    Returns
    -------
    X : mxnet.np.ndarray of float32, shape (n, d)
        Standard normal features, from MXNet's random generator for the CPU, as is the noise: a GPU's generator
        would return other numbers.
    y : mxnet.np.ndarray of float32, shape (n, 1)
        Labels with normal noise of standard deviation 0.01.

    Raises
    ------
    ArgumentError
        If `num_examples` is not a positive integer.
    """
    n = require_positive_integer("num_examples", num_examples)
    from mxnet import cpu
    from mxnet import np as mx_np

    w = (w if hasattr(w, "asnumpy") else mx_np.array(w)).astype("float32").reshape(-1, 1)
    X = mx_np.random.normal(0, 1, (n, len(w)), ctx=cpu()).as_in_ctx(w.ctx)
    noise = mx_np.random.normal(0, 0.01, (n, 1), ctx=cpu()).as_in_ctx(w.ctx)
    return X, mx_np.dot(X, w) + b + noise


def _label(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if number not in range(len(LABELS)):
        raise ArgumentError(
            "Fashion-MNIST has no such label.",
            got=value,
            expected=f"an integer from 0 to {len(LABELS) - 1}",
            remedy="pass labels as train_iter yields them, or predictions after argmax(axis=1)",
        )
    return LABELS[int(number)]


@lru_cache(maxsize=1)  # without it, a slider that changes the batch size would wait while 55 MB are read and scaled
def _on_device(ctx: Any) -> tuple[Any, Any, Any, Any]:
    """Return train and test images and labels as MXNet's arrays on a device."""
    from mxnet import nd
    from mxnet import np as mx_np

    def scaled(images: Bytes) -> Any:
        # The array stays in NumPy's memory, which has pages of 2 MB where Linux can give them: from memory of MXNet's,
        # gathering a batch takes a quarter longer, and MXNet's conversion would take the memory twice
        X = np.divide(images[:, None], 255, dtype=np.float32)
        return nd.from_numpy(X).as_np_ndarray().as_in_ctx(ctx)

    X, y, X_test, y_test = load_fashion_mnist()
    return scaled(X), mx_np.array(y, dtype="int32", ctx=ctx), scaled(X_test), mx_np.array(y_test, "int32", ctx=ctx)
