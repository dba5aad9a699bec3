"""Keras 2 of TensorFlow 2.15, for the notebook that is about it: found, of the right version, and quiet."""

from __future__ import annotations

import os
import warnings
from typing import Any

from d2l_helpers.errors import ArgumentError, LibraryUnusable
from d2l_helpers.history import History

__all__ = ["import_keras", "keras_history"]

_VERSION = "2.15"
_REMEDY = "with Python 3.11 (TensorFlow 2.15 has none for 3.12 and later) run make keras, and restart the kernel"
# What Keras calls them, and what it called them before 2.3, in History's order
_NAMES = (("loss",), ("accuracy", "acc"), ("val_loss",), ("val_accuracy", "val_acc"))


def import_keras() -> Any:
    """Import Keras, without the lines that TensorFlow writes to stderr while it starts.

    Returns
    -------
    module
        ``tensorflow.keras``, which is Keras 2, with deterministic operators. Seed its generator at the top of a cell
        that trains, by ``keras.utils.set_random_seed(0)``: `seed_all` does not know it.

    Raises
    ------
    LibraryUnusable
        If TensorFlow is missing, does not start, or is not 2.15. From 2.16 on it brings Keras 3; before 2.15, the
        notebook's numbers were not tried.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow starts
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations among its dependencies: nothing that a reader could act on
            import tensorflow as tf
    except Exception as error:  # missing, or at odds with a library beside it
        raise _unusable(error) from error
    version = getattr(tf, "__version__", "without a version")
    if not version.startswith(f"{_VERSION}."):
        raise _unusable(f"TensorFlow {version}")
    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(0)  # without a seed, deterministic operators refuse to draw
    tf.get_logger().setLevel("ERROR")
    tf.autograph.set_verbosity(0)
    return tf.keras


def keras_history(fitted: Any) -> History:
    """Take what ``net.fit`` has returned as a History, for `plot_history` and `plot_comparison`.

    Parameters
    ----------
    fitted : keras.callbacks.History
        Of a network that was compiled with the metric "accuracy". Without ``validation_data`` the test lists stay
        empty.

    Raises
    ------
    ArgumentError
        If it is something else, such as the network itself.
    """
    series = getattr(fitted, "history", None)
    if not isinstance(series, dict) or "loss" not in series:
        raise ArgumentError(
            "Cannot read a history of Keras.",
            got=f"something of type {type(fitted).__name__}",
            expected="what net.fit returned after an epoch or more",
            remedy="write train_history = net.fit(...), and pass train_history",
        )
    train_loss, train_acc, test_loss, test_acc = (_first(series, names) for names in _NAMES)
    return History(train_loss, train_acc, test_loss, test_acc)


def _first(series: dict[str, list[float]], names: tuple[str, ...]) -> list[float]:
    return next(([float(value) for value in series[name]] for name in names if name in series), [])


def _unusable(got: object) -> LibraryUnusable:
    return LibraryUnusable(
        "Cannot start Keras for this notebook.",
        got=got,
        expected=f"TensorFlow {_VERSION}, the last with Keras 2",
        remedy=_REMEDY,
    )
