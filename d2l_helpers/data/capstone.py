"""Three datasets to choose from for a task of one's own, each split into training, held-out and test data."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data.fashion_mnist import LABELS, load_fashion_mnist
from d2l_helpers.errors import ArgumentError, quote

__all__ = ["Capstone", "load_capstone"]

_TABLES = files("d2l_helpers.data") / "tables"
_HELD_OUT = 10_000  # of Fashion-MNIST's 60,000 training images, as in section 5
_SHARE = 0.2  # of the small datasets, for each of the held-out and the test data

Parts = tuple[Any, Any]  # features (n, d) and labels (n,)


@dataclass(frozen=True)
class Capstone:
    """A dataset for classification.

    Attributes
    ----------
    name : str
        "penguins", "digits" or "fashion".
    train, held_out, test : tuple of mxnet.np.ndarray
        Features of shape (n, d), float32, as they were measured, and labels of shape (n,), int32, from 0 on.
    classes : tuple of str
        The name of each label.
    features : tuple of str
        The name and unit of each column.
    """

    name: str
    train: tuple[Any, Any]
    held_out: tuple[Any, Any]
    test: tuple[Any, Any]
    classes: tuple[str, ...]
    features: tuple[str, ...]


def load_capstone(name: str) -> Capstone:
    """Load one of three datasets, split the same way each time.

    Parameters
    ----------
    name : {"penguins", "digits", "fashion"}
        342 penguins of three species with four measurements; 1,797 handwritten digits of 8 × 8 pixels from 0 to 16; or
        Fashion-MNIST's 70,000 images of 28 × 28 pixels from 0 to 255. Of the small ones, a fifth each is held out and
        test data, drawn by chance; of Fashion-MNIST, the last 10,000 training images are held out, as in section 5.

    Raises
    ------
    ArgumentError
        If there is no such dataset.
    DataUnavailable, DataError
        As for `load_fashion_mnist`.

    References
    ----------
    A. M. Horst, A. P. Hill, K. B. Gorman: palmerpenguins, 2020, data of Palmer Station, CC0. E. Alpaydin, C. Kaynak:
    Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, the file optdigits.tes, CC BY 4.0.
    """
    loaders: dict[str, Callable[[], Capstone]] = {"penguins": _penguins, "digits": _digits, "fashion": _fashion}
    if not isinstance(name, str) or name not in loaders:
        raise ArgumentError(
            "There is no such dataset.",
            got=quote(name),
            expected=" or ".join(map(repr, loaders)),
            remedy="choose one of the three",
        )
    return loaders[name]()


def _penguins() -> Capstone:
    with (_TABLES / "penguins.csv").open(encoding="utf-8") as file:
        (*columns, _), *rows = csv.reader(file)
    classes = tuple(sorted({row[-1] for row in rows}))
    features = np.array([row[:-1] for row in rows], dtype=np.float32)
    labels = np.array([classes.index(row[-1]) for row in rows])
    return Capstone(
        "penguins", *_split(features, labels), classes, tuple(column.replace("_", " ") for column in columns)
    )


def _digits() -> Capstone:
    with (_TABLES / "digits.npz").open("rb") as file, np.load(file) as arrays:
        images, labels = arrays["images"], arrays["labels"].astype(np.int64)
    return Capstone("digits", *_split(_rows(images), labels), tuple("0123456789"), _pixels(8))


def _fashion() -> Capstone:
    images, labels, test_images, test_labels = load_fashion_mnist()
    return Capstone(
        "fashion",
        _as_mxnet(_rows(images[:-_HELD_OUT]), labels[:-_HELD_OUT]),
        _as_mxnet(_rows(images[-_HELD_OUT:]), labels[-_HELD_OUT:]),
        _as_mxnet(_rows(test_images), test_labels),
        tuple(LABELS),
        _pixels(28),
    )


def _rows(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32)


def _pixels(size: int) -> tuple[str, ...]:
    return tuple(f"pixel in row {row}, column {column}" for row in range(size) for column in range(size))


def _split(features: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> tuple[Parts, Parts, Parts]:
    order = np.random.default_rng(0).permutation(len(labels))  # not the global generator: the split is always the same
    size = round(_SHARE * len(labels))
    train, held_out, test = order[2 * size :], order[:size], order[size : 2 * size]
    return (
        _as_mxnet(features[train], labels[train]),
        _as_mxnet(features[held_out], labels[held_out]),
        _as_mxnet(features[test], labels[test]),
    )


def _as_mxnet(features: npt.NDArray[np.float32], labels: npt.NDArray[Any]) -> Parts:
    from mxnet import np as mx_np

    return mx_np.array(features), mx_np.array(labels, dtype="int32")
