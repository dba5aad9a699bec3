"""Minibatches of examples in memory, gathered batch by batch, with no Python per example.

They work whether or not ``npx.set_np()`` was called. Without it, MXNet has no arrays without dimensions: what you
compute from a batch, such as a mean, then has shape (1,).
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError

__all__ = ["ArrayBatches", "load_array", "require_positive_integer"]


class ArrayBatches:
    """Minibatches of arrays in the memory of one device.

    Each pass over them is one epoch: every example once, in a new order if shuffled; the last batch may be smaller.

    Parameters
    ----------
    X : mxnet.np.ndarray, shape (n, ...)
        The features; float32 in [0, 1] of shape (n, channels, height, width) if they are to be resized.
    y : mxnet.np.ndarray, shape (n, ...)
        The labels, on the same device.
    batch_size : int
        From 1 to n.
    shuffle : bool
        Whether each epoch has its own random order, from NumPy's global generator.
    resize : int, optional
        Height and width, in pixels, to which the images of each batch are scaled. `X` keeps the originals: 60,000
        images of 224 × 224 would be 12 GB.

    Attributes
    ----------
    X, y, batch_size, shuffle, resize
        The parameters.
    num_examples : int
        The n above.

    Raises
    ------
    ArgumentError
        If the lengths differ, there are no examples, or `batch_size` or `resize` is not as above.
    """

    def __init__(self, X: Any, y: Any, batch_size: int, shuffle: bool, resize: int | None = None) -> None:
        self.X, self.y, self.shuffle = X, y, shuffle
        self.num_examples = _common_length(X, y)
        self.batch_size = require_positive_integer("batch_size", batch_size, at_most=self.num_examples)
        self.resize = None if resize is None else require_positive_integer("resize", resize)
        if resize is not None and X.ndim != 4:
            raise ArgumentError(
                "Only images can be resized.",
                got=f"X of shape {X.shape}",
                expected="X of shape (n, channels, height, width)",
                remedy="leave resize out, or reshape X",
            )

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Yield the batches of one epoch.

        Yields
        ------
        X_batch, y_batch : mxnet.np.ndarray
            `batch_size` examples, or fewer in the last batch.
        """
        from mxnet import np as mx_np

        order = mx_np.array(self.order(), dtype="int32", ctx=self.X.ctx)
        for start in range(0, self.num_examples, self.batch_size):
            # MXNet 1.6 refuses a slice past the end.
            chosen = order[start : min(start + self.batch_size, self.num_examples)]
            X, y = self.X.take(chosen, axis=0), self.y.take(chosen, axis=0)
            yield (X if self.resize is None else _resized(X, self.resize)), y

    def order(self) -> npt.NDArray[np.int64]:
        """Return the order of one epoch.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Indices of the examples: a new permutation if `shuffle`, else 0 to n - 1.
        """
        return np.random.permutation(self.num_examples) if self.shuffle else np.arange(self.num_examples)


def load_array(data_arrays: Sequence[Any], batch_size: int, is_train: bool = True) -> ArrayBatches:
    """Return minibatches of arrays, as ``d2l.load_array`` does.

    Parameters
    ----------
    data_arrays : sequence of two mxnet.np.ndarray
        Features and labels, of the same length and on the same device.
    batch_size : int
        From 1 to that length.
    is_train : bool, optional
        Whether to shuffle.

    Returns
    -------
    ArrayBatches
        Iterate over it for one epoch.

    Raises
    ------
    ArgumentError
        If there are not two arrays, or `ArrayBatches` cannot take them.
    """
    if not hasattr(data_arrays, "__len__"):
        data_arrays = (data_arrays,)
    if len(data_arrays) != 2:
        raise ArgumentError(
            "Cannot make minibatches.",
            got=f"{len(data_arrays)} arrays",
            expected="two: the features and the labels",
            remedy="call load_array((features, labels), batch_size)",
        )
    features, labels = data_arrays
    return ArrayBatches(features, labels, batch_size, shuffle=is_train)


def require_positive_integer(name: str, value: object, at_most: int | None = None) -> int:
    """Check that an argument is a positive integer, and return it as an int.

    Parameters
    ----------
    name : str
        The argument's name, for the error.
    value : object
        The argument.
    at_most : int, optional
        The largest integer allowed.

    Returns
    -------
    int
        The value.

    Raises
    ------
    ArgumentError
        If it is not an integer from 1 to `at_most`; True is not.
    """
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < 1 or (at_most is not None and value > at_most):  # type: ignore[operator]
        raise ArgumentError(
            f"Cannot work with this {name}.",
            got=f"{name}={value!r}",
            expected="a positive integer" if at_most is None else f"an integer from 1 to {at_most}",
            remedy=f"pass, for example, {name}={min(28, at_most or 28)}",
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def _common_length(X: Any, y: Any) -> int:
    from mxnet import np as mx_np

    if not (isinstance(X, mx_np.ndarray) and isinstance(y, mx_np.ndarray)):
        raise ArgumentError(
            "Cannot make minibatches.",
            got=f"features of type {type(X).__name__} and labels of type {type(y).__name__}",
            expected="arrays of mxnet.np",
            remedy="convert them with np.array(...), where np is mxnet's",
        )
    if X.ndim < 1 or y.ndim < 1 or len(X) != len(y) or len(X) < 1:
        raise ArgumentError(
            "Cannot make minibatches.",
            got=f"features of shape {X.shape} and labels of shape {y.shape}",
            expected="two arrays with the same number of examples, at least one, along their first axis",
            remedy="pass one label for each example",
        )
    return len(X)


def _resized(X: Any, size: int) -> Any:
    """Scale images in eight bits, as Gluon's ``Resize`` and ``ToTensor`` do, so that the values are the same."""
    from mxnet import npx

    pixels = (X * 255).round().astype("uint8").transpose(0, 2, 3, 1)
    return npx.image.to_tensor(npx.image.resize(pixels, size=(size, size)))
