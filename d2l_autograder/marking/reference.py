"""Call the key's functions in the grader, in its only thread that uses MXNet."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from d2l_autograder.sandbox.replies import decode, encode
from d2l_helpers.variants import marked_as, student_id

__all__ = ["evaluate", "on_mxnets_thread"]


def _prepare() -> None:
    from mxnet import npx

    npx.set_np()  # MXNet keeps this setting for each thread


_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mxnet", initializer=_prepare)


def on_mxnets_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in the thread that may use MXNet, for the same student as here, and return its result."""
    whose = student_id()

    def call() -> Any:
        with marked_as(whose):  # only this, and not a copy of the whole context, in which MXNet keeps its settings
            return function(*arguments)

    return _thread.submit(call).result()


def evaluate(function: Callable[..., Any], through: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> Any:
    """Call a function of the key as a submission's function is called inside a sandbox.

    Parameters
    ----------
    function : callable
        The solution, or a wrong answer.
    through : callable or None
        What is called in its place, with the function as its first argument.
    arguments : tuple
        NumPy's arrays, numbers, text, and tuples, lists and dicts of such.

    Returns
    -------
    object
        The result as a sandbox would return it, with NumPy's arrays.
    """

    def call() -> Any:
        given = map(_as_mxnet, arguments)
        return _plain(through(function, *given) if through else function(*given))

    return on_mxnets_thread(call)


def _as_mxnet(value: Any) -> Any:
    from mxnet import np as mxnet_np

    if isinstance(value, np.ndarray):
        return mxnet_np.array(value, dtype="float32" if value.dtype == np.float64 else value.dtype)
    if isinstance(value, tuple | list):
        return type(value)(map(_as_mxnet, value))
    if isinstance(value, dict):
        return {key: _as_mxnet(item) for key, item in value.items()}
    return value


def _plain(value: Any) -> Any:
    arrays: list[Any] = []
    return decode(encode(value, arrays), arrays)
