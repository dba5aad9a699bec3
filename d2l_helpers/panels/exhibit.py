"""Make an exhibit that is computed in the slider's own callback, without the training thread."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import Chart, Picture, charts_svg, plot_charts
from d2l_helpers.panels.controls import log_step
from d2l_helpers.panels.layout import Shown, bundle, button, column, look, row, status_html, typeset
from d2l_helpers.panels.positions import Positions, checked_values, positions
from d2l_helpers.panels.toolkit import widgets
from d2l_helpers.records import is_recording

__all__ = ["Control", "Exhibit", "View", "choice", "log_slider", "slider"]

_LOG_STEPS = 60  # between the ends of a logarithmic slider
_MOST_DIGITS = 12


@dataclass(frozen=True)
class View:
    """What an exhibit shows for one setting of its controls.

    Attributes
    ----------
    text : str
        The state in a sentence or two, with its numbers.
    charts : sequence of Chart
        None to three, side by side.
    html : str
        What follows below the charts, such as images; trusted.
    picture : callable, optional
        Returns the Picture for readers without a kernel; by default, a Picture of the charts.
    """

    text: str
    charts: Sequence[Chart] = ()
    html: str = ""
    picture: Callable[[], Picture] | None = None


@dataclass(frozen=True)
class Control:
    """A widget, and the name of the parameter of `show` that gets its value."""

    name: str
    widget: widgets.Widget


def slider(name: str, title: str, value: float, low: float, high: float, step: float) -> Control:
    """Make a slider on a linear scale; for whole numbers if `value` and `step` are whole."""
    is_whole = isinstance(value, int) and isinstance(step, int)
    kind = widgets.IntSlider if is_whole else widgets.FloatSlider
    digits = {} if is_whole else {"readout_format": f".{_decimals(step)}f"}
    return Control(name, kind(value=value, min=low, max=high, step=step, **digits, **look(title)))


def log_slider(name: str, title: str, value: float, low: float, high: float) -> Control:
    """Make a slider on a logarithmic scale between the values `low` and `high`."""
    start, end = math.log10(low), math.log10(high)
    step = log_step(value, start, (end - start) / _LOG_STEPS)
    made = widgets.FloatLogSlider(value=value, min=start, max=end, step=step, readout_format=".3g", **look(title))
    return Control(name, made)


def choice(name: str, title: str, options: Sequence[Any], value: Any) -> Control:
    """Make a slider over options, which are values or pairs of a label and a value.

    A drop-down list would lose the arrow keys to JupyterLab, which goes to another cell.
    """
    return Control(name, widgets.SelectionSlider(options=list(options), value=value, **look(title)))


class Exhibit(Shown):
    """Controls and the View for their values; displays itself as the last line of a cell.

    Parameters
    ----------
    title : str
        What the exhibit is, in a few words.
    controls : sequence of Control
        Their first values are the book's; the button "Book values" restores them.
    show : callable
        ``show(**values)`` returns the View for the controls' values, in under 50 ms.
    room : sequence of int
        For each line of the View's text, the largest number of characters at any setting of the controls.

    Raises
    ------
    ArgumentError
        If two controls have the same name.
    """

    def __init__(
        self, title: str, controls: Sequence[Control], show: Callable[..., View], room: Sequence[int] = (100, 100)
    ) -> None:
        self.title, self._view_of, self._room = title, show, room
        self._controls = {control.name: control.widget for control in controls}
        if len(self._controls) < len(controls):
            raise ArgumentError(
                "Cannot make the exhibit.",
                got=f"controls called {', '.join(control.name for control in controls)}",
                expected="a different name for each control",
                remedy="name the controls after show's parameters",
            )
        self._book = self.values
        self._lock = threading.RLock()  # callbacks may run on several threads at once
        self._resetting = False
        self._build()
        for widget in self._controls.values():
            widget.observe(lambda _: self._draw(), "value")
        self._draw()

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values, by name."""
        return {name: widget.value for name, widget in self._controls.items()}

    @cached_property
    def positions(self) -> list[Positions]:
        """The values that each control can have."""
        return [positions(name, widget, self._book[name]) for name, widget in self._controls.items()]

    def view(self, **values: Any) -> View:
        """Return the View for these values, and the book's where none is given; the controls do not move.

        Raises
        ------
        ArgumentError
            If a value is for no control, or no control can have it.
        """
        return self._show(**checked_values(self.title, self.positions, values))

    def reset(self) -> None:
        """Restore the book's values."""
        with self._lock:
            self._resetting = True  # do not draw a mixture of old and new values
            try:
                for name, widget in self._controls.items():
                    widget.value = self._book[name]
            finally:
                self._resetting = False
        self._draw()

    def _build(self) -> None:
        self._status, self._charts, self._more = (widgets.HTML() for _ in range(3))
        reset = button("Book values", "Put the controls back to their first values", self.reset)
        self._view = column([row([*self._controls.values(), reset]), self._status, self._charts, self._more])

    def _show(self, **values: Any) -> View:
        view = self._view_of(**values)
        return replace(view, text=typeset(view.text))

    def _draw(self) -> None:
        with self._lock:
            if self._resetting:
                return
            view = self._show(**self.values)
            self._status.value = status_html(view.text, room=self._room)
            # A screen reader speaks the numbers of the status line; the charts' label does not repeat them
            titles = "; ".join(chart.title for chart in view.charts)
            self._charts.value = charts_svg(view.charts, f"{self.title}: {titles}") if view.charts else ""
            self._more.value = view.html

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        names = ", ".join(widget.description for widget in self._controls.values())
        return bundle(
            self._view,
            f"{self.title}. An exhibit with controls for {names}.",
            self._picture() if is_recording() else None,
            "This is its state at the book's values.",
        )

    def _picture(self) -> Picture:
        view = self._show(**self.values)
        return view.picture() if view.picture else plot_charts(view.charts, view.text, view.text)


def _decimals(step: float) -> int:
    """Return the number of decimals that a step needs."""
    return next((digits for digits in range(_MOST_DIGITS) if round(step, digits) == step), _MOST_DIGITS)
