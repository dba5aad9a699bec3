"""What passes between a probe and a student's function: values, replies, and the verdict where no value came back.

A value is written as a JSON object with one key, its kind: ``{"value": 3}``, ``{"array": 0}``, ``{"tuple": [...]}``
and so on; arrays travel beside the JSON. Whatever comes from inside is checked before it is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from d2l_autograder.sandbox.arrays import Array
from d2l_autograder.sandbox.wire import Frame
from d2l_helpers.errors import ArgumentError, BadFrame

__all__ = ["Lost", "Name", "Reply", "Verdict", "decode", "encode", "place_in", "read_reply"]

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_MOST_CHARACTERS = 10_000  # of a text in a value
_MOST_PRINTED = 64 << 10  # characters
_LONGEST_MESSAGE = 2000  # characters
_OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError")


class Verdict(StrEnum):
    """How one item ended.

    Only `RIGHT` earns points. `SANDBOX_FAULT` is a failure of the grader: the item is tried again, then reported, and
    never counted against the student.
    """

    RIGHT = "right"
    WRONG = "wrong"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    DIED = "died"
    BAD_ANSWER = "bad_answer"
    NOT_ATTEMPTED = "not_attempted"
    SANDBOX_FAULT = "sandbox_fault"


class Lost(Exception):
    """A student's code returned no value: a verdict on that code, not a failure of the program.

    Parameters
    ----------
    verdict : Verdict
        How the code ended; never `RIGHT` and never `SANDBOX_FAULT`.
    message : str
        What happened, in words. What the student's code says of itself is quoted, capped, and must not be believed.
    line : str, optional
        The line of the student's code and its number, as reported from inside.
    is_over : bool, optional
        Whether the sandbox has ended, too.
    place : int, optional
        Where the sandbox has ended in a cell: the number of the statement, from 0, that the code inside said it had
        begun. It may only decide what is run again.
    """

    def __init__(self, verdict: Verdict, message: str, line: str = "", is_over: bool = False, place: int = 0) -> None:
        self.verdict, self.message, self.line, self.is_over = verdict, message, line, is_over
        self.place = place
        super().__init__(f"{verdict}: {message}" + (f"\n  {line}" if line else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.verdict, self.message, self.line, self.is_over, self.place)


@dataclass(frozen=True)
class Name:
    """A function's argument that stands for a variable inside the sandbox, such as ``Name("net")``."""

    name: str


@dataclass(frozen=True, eq=False)
class Reply:
    """The reply to a request that succeeded.

    Attributes
    ----------
    value : object
        What a call returned or what a variable holds; None for a cell.
    printed : str
        What was printed meanwhile, capped.
    seconds : float
        How long the request took, measured outside.
    """

    value: Any
    printed: str
    seconds: float


