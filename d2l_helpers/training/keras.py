"""Keras 2 for the notebook that is about it: found, of the right version, and quiet.

TensorFlow up to 2.15 is Keras 2 itself. Later ones have Keras 3, and Keras 2 in the package tf_keras.
"""

from __future__ import annotations

import os
import re
import warnings
from importlib.util import find_spec
from typing import Any

from d2l_helpers.errors import ArgumentError, LibraryUnusable
from d2l_helpers.training.history import History

__all__ = ["import_keras", "keras_history"]

_FIRST = (2, 15)  # the first TensorFlow that the notebook's numbers were tried with, and the last with Keras 2
# What Keras calls them, and what it called them before 2.3, in History's order
_NAMES = (("loss",), ("accuracy", "acc"), ("val_loss",), ("val_accuracy", "val_acc"))


def import_keras() -> Any:
    """Import Keras, without the lines that TensorFlow writes to stderr while it starts.

    Returns
    -------
    module
        Keras 2: ``tf_keras``, or of TensorFlow 2.15 ``tensorflow.keras``. Its operators are deterministic. Seed its
        random generator at the top of a cell that trains, by ``keras.utils.set_random_seed(0)``: `seed_all` does not
        know it.

    Raises
    ------
    LibraryUnusable
        If TensorFlow is missing, does not start, is older than 2.15, or is newer and tf_keras is missing.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow starts
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # whose numbers depend on the processor; 2.21 warns of it
    if find_spec("tf_keras"):
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # a reader's own tf.keras is Keras 2, too
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations among its dependencies: nothing that a reader could act on
            import tensorflow as tf

            keras = _keras_2(tf)
    except LibraryUnusable:
        raise
    except Exception as error:  # missing, or at odds with a library beside it
        raise _unusable(error) from error
    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(0)  # without a seed, deterministic operators refuse to draw
    tf.get_logger().setLevel("ERROR")
    tf.autograph.set_verbosity(0)
    return keras


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


def _keras_2(tf: Any) -> Any:
    """Return the Keras 2 that belongs to a TensorFlow."""
    version = getattr(tf, "__version__", "without a version")
    if found := re.match(r"(\d+)\.(\d+)\.", version):
        release = (int(found[1]), int(found[2]))
        if release == _FIRST:
            return tf.keras
        if release > _FIRST:
            import tf_keras

            return tf_keras
    raise _unusable(f"TensorFlow {version}")


def _unusable(got: object) -> LibraryUnusable:
    return LibraryUnusable(
        "Cannot start Keras for this notebook.",
        got=got,
        expected="TensorFlow 2.15, the last with Keras 2, or a later one with tf_keras, which is Keras 2",
        remedy="run make keras, and restart the kernel",
    )
