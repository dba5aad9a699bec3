"""The verified copy of Fashion-MNIST for ``gluon.data.vision.FashionMNIST``, and so for d2l's own loader.

MXNet's class asks a server that is gone, five times, for the first release of the data. `initialize` takes the place
of its ``__init__``, and reads the files that the rest of the package reads, whatever their source. The labels, shapes
and types are those that MXNet's own code makes of the files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from d2l_helpers.data.idx import FILES
from d2l_helpers.data.sources import obtain
from d2l_helpers.errors import ArgumentError

__all__ = ["initialize"]


def initialize(
    self: Any,
    root: str | os.PathLike[str] | None = None,
    train: bool = True,
    transform: Callable[[Any, Any], Any] | None = None,
) -> None:
    """Initialize a ``gluon.data.vision.FashionMNIST``; nothing is written outside the package's cache.

    Parameters
    ----------
    self : mxnet.gluon.data.vision.FashionMNIST
        The dataset.
    root : str or path, optional
        A folder of the reader's in which the files are looked for first. Files there that are not the published ones,
        such as those of the first release, are not used, with a warning; it need not exist.
    train : bool, optional
        Whether to have the 60,000 training examples, or the 10,000 test examples.
    transform : callable, optional
        ``transform(data, label)`` returns what the dataset yields of each example.

    Raises
    ------
    ArgumentError
        If `root` is no path, or `transform` cannot be called.
    DataUnavailable, DataError
        As for `d2l_helpers.load_fashion_mnist`.
    """
    from mxnet import nd, util
    from mxnet import np as mx_np

    if transform is not None and not callable(transform):
        raise _refused(f"transform={transform!r}", "a function of an image and its label", "leave transform out")
    if root is not None and not isinstance(root, (str, os.PathLike)):
        raise _refused(f"root={root!r}", "the path of a folder", "leave root out: FashionMNIST(train=True)")
    # Path.expanduser would raise an error for the home of a user who does not exist, and the folder need not exist
    folder = None if root is None else Path(os.path.expanduser(root))  # noqa: PTH111
    found = obtain(folder=folder)
    part = "train" if train else "t10k"
    images, labels = (FILES[name].array(found[name].contents) for name in (f"{part}-images", f"{part}-labels"))
    self._root, self._train, self._transform = root, train, transform
    make = mx_np.array if util.is_np_array() else nd.array
    self._data = make(images[..., None], dtype=images.dtype)
    self._label = labels.astype(np.int32)
    if util.is_np_array():
        self._label = mx_np.array(self._label, dtype=self._label.dtype)


def _refused(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot load Fashion-MNIST.", got=got, expected=expected, remedy=remedy)
