"""The verified copy of Fashion-MNIST for ``gluon.data.vision.FashionMNIST``, and so for d2l's own loader.

MXNet's class asks a server that is gone, five times, for the first release of the data. `initialize` takes the place
of its ``__init__``, and reads the files that the rest of the package reads, whatever their source. The labels, shapes
and types are those that MXNet's own code makes of the files.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from d2l_helpers.data.idx import FILES
from d2l_helpers.data.sources import obtain
from d2l_helpers.errors import ArgumentError, quote

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
        If `root` is no path, or `transform` cannot be called with an image and its label.
    DataUnavailable, DataError
        As for `d2l_helpers.load_fashion_mnist`.
    """
    from mxnet import nd, util
    from mxnet import np as mx_np

    if transform is not None:
        _check_transform(transform)
    found = obtain(folder=None if root is None else _folder(root))
    part = "train" if train else "t10k"
    images, labels = (FILES[name].array(found[name].contents) for name in (f"{part}-images", f"{part}-labels"))
    self._root, self._train, self._transform = root, train, transform
    make = mx_np.array if util.is_np_array() else nd.array
    self._data = make(images[..., None], dtype=images.dtype)
    self._label = labels.astype(np.int32)
    if util.is_np_array():
        self._label = mx_np.array(self._label, dtype=self._label.dtype)


def _folder(root: object) -> Path | None:
    """Return the reader's folder; None, with one warning and not one for each file, if nothing there can be read."""
    try:
        folder = Path(root).expanduser()  # type: ignore[arg-type]
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        warnings.warn(f"root is not used: {error.strerror}. Other places are searched.", RuntimeWarning, stacklevel=4)
        return None
    except (TypeError, ValueError, RuntimeError):  # a zero byte, or the home of a user that does not exist
        remedy = "leave root out: FashionMNIST(train=True)"
        raise _refused(f"root={quote(root)}", "the path of a folder", remedy) from None
    return folder


def _check_transform(transform: object) -> None:
    """Refuse what cannot be called with an image and its label, such as `ToTensor()`, before the first image fails."""
    from mxnet.gluon import Block

    is_mxnets = isinstance(transform, Block) and type(transform).__module__.startswith("mxnet.")
    if callable(transform) and not is_mxnets:
        return
    raise _refused(
        f"transform={quote(transform)}",
        "a function of an image and its label, which returns both",
        "for a function of the image alone, FashionMNIST(train=True).transform_first(transforms.ToTensor())",
    )


def _refused(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot load Fashion-MNIST.", got=got, expected=expected, remedy=remedy)
