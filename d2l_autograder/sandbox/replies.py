"""What the worker answers, read without trust: a reply, or what was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from d2l_autograder.sandbox.values import decode
from d2l_autograder.sandbox.verdicts import Lost, Verdict
from d2l_autograder.sandbox.wire import Frame
from d2l_helpers.errors import BadFrame

__all__ = ["Reply", "read_reply"]

_MOST_LETTERS = 64 << 10
_MOST_NOTES = 20
_LONGEST_NOTE = 2000
_OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError")


@dataclass(frozen=True, eq=False)
class Reply:
    """What a request gave.

    Attributes
    ----------
    value : object
        What a call returned or a name stands for; None for a cell.
    printed : str
        What was printed meanwhile, capped.
    figures : tuple of str
        The pictures that were shown, by their alt texts.
    skipped : tuple of str
        Lines of the cell that were left out, because they are IPython's or the shell's.
    seconds : float
        How long it took, measured outside.
    """

    value: Any
    printed: str
    figures: tuple[str, ...]
    skipped: tuple[str, ...]
    seconds: float


def read_reply(frame: Frame, ident: int, seconds: float) -> Reply:
    """Read the answer to a request.

    Parameters
    ----------
    frame : Frame
        What came.
    ident : int
        The request's number: an answer to another one was sent by code that should not send any.
    seconds : float
        How long it took.

    Raises
    ------
    Lost
        If it says that the student's code failed.
    BadFrame
        If it is no answer to this request.
    """
    header = frame.header
    status = header.get("status")
    if type(header.get("id")) is not int or header["id"] != ident:
        raise _bad(header.get("id"), f"an answer to request {ident}")
    if status == "ok":
        value = decode(header.get("value", {"value": None}), frame.arrays)
        printed = _text(header.get("printed", ""), _MOST_LETTERS)
        return Reply(value, printed, _notes(header.get("figures", [])), _notes(header.get("skipped", [])), seconds)
    if status == "error":
        raise _error(header.get("error"))
    if status == "output":
        raise Lost(Verdict.OUTPUT, "it printed more than is allowed")
    if status == "missing":
        raise Lost(Verdict.NOT_ATTEMPTED, "the notebook does not define it")
    if status == "unsupported":
        raise Lost(Verdict.BAD_ANSWER, f"it gave something of type {_text(header.get('type'), 100)}")
    raise _bad(status, "a known status")


def _error(content: Any) -> Lost:
    if not isinstance(content, dict):
        raise _bad(content, "an error's type, message and line")
    kind, message, line = (_text(content.get(key), _LONGEST_NOTE) for key in ("type", "message", "line"))
    verdict = Verdict.MEMORY if kind in _OUT_OF_MEMORY else Verdict.ERROR
    return Lost(verdict, f"{kind}: {message}" if message else kind, line)


def _notes(content: Any) -> tuple[str, ...]:
    if not isinstance(content, list):
        raise _bad(content, "a list of texts")
    return tuple(_text(item, _LONGEST_NOTE) for item in content[:_MOST_NOTES])


def _text(content: Any, most: int) -> str:
    if not isinstance(content, str):
        raise _bad(content, "text")
    return content[:most]


def _bad(got: object, expected: str) -> BadFrame:
    return BadFrame(
        "The sandbox sent something that is no reply.",
        got=repr(got)[:100],
        expected=expected,
        remedy="count the answer as bad",
    )
