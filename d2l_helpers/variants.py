"""Variants of exercises: numbers that follow from the student's id, the same on every machine.

Whose variant counts is said by `marked_as` in a grader, by the environment variable ``D2L_STUDENT`` in a grader's
sandbox, and by `student` in a notebook. Where nothing says it, there is no id, and the chapter's own numbers count.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import EllipsisType
from typing import TypeVar, overload

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.messages import note_message, show

__all__ = ["SANDBOX_VARIABLE", "is_left_out", "marked_as", "mine", "normalised", "student", "student_id"]

Choice = TypeVar("Choice")

SANDBOX_VARIABLE = "D2L_STUDENT"
_HUB_VARIABLE = "JUPYTERHUB_USER"
_LONGEST = 200  # characters of an id

# A context variable would do for neither: a notebook's cells need not share a context, and a grader's threads mark at
# the same time
_said = ""
_marked: ContextVar[str | None] = ContextVar("d2l_marked_as", default=None)


def student(ident: str | int | EllipsisType = ...) -> None:
    """Say whose notebook this is: the numbers of exercises with a variant follow from the student's id.

    With dots in place of an id, JupyterHub's name of the user is taken; elsewhere there is no id, and the exercises
    have the numbers that the text has. In a grader's sandbox this does nothing: who handed in decides.

    Parameters
    ----------
    ident : str, int or dots, optional
        The id that the teacher uses for this student, as in ``student("s01")``. Capitals and spaces do not matter.

    Raises
    ------
    ArgumentError
        If it is no text and no number, or a long text.
    """
    global _said
    if SANDBOX_VARIABLE in os.environ:
        return
    named = normalised("" if ident is ... else _as_text(ident))
    _said = normalised(os.environ.get(_HUB_VARIABLE, "")) if is_left_out(named) else named
    if _said:
        text = f"The exercises of this notebook have the numbers of the student {quote(_said)}. "
        text += "Run the cells below again if they ran before."
    else:
        text = "Replace the dots by the id that your teacher has for you, as in helpers.student('s01'), and run this "
        text += "cell again. Until then, the exercises show numbers that are not yours."
    show(note_message(f"Student: {_said}" if _said else "No student's id yet", text))


@overload
def mine(name: str) -> int: ...


@overload
def mine(name: str, choices: Sequence[Choice]) -> Choice: ...


def mine(name: str, choices: Sequence[Choice] | None = None) -> int | Choice:
    """Return a number that follows from the student's id and a name; or one of several choices.

    Parameters
    ----------
    name : str
        What the number is for, such as an exercise's name; other names give other numbers.
    choices : sequence, optional
        What to choose from; the first is the choice without an id.

    Returns
    -------
    int or object
        From 0 to 2**31 - 1, and 0 without an id; or the choice.

    Raises
    ------
    ArgumentError
        If the name is no text, or there is no choice.

    Notes
    -----
    The number is the first 31 bits of a SHA-256 digest of the normalised id and the name, so it is the same in every
    version of Python and on every machine.
    """
    if not isinstance(name, str):
        raise ArgumentError(
            "Cannot tell which of your numbers this is.",
            got=quote(name),
            expected="a name, which is text",
            remedy="name what the number is for, as in helpers.mine('seed')",
        )
    ident = student_id()
    number = _number(ident, name) if ident else 0
    if choices is None:
        return number
    if not len(choices):
        raise ArgumentError(
            f"Cannot choose {quote(name)} for you.",
            got="no choices",
            expected="one or more",
            remedy="pass a list of choices; without an id, the first one counts",
        )
    return choices[number % len(choices)]


def student_id() -> str:
    """Return the normalised id of the student whose numbers count here, or empty text if there is none."""
    marked = _marked.get()
    if marked is not None:
        return marked
    return normalised(os.environ.get(SANDBOX_VARIABLE, _said))


@contextmanager
def marked_as(ident: str) -> Iterator[None]:
    """Let the numbers of one student count in this thread, whatever a notebook says; empty text is no student.

    Parameters
    ----------
    ident : str
        The id of who handed in.
    """
    token = _marked.set(normalised(ident))
    try:
        yield
    finally:
        _marked.reset(token)


def normalised(ident: str) -> str:
    """Return an id in the one form of all its spellings: without capitals, and with single spaces inside only.

    What cannot be printed counts as a space: it could not be passed into a sandbox.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", ident).casefold())
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def is_left_out(ident: str) -> bool:
    """Return whether a normalised id is none: empty, or the dots of the handed-out cell between quotes."""
    return not ident.strip(". ")


def _as_text(ident: object) -> str:
    is_number = isinstance(ident, int) and not isinstance(ident, bool) and 0 <= ident < 10**_LONGEST
    if not is_number and not (isinstance(ident, str) and len(ident) <= _LONGEST):
        raise ArgumentError(
            "Cannot tell whose notebook this is.",
            got=quote(ident),
            expected=f"an id, which is text of at most {_LONGEST} characters",
            remedy="write the id that your teacher has for you in quotes, as in helpers.student('s01')",
        )
    return str(ident)


def _number(ident: str, name: str) -> int:
    parts = (part.encode(errors="replace") for part in (ident, name))
    digest = hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in parts)).digest()
    return int.from_bytes(digest[:4], "big") >> 1
