"""Check properties of answers; each function raises NotYet, in the learner's words, at the first wrong one."""

from __future__ import annotations

import hashlib
import reprlib
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.exercises.variant import Options

__all__ = [
    "as_array",
    "as_number",
    "choice",
    "describe",
    "digest_of",
    "drawn",
    "expect",
    "expect_close",
    "expect_shape",
]

_MOST_ELEMENTS = 10_000_000
_MOST_CHARACTERS = 200


def drawn(shape: tuple[int, ...], seed: int, scale: float = 1.0) -> Any:
    """Return an MXNet array, float32, standard normal times `scale`, without using the global random generators."""
    from mxnet import np as mxnet_np

    return mxnet_np.array(np.random.default_rng(seed).normal(0.0, scale, shape), dtype="float32")


def expect(condition: bool, got: str, expected: str) -> None:
    """Check that `condition` holds."""
    if not condition:
        raise NotYet(got, expected)


def as_array(value: Any, what: str) -> npt.NDArray[np.float64]:
    """Convert an array of MXNet or NumPy, a number, or a nested list of numbers to an array of float64.

    Parameters
    ----------
    value : object
        What the learner's function returned.
    what : str
        What the message calls it, such as ``"softmax(Z)"``.
    """
    return _numbers(value, what, "an array of numbers")


def _numbers(value: Any, what: str, expected: str) -> npt.NDArray[np.float64]:
    if not (_is_array(value) or isinstance(value, np.generic | int | float | list | tuple)):
        raise NotYet(f"{what} is {describe(value)}", expected)
    size = value.size if _is_array(value) else len(value) if isinstance(value, list | tuple) else 1
    if size > _MOST_ELEMENTS:
        raise NotYet(f"{what} has {size:,} elements", f"{expected}, of a sensible size")
    try:
        value = value.asnumpy() if hasattr(value, "asnumpy") else value
        array = np.asarray(value)
    except (TypeError, ValueError):  # ragged lists
        raise NotYet(f"{what} is {describe(value)}", expected) from None
    if array.size > _MOST_ELEMENTS:  # of a list with large arrays in it
        raise NotYet(f"{what} has {array.size:,} elements", f"{expected}, of a sensible size")
    if array.dtype.kind not in "biuf":  # strings, objects
        raise NotYet(f"{what} is {describe(value)}", expected)
    return array.astype(np.float64)


def as_number(value: Any, what: str) -> float:
    """Convert a number, or an array of one element, to a float."""
    array = _numbers(value, what, "one number")
    if array.size != 1:
        raise NotYet(f"{what} is an array of shape {array.shape}", "one number")
    return float(array.reshape(()))


def expect_shape(array: Any, shape: tuple[int, ...], what: str) -> None:
    """Check the shape of an array."""
    if tuple(array.shape) != tuple(shape):
        raise NotYet(f"{what} has shape {tuple(array.shape)}", f"shape {tuple(shape)}")


def expect_close(got: Any, wanted: Any, what: str, rtol: float = 1e-4, atol: float = 1e-5) -> None:
    """Check that numbers are close to others; the message names the first that is not. inf is close to inf."""
    measured, target = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    if target.ndim and measured.shape != target.shape:
        raise NotYet(f"{what}: shape {measured.shape}", f"shape {target.shape}")
    if not measured.size and not target.ndim:
        raise NotYet(f"{what}: an empty array", _number(target))
    is_close = np.isclose(measured, target, rtol=rtol, atol=atol)
    if is_close.all():
        return
    first = int(np.argmin(np.ravel(is_close)))
    pair = (np.ravel(measured)[first], np.ravel(np.broadcast_to(target, measured.shape))[first])
    digits = 5 if _number(pair[0]) != _number(pair[1]) else 9  # enough to see the difference
    raise NotYet(f"{what}: {_number(pair[0], digits)}", _number(pair[1], digits))


def choice(
    options: str | Options, digest: str, name: str, wrong: Mapping[str, str] | None = None
) -> Callable[[Any], None]:
    """Return the check of a choice among letters.

    Parameters
    ----------
    options : str or Options
        The letters, such as ``"abc"``; or the options, whose letters differ from student to student.
    digest : str
        ``digest_of(name, letter)`` of the right letter, so that the check's source does not answer the question.
    name : str
        The exercise's name.
    wrong : mapping, optional
        For each wrong letter a sentence that says what would have to hold for it to be right.

    Notes
    -----
    The letters of `digest` and `wrong` are those that the options have without a student's id.
    """
    letters = options if isinstance(options, str) else options.letters
    listed = ", ".join(map(repr, letters))

    def check(answer: Any) -> None:
        letter = answer.strip().lower() if isinstance(answer, str) else answer
        if not isinstance(letter, str) or len(letter) != 1 or letter not in letters:
            raise NotYet(describe(answer), f"one of {listed}")
        meant = letter if isinstance(options, str) else options.meant(letter)
        if digest_of(name, meant) != digest:
            sentence = (wrong or {}).get(meant, "")
            raise NotYet(f"{letter!r}. {sentence}" if sentence else f"{letter!r}, which is not right", "another choice")

    return check


def digest_of(name: str, letter: str) -> str:
    """Return the digest that stands for the right letter of a choice."""
    return hashlib.sha256(f"{name}:{letter}".encode()).hexdigest()[:16]


def describe(value: Any) -> str:
    """Return a few words that say what a value is."""
    if value is None:
        return "nothing (None); does the function return its result?"
    if _is_array(value):
        return f"an array of shape {value.shape}" + ("" if _kind(value) in "biuf" else f" of {value.dtype}")
    if isinstance(value, FunctionType):
        return f"a function, {value.__name__}"
    kind = type(value).__name__
    try:
        said = f", {reprlib.repr(value)[:_MOST_CHARACTERS]}"
    except Exception:  # an object of the learner's own that cannot be shown, or an integer of thousands of digits
        said = ""
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}{said}"


def _is_array(value: Any) -> bool:
    is_mxnets = type(value).__module__.startswith("mxnet.") and hasattr(value, "asnumpy")
    return is_mxnets or isinstance(value, np.ndarray)


def _kind(array: Any) -> str:
    return str(np.dtype(array.dtype).kind)


def _number(value: Any, digits: int = 5) -> str:
    return f"{float(value):.{digits}g}"
