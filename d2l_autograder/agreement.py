"""Compare a submission's result with the solution's, in words that do not reveal the right numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.exercises.expectations import as_array, describe, expect_shape

__all__ = ["Raised", "agree"]

_RELATIVE, _ABSOLUTE = 1e-3, 1e-4  # float32 and another order of summation cause far smaller differences
_SMALL = 1e-2  # below this size, an array's numbers are not all within the absolute tolerance of 0


@dataclass(frozen=True)
class Raised:
    """The result of a call that raised an error.

    Attributes
    ----------
    message : str
        What the error says. Code inside a sandbox can say anything.
    """

    message: str = ""


def agree(got: Any, expected: Any, what: str = "the result") -> None:
    """Check that two results have the same kind and shape, and numbers that agree.

    Parameters
    ----------
    got : object
        The submission's result, which may be anything.
    expected : object
        The solution's result: numbers, arrays, text, None, `Raised`, and tuples, lists and dicts of such.
    what : str, optional
        The name of the result in messages.

    Raises
    ------
    NotYet
        If they differ.
    """
    if isinstance(expected, Raised) or isinstance(got, Raised):
        if not isinstance(expected, Raised):
            raise NotYet(f"{what}: an error, {got.message}", "a result")
        if not isinstance(got, Raised):
            raise NotYet(f"{what}: {describe(got)}", "an error")
    elif isinstance(expected, tuple | list) and not _are_numbers(expected):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            said = _results(got) if isinstance(got, tuple | list) else describe(got)
            raise NotYet(f"{what}: {said}", _results(expected))
        for number, (one, other) in enumerate(zip(got, expected, strict=True), start=1):
            agree(one, other, f"{what}, part {number}")
    elif isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            raise NotYet(f"{what}: {describe(got)}", f"a dictionary with {', '.join(map(repr, expected))}")
        for key, other in expected.items():
            agree(got[key], other, f"{what}, {key}")
    elif isinstance(expected, str | bool) or expected is None:
        if isinstance(expected, bool) and isinstance(got, np.ndarray) and got.dtype == bool and got.ndim == 0:
            got = bool(got)  # MXNet's comparisons return such an array
        if type(got) is not type(expected) or got != expected:
            raise NotYet(f"{what}: {describe(got)}", "another one" if type(got) is type(expected) else _kind(expected))
    else:
        _agree_in_numbers(got, expected, what)


def _agree_in_numbers(got: Any, expected: Any, what: str) -> None:
    measured, target = as_array(got, what), as_array(expected, what)
    kind = np.asarray(expected).dtype.kind
    if kind != "b" and np.asarray(got).dtype == bool and measured.ndim == 0:  # an array of truth values is a mask
        raise NotYet(f"{what}: {describe(got)}", "a number")
    if target.size == 1 and measured.size == 1 and target.ndim == 0:
        measured = measured.reshape(())
    expect_shape(measured, target.shape, what)
    bad = int(np.isnan(measured).sum() + (np.isinf(measured) & (measured != target)).sum())
    if bad:
        raise NotYet(f"{what}: {_count(bad, measured.size)} nan or infinite", "numbers")
    # A count that is off by one may be off by less than a thousandth
    close = np.isclose(measured, target, rtol=_RELATIVE if kind == "f" else 0, atol=_tolerance(target))
    if not close.all():
        wrong = measured.size - int(close.sum())
        expected_words = "the right number" if measured.size == 1 else "the right numbers, to three digits"
        raise NotYet(f"{what}: {_count(wrong, measured.size)} wrong", expected_words)


def _tolerance(target: NDArray[np.float64]) -> float:
    """Return the absolute tolerance: less where all numbers are small, so that zeros do not pass for them."""
    largest = float(np.abs(target[np.isfinite(target)]).max(initial=0.0))
    return _ABSOLUTE * min(1.0, max(largest, _SMALL)) if largest else _ABSOLUTE


def _results(values: Sequence[Any]) -> str:
    return "one result" if len(values) == 1 else f"{len(values)} results"


def _count(some: int, of_all: int) -> str:
    if of_all == 1:
        return "a number that is"
    return f"{some} of {of_all:,} numbers {'is' if some == 1 else 'are'}"


def _are_numbers(values: Any) -> bool:
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _kind(value: Any) -> str:
    return "nothing" if value is None else {bool: "True or False", str: "text"}[type(value)]
