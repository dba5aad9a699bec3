"""Import Keras 2 for the notebook that is about it, without TensorFlow's messages; read its history.

TensorFlow up to 2.15 contains Keras 2. Later versions contain Keras 3, and Keras 2 is in the package tf_keras.
"""

from __future__ import annotations

import os
import platform
import sys
import types
import warnings
from functools import cache
from importlib.util import find_spec
from typing import Any

from d2l_helpers.errors import ArgumentError, LibraryUnusable
from d2l_helpers.training.history import History

__all__ = ["import_keras", "keras_history"]

_FIRST = (2, 15)  # the oldest TensorFlow with which the notebook's numbers were tested, and the last with Keras 2
# Keras's names of History's lists, each with its name before Keras 2.3
_NAMES = (("loss",), ("accuracy", "acc"), ("val_loss",), ("val_accuracy", "val_acc"))


def import_keras() -> Any:
    """Import Keras, without the lines that TensorFlow writes to stderr while it starts.

    TensorFlow, which takes two to three seconds, starts when a name of Keras is first used.

    Returns
    -------
    module
        Keras 2: ``tf_keras``, or ``tensorflow.keras`` of TensorFlow 2.15. Its operators are deterministic. Seed its
        random generator at the top of a cell that trains, by ``keras.utils.set_random_seed(0)``: `seed_all` does not
        seed it.

    Raises
    ------
    LibraryUnusable
        If TensorFlow is missing; or, from the first use of a name, if TensorFlow cannot be imported, is older than
        2.15, or is newer and tf_keras is missing.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow starts
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # oneDNN's numbers depend on the processor
    if find_spec("tf_keras"):
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # then the reader's own tf.keras is Keras 2 too
    if "tensorflow" in sys.modules or find_spec("tensorflow") is None:
        return _start()
    return _KerasWhenUsed("keras")


class _KerasWhenUsed(types.ModuleType):
    """Keras 2; TensorFlow starts when a name is first used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_start(), name)

    def __dir__(self) -> list[str]:
        return dir(_start())


@cache
def _start() -> Any:
    """Start TensorFlow quietly, with deterministic operators, and return Keras 2."""
    try:
        with warnings.catch_warnings():
            # Hide deprecation warnings of TensorFlow's dependencies, which a reader cannot change
            warnings.simplefilter("ignore")
            import tensorflow as tf

            keras = _keras_2(tf)
    except LibraryUnusable:
        raise
    except Exception as error:  # TensorFlow is missing, or does not work with another installed library
        raise _unusable(error) from error
    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(0)  # without a seed, random operators raise an error in deterministic mode
    tf.get_logger().setLevel("ERROR")
    tf.autograph.set_verbosity(0)
    return keras


def keras_history(fitted: Any) -> History:
    """Convert the object that ``net.fit`` returns into a History, for `plot_history` and `plot_comparison`.

    Parameters
    ----------
    fitted : keras.callbacks.History
        Of a network compiled with the metric "accuracy". Without ``validation_data`` the held-out lists stay empty.

    Raises
    ------
    ArgumentError
        If `fitted` is something else, such as the network itself.
    """
    series = getattr(fitted, "history", None)
    if not isinstance(series, dict) or "loss" not in series:
        raise ArgumentError(
            "Cannot read a history of Keras.",
            got=f"an object of type {type(fitted).__name__}",
            expected="the object that net.fit returned after one epoch or more",
            remedy="write train_history = net.fit(...), and pass train_history",
        )
    train_loss, train_acc, held_out_loss, held_out_acc = (_first(series, names) for names in _NAMES)
    return History(train_loss, train_acc, held_out_loss, held_out_acc)


def _first(series: dict[str, list[float]], names: tuple[str, ...]) -> list[float]:
    return next(([float(value) for value in series[name]] for name in names if name in series), [])


def _keras_2(tf: Any) -> Any:
    """Return the Keras 2 that belongs to a TensorFlow."""
    from packaging.version import InvalidVersion, Version

    version = getattr(tf, "__version__", "without a version")
    try:
        release = Version(version).release[:2]
    except InvalidVersion:
        release = (0, 0)
    if release < _FIRST:
        raise _unusable(f"TensorFlow {version}")
    if release == _FIRST:
        return tf.keras
    import tf_keras

    return tf_keras


def _unusable(got: object) -> LibraryUnusable:
    remedy = "run make keras, or %pip install tensorflow-cpu tf-keras where there is no Makefile; restart the kernel"
    if platform.machine() == "aarch64":
        remedy = (
            "read the recorded outputs: tensorflow-cpu, with which this notebook was tested, has no wheel for "
            "processors by ARM; or try %pip install tensorflow tf-keras, untested there, and restart the kernel"
        )
    return LibraryUnusable(
        "Cannot start Keras for this notebook.",
        got=got,
        expected="TensorFlow 2.15, the last with Keras 2, or a later one with tf_keras, which is Keras 2",
        remedy=remedy,
    )