def encode(value: Any, arrays: list[Array]) -> dict[str, Any]:
    """Write a value as JSON and arrays.

    Parameters
    ----------
    value : object
        None, a truth value, a number, text, NumPy's or MXNet's array, a `Name`, or tuples, lists and dicts of such.
    arrays : list of numpy.ndarray
        The arrays of the value are appended to this list.

    Returns
    -------
    dict
        Plain JSON that refers to `arrays` by number.

    Raises
    ------
    ArgumentError
        If the value is of another type.
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
    """Read a value from JSON that may be anything.

    Parameters
    ----------
    spec : object
        JSON that `wire` has parsed, and so neither deeply nested nor with large integers.
    arrays : sequence of numpy.ndarray
        The arrays to which the value may refer, each at most once: a reply that names one array a thousand times
        would need a thousand times its memory when the value is used.

    Returns
    -------
    object
        None, bool, int, float, str, numpy.ndarray, or tuples, lists and dicts of such.

    Raises
    ------
    BadFrame
        If the JSON describes no such value.
    """
    return _decode(spec, dict(enumerate(arrays)))


def place_in(frame: Frame, ident: int) -> int | None:
    """Return the number of the statement that a cell begins, if the message says that; otherwise None."""
    place = frame.header.get("place")
    if type(place) is int and place >= 0 and frame.header == {"id": ident, "place": place}:
        return place
    return None


def read_reply(frame: Frame, ident: int, seconds: float) -> Reply:
    """Read the reply to a request.

    Parameters
    ----------
    frame : Frame
        The message that came.
    ident : int
        The request's number. A message with another number was sent by code that should not send any.
    seconds : float
        How long the request took.

    Raises
    ------
    Lost
        If the message says that the student's code failed.
    BadFrame
        If the message is no reply to this request.
    """
    header = frame.header
    status = header.get("status")
    if type(header.get("id")) is not int or header["id"] != ident:
        raise _bad_reply(header.get("id"), f"a reply to request {ident}")
    if status == "ok":
        value = decode(header.get("value", {"value": None}), frame.arrays)
        return Reply(value, _text(header.get("printed", ""), _MOST_PRINTED), seconds)
    if status == "error":
        raise _error(header.get("error"))
    if status == "output":
        raise Lost(Verdict.OUTPUT, "it printed more than is allowed")
    if status == "missing":
        raise Lost(Verdict.NOT_ATTEMPTED, "the notebook does not define it")
    if status == "unsupported":
        raise Lost(Verdict.BAD_ANSWER, f"it returned something of type {_text(header.get('type'), 100)}")
    raise _bad_reply(status, "a known status")


def _decode(spec: Any, left: dict[int, Array]) -> Any:
    if not isinstance(spec, dict) or len(spec) != 1:
        raise _bad_value(spec)
    ((kind, content),) = spec.items()
    if kind == "value" and (content is None or isinstance(content, bool | int | float | str)):
        return content[:_MOST_CHARACTERS] if isinstance(content, str) else content
    if kind == "float" and isinstance(content, str) and content in _NOT_FINITE:
        return _NOT_FINITE[content]
    if kind == "array" and type(content) is int and content in left:
        return left.pop(content)
    if kind in ("tuple", "list") and isinstance(content, list):
        items = [_decode(item, left) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict" and isinstance(content, list):
        return {key: _decode(item, left) for key, item in map(_pair, content)}
    raise _bad_value(spec)


def _pair(item: Any) -> tuple[str, Any]:
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    raise _bad_value(item)


def _as_numpy(value: Any) -> Array:
    array = value.asnumpy() if hasattr(value, "asnumpy") else value
    if isinstance(array, np.ndarray):
        return array
    raise ArgumentError(
        "This value cannot be sent into the sandbox.",
        got=f"something of type {type(value).__name__}",
        expected="arrays, numbers, text, names, and tuples, lists and dicts of them",
        remedy="make the value inside, with Session.run, and pass Name('its_name')",
    )


def _error(content: Any) -> Lost:
    if not isinstance(content, dict):
        raise _bad_reply(content, "an error's type, message and line")
    kind, message, line = (_text(content.get(key), _LONGEST_MESSAGE) for key in ("type", "message", "line"))
    verdict = Verdict.MEMORY if kind in _OUT_OF_MEMORY else Verdict.ERROR
    return Lost(verdict, f"{kind}: {message}" if message else kind, line)


def _text(content: Any, most: int) -> str:
    if not isinstance(content, str):
        raise _bad_reply(content, "text")
    return content[:most]


def _bad_reply(got: object, expected: str) -> BadFrame:
    return _bad("The sandbox sent something that is no reply.", got, expected)


def _bad_value(got: object) -> BadFrame:
    return _bad("The sandbox sent something that is no value.", got, 'an object of one known kind, as {"value": 3}')


def _bad(failed: str, got: object, expected: str) -> BadFrame:
    return BadFrame(failed, got=repr(got)[:100], expected=expected, remedy="mark the item as bad_answer")
