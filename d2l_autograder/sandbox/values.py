"""Python values as JSON and arrays: what crosses the boundary between a probe and a student's function.

Each value is an object with one key, its kind: ``{"value": 3}``, ``{"array": 0}``, ``{"tuple": [...]}`` and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from d2l_autograder.sandbox.arrays import Array
from d2l_helpers.errors import ArgumentError, BadFrame

__all__ = ["Name", "decode", "encode"]

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_MOST_LETTERS = 10_000


@dataclass(frozen=True)
class Name:
    """Stands for what a name means inside the sandbox, such as ``Name("net")``; a function's argument."""

    name: str


def encode(value: Any, arrays: list[Array]) -> dict[str, Any]:
    """Write a value.

    Parameters
    ----------
    value : object
        None, a truth value, a number, text, NumPy's or MXNet's array, a `Name`, or tuples, lists and dicts of such.
    arrays : list of numpy.ndarray
        Grows by the arrays that it holds.

    Returns
    -------
    dict
        Plain JSON that refers to `arrays` by number.

    Raises
    ------
    ArgumentError
        If it is something else.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return {"value": value}
    if isinstance(value, Name):
        return {"name": value.name}
    if isinstance(value, tuple | list):
        return {type(value).__name__: [encode(item, arrays) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": [[key, encode(item, arrays)] for key, item in value.items()]}
    arrays.append(_as_numpy(value))
    return {"array": len(arrays) - 1}


def decode(spec: Any, arrays: Sequence[Array]) -> Any:
    """Read a value that may be anything.

    Parameters
    ----------
    spec : object
        JSON, as `wire` has parsed it: not deep, and no large integers in it.
    arrays : sequence of numpy.ndarray
        What it may refer to, each once: one that is named a thousand times would grow by as much when it is used.

    Returns
    -------
    object
        None, bool, int, float, str, numpy.ndarray, or tuples, lists and dicts of such.

    Raises
    ------
    BadFrame
        If it is none of these.
    """
    return _decode(spec, dict(enumerate(arrays)))


def _decode(spec: Any, left: dict[int, Array]) -> Any:
    if not isinstance(spec, dict) or len(spec) != 1:
        raise _bad(spec)
    ((kind, content),) = spec.items()
    if kind == "value" and (content is None or isinstance(content, bool | int | float | str)):
        return content[:_MOST_LETTERS] if isinstance(content, str) else content
    if kind == "float" and isinstance(content, str) and content in _NOT_FINITE:
        return _NOT_FINITE[content]
    if kind == "array" and type(content) is int and content in left:
        return left.pop(content)
    if kind in ("tuple", "list") and isinstance(content, list):
        items = [_decode(item, left) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict" and isinstance(content, list):
        return {key: _decode(item, left) for key, item in map(_pair, content)}
    raise _bad(spec)


def _as_numpy(value: Any) -> Array:
    array = value.asnumpy() if hasattr(value, "asnumpy") else value
    if isinstance(array, np.ndarray):
        return array
    raise ArgumentError(
        "Cannot send this into the sandbox.",
        got=f"something of type {type(value).__name__}",
        expected="arrays, numbers, text, names, and tuples, lists and dicts of them",
        remedy="make it inside, with Session.run, and pass Name('what_you_called_it')",
    )


def _pair(item: Any) -> tuple[str, Any]:
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    raise _bad(item)


def _bad(spec: Any) -> BadFrame:
    return BadFrame(
        "The sandbox sent something that is no value.",
        got=repr(spec)[:100],
        expected='an object of one known kind, such as {"value": 3}',
        remedy="count the answer as bad",
    )
