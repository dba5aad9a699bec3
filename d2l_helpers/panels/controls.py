"""Make the control for a value of the reader's: a slider of a sensible range, a check box or choices."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np

from d2l_helpers.panels.layout import look
from d2l_helpers.panels.toolkit import widgets

__all__ = [
    "check_box",
    "choices",
    "float_slider",
    "log_slider",
    "log_step",
    "plain",
    "position",
    "as_text",
    "tidy",
    "whole_slider",
]

_LONGEST = 30  # characters of a value
_LINEAR = 16  # smaller whole numbers have a linear slider, larger ones a slider of powers of two
_OCTAVES, _DECADES = 4, 2  # of a logarithmic slider, on each side of the default
_LOG_STEP = 0.05  # of the exponent


def plain(value: Any) -> Any:
    """Return a scalar of NumPy as Python's number, bool or string, and any other value as it is."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, Enum)) or not isinstance(value, numbers.Real):
        return value
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def tidy(value: Any) -> Any:
    """Return a value without the rounding errors of a slider's steps: 0.91 for 0.9100000000000001."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def as_text(value: Any) -> str:
    """Return a value as text: numbers with four digits, yes and no, an option's or a function's name."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, float):
        return f"{value:.4g}"
    text = value if isinstance(value, str) and value else getattr(value, "__name__", None) or repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def whole_slider(title: str, value: int) -> widgets.Widget:
    """Make a slider around a whole number; around a positive number, all values are positive."""
    if value >= _LINEAR:
        octave = value.bit_length() - 1
        powers = (2**exponent for exponent in range(max(0, octave - _OCTAVES), octave + _OCTAVES + 1))
        return choices(title, sorted({*powers, value}), value)
    reach = max(10, 4 * abs(value))
    return widgets.IntSlider(value, min=-reach if value < 0 else min(value, 1), max=reach, **look(title))


def float_slider(title: str, value: float) -> widgets.Widget:
    """Make a slider around a number: logarithmic, from 0 to below 1 for a fraction, through 0 for a negative number."""
    if value < 0:
        return _linear(title, value, 2 * value, -2 * value, -value / 50)
    if value == 0:
        return _linear(title, value, 0.0, 1.0, 0.01)
    if 0.1 <= value < 1:
        step = value / round(value / 0.01)
        return _linear(title, value, 0.0, step * (math.ceil(1 / step) - 1), step)
    exponent = math.log10(value)
    return log_slider(title, value, math.floor(exponent) - _DECADES, math.ceil(exponent) + _DECADES)


def log_slider(
    title: str, value: float, low: float, high: float, step: float = _LOG_STEP, digits: int = 3
) -> widgets.Widget:
    """Make a slider between two powers of ten, given by their exponents."""
    # ipywidgets would silently replace a value that a rounding error puts outside of the range
    low, high = _widened(low, value, -math.inf), _widened(high, value, math.inf)
    return widgets.FloatLogSlider(
        value, min=low, max=high, step=log_step(value, low, step), readout_format=f".{digits}g", **look(title)
    )


def log_step(value: float, start: float, step: float) -> float:
    """Return a step of about `step` with which a logarithmic slider from the exponent `start` reaches `value`.

    The page would move a value between two steps, so that it would no longer be the book's.
    """
    distance = math.log10(value) - start
    return distance / max(1, round(distance / step)) if distance > 0 else step


def choices(title: str, options: Sequence[Any], value: Any) -> widgets.Widget:
    """Make a slider over options.

    A drop-down list would lose the arrow keys to JupyterLab, which goes to another cell.
    """
    are_named = all(type(option) in (int, str) and option != "" for option in options)
    shown = list(options) if are_named else [(as_text(option), option) for option in options]
    return widgets.SelectionSlider(options=shown, index=position(options, value), **look(title))


def position(options: Sequence[Any], value: Any) -> int | None:
    """Return the index of a value among options; None if it is not there."""
    return next((index for index, option in enumerate(options) if _is_same(option, value)), None)


def check_box(title: str, value: bool) -> widgets.Widget:
    """Make a check box."""
    return widgets.Checkbox(value, **look(title))


def _linear(title: str, value: float, low: float, high: float, step: float) -> widgets.Widget:
    high = max(value, high)  # a rounding error may have made `high` smaller
    return widgets.FloatSlider(value, min=low, max=high, step=step, readout_format=".4g", **look(title))


def _widened(exponent: float, value: float, direction: float) -> float:
    while (10.0**exponent - value) * math.copysign(1, direction) < 0 and math.isclose(10.0**exponent, value):
        exponent = math.nextafter(exponent, direction)
    return exponent


def _is_same(option: Any, value: Any) -> bool:
    try:
        return option is value or bool(option == value)
    except Exception:  # a comparison of arrays is no bool
        return False
