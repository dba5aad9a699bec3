"""Make the control for a range that the reader gives: a tuple of two numbers is a range, a list is choices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import EnumMeta
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels import controls
from d2l_helpers.panels.layout import look
from d2l_helpers.panels.toolkit import widgets

__all__ = ["LARGEST", "SMALLEST", "chosen", "is_number", "ranged"]

LARGEST, SMALLEST = 1e15, 1e-30  # absolute values that a slider can show, besides 0; whole numbers are exact up to 1e15
_MOST = 1000  # choices
_STEPS = 100  # of a slider without a given step
_LOGARITHMIC = 50  # at this ratio of the ends and above it, a slider is logarithmic
_REMEDY = "write {0}=(8, 512) or {0}=(8, 512, 8), or for choices {0}=[8, 64]"


def is_number(value: Any) -> bool:
    """Return whether a value is a number that a slider can show."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value == 0 or SMALLEST <= abs(value) <= LARGEST  # this excludes infinity and NaN


def ranged(name: str, title: str, default: Any, given: Any) -> widgets.Widget:
    """Make the control for a parameter with a given range or given choices.

    Parameters
    ----------
    name, title : str
        The parameter's name, and its label on the page.
    default : object
        The function's default, at which the control starts.
    given : tuple of numbers, or sequence
        ``(low, high)`` or ``(low, high, step)`` of a slider; anything else with members is choices.

    Raises
    ------
    ArgumentError
        If `given` is neither, or does not contain the default.
    """
    if isinstance(given, tuple) and given and all(_is_any_number(plain) for plain in map(controls.plain, given)):
        return _slider(name, title, default, tuple(controls.plain(end) for end in given))
    return chosen(name, title, default, _members(name, given))


def chosen(name: str, title: str, default: Any, options: Sequence[Any]) -> widgets.Widget:
    """Make the control for a parameter with given choices.

    Raises
    ------
    ArgumentError
        If there are none or too many, if one is there twice, or if the default is missing.
    """
    if not options or len(options) > _MOST:
        raise _refused(name, f"{len(options):,} choices", f"1 to {_MOST:,} choices")
    for index, option in enumerate(options):
        if controls.position(options, option) != index:
            raise _refused(name, f"the choice {option!r} twice", "choices that differ from each other")
        if isinstance(option, float) and math.isnan(option):  # ipywidgets looks for the choice that equals the value
            raise _refused(name, "the choice nan", "choices other than nan, which does not equal itself")
    if controls.position(options, default) is None:
        raise _refused(name, f"choices without the default {default!r}", f"{default!r} as one of the choices")
    return controls.choices(title, options, default)


def _slider(name: str, title: str, default: Any, ends: tuple[float, ...]) -> widgets.Widget:
    _check(name, default, ends)
    low, high, *steps = ends
    if all(isinstance(number, int) for number in (default, *ends)):
        step = steps[0] if steps else 1
        if (default - low) % step == 0:
            return widgets.IntSlider(int(default), min=int(low), max=int(high), step=int(step), **look(title))
        return _stepped(name, title, default, ends)
    default, low, high = float(default), float(low), float(high)
    if not steps and low > 0 and high / low >= _LOGARITHMIC:
        start, end = math.log10(low), math.log10(high)
        return controls.log_slider(title, default, start, end, (end - start) / _STEPS)
    step = steps[0] if steps else _step_through(default, low, high)
    count = (default - low) / step
    if math.isclose(count, round(count), rel_tol=0, abs_tol=1e-6):
        return widgets.FloatSlider(default, min=low, max=high, step=float(step), readout_format=".4g", **look(title))
    return _stepped(name, title, default, (low, high, step))


def _check(name: str, default: Any, ends: tuple[float, ...]) -> None:
    if len(ends) not in (2, 3):
        raise _refused(name, f"a tuple of {len(ends)} numbers", "a range (low, high) or (low, high, step)")
    if not is_number(default):
        raise _refused(name, f"a range of numbers, and the default {default!r}", "a number as default, or choices")
    wrong = [end for end in ends if not is_number(end)]
    if wrong:
        raise _refused(name, f"{wrong[0]!r}", f"0, or a number from {SMALLEST:g} to {LARGEST:g} in absolute value")
    low, high, *steps = ends
    if low >= high:
        raise _refused(name, f"a range from {low!r} to {high!r}", "a first number smaller than the second")
    if not low <= default <= high:
        raise _refused(name, f"a range from {low!r} to {high!r}", f"one that contains the default {default!r}")
    if steps and not 0 < steps[0] <= high - low:
        raise _refused(name, f"a step of {steps[0]!r}", f"a step above 0 and up to {high - low!r}")


def _stepped(name: str, title: str, default: Any, ends: tuple[float, ...]) -> widgets.Widget:
    """Make a slider over the steps and the default, which lies between two steps."""
    low, high, step = ends
    count = int((high - low) / step + 1e-9) + 1  # the small addition keeps the high end a step despite rounding errors
    if count > _MOST:
        expected = f"a step that reaches the default {default!r}, or at most {_MOST:,} steps"
        raise _refused(name, f"{count:,} steps", expected)
    return controls.choices(title, sorted({*(low + step * number for number in range(count)), default}), default)


def _step_through(default: float, low: float, high: float) -> float:
    """Return a step of about a hundredth of the range, so that the default lies on a step."""
    step = (high - low) / _STEPS
    return (default - low) / round((default - low) / step) if default - low > step / 2 else step


def _members(name: str, given: Any) -> list[Any]:
    if isinstance(given, (list, tuple, range, EnumMeta)) or (isinstance(given, np.ndarray) and given.ndim == 1):
        if len(given) > _MOST:  # check before a very long range becomes a list
            raise _refused(name, f"{len(given):,} choices", f"1 to {_MOST:,} choices")
        return [controls.plain(option) for option in given]
    raise _refused(name, repr(given), "a tuple of two numbers, low and high, or a list of choices")


def _is_any_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refused(name: str, got: str, expected: str) -> ArgumentError:
    return ArgumentError(f"Cannot make a control for {name}.", got=got, expected=expected, remedy=_REMEDY.format(name))
