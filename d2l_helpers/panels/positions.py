"""List the values that a control can have, for a page that shows an exhibit without a kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels.controls import as_text, plain, position, tidy
from d2l_helpers.panels.layout import typeset
from d2l_helpers.panels.toolkit import widgets

__all__ = ["Positions", "checked_values", "described", "positions"]

_ROUNDING = 1e-9  # relative; the steps of a slider add up with such errors


@dataclass(frozen=True)
class Positions:
    """A control of an exhibit, as a list of its values.

    Attributes
    ----------
    name : str
        The parameter that gets the value.
    title : str
        What stands beside the control.
    values : tuple
        All values, in the control's order.
    book : object
        The first value, which is one of them.
    is_choice : bool
        Whether the values are choices, each with a name, and not numbers on a scale.
    """

    name: str
    title: str
    values: tuple[Any, ...]
    book: Any
    is_choice: bool
    _form: str = ""
    _names: tuple[str, ...] = ()

    def text(self, value: Any) -> str:
        """Return a value as the control shows it."""
        if self.is_choice:
            return self._names[position(self.values, value) or 0]
        return typeset(format(value, self._form))

    def holds(self, value: Any) -> bool:
        """Return whether a value is a choice, or between the two ends of the slider."""
        if self.is_choice:
            return position(self.values, value) is not None
        if isinstance(value, bool) or not isinstance(value, int if self._form == "d" else (int, float)):
            return False
        low, high = self.values[0], self.values[-1]
        slack = _ROUNDING * max(abs(low), abs(high))
        return bool(low - slack <= value <= high + slack)


def positions(name: str, widget: widgets.Widget, book: Any) -> Positions:
    """Return the values of a slider, a check box or choices, and the book's among them."""
    book = plain(book)
    if isinstance(widget, widgets.Checkbox):
        return Positions(name, widget.description, (False, True), book, True, "", (as_text(False), as_text(True)))
    if isinstance(widget, widgets.SelectionSlider):
        names, values = zip(
            *(pair if isinstance(pair, tuple) else (pair, pair) for pair in widget.options), strict=True
        )
        return Positions(name, widget.description, values, book, True, "", tuple(map(str, names)))
    count = math.floor((widget.max - widget.min) / widget.step + _ROUNDING)
    steps = [widget.min + widget.step * index for index in range(count + 1)]
    if isinstance(widget, widgets.FloatLogSlider):
        steps = [tidy(widget.base**exponent) for exponent in steps]
    elif not isinstance(widget, widgets.IntSlider):
        steps = [tidy(value) for value in steps]
    # A step misses the book's value by a rounding error
    values = tuple(book if math.isclose(value, book, rel_tol=_ROUNDING, abs_tol=1e-12) else value for value in steps)
    return Positions(name, widget.description, values, book, False, widget.readout_format)


def described(controls: Sequence[Positions], values: Mapping[str, Any]) -> str:
    """Return the controls' names and values as a line, such as "learning rate 0.1, epochs 10"."""
    return ", ".join(f"{one.title} {one.text(values.get(one.name, one.book))}" for one in controls)


def checked_values(what: str, controls: Sequence[Positions], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the book's values of all controls, with these in their place.

    Raises
    ------
    ArgumentError
        If a value is for no control, or no control can have it.
    """
    by_name = {control.name: control for control in controls}
    for name, value in values.items():
        if name not in by_name:
            raise ArgumentError(
                f"Cannot set a control of “{what}”.",
                got=f"{name}={value!r}",
                expected=f"one of the controls {', '.join(by_name)}",
                remedy="correct the name",
            )
        control = by_name[name]
        if not control.holds(value):
            ends = control.values if control.is_choice else (control.values[0], control.values[-1])
            raise ArgumentError(
                f"Cannot set the control {name} of “{what}”.",
                got=f"{name}={value!r}",
                expected=f"{'one of' if control.is_choice else 'a number between'} "
                + (", " if control.is_choice else " and ").join(map(repr, ends)),
                remedy="choose a value that the control can have",
            )
    return {name: control.book for name, control in by_name.items()} | dict(values)
