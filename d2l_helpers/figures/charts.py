"""Charts as descriptions, which `charts_svg` draws for a live page and `plot_charts` for keeping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from d2l_helpers.errors import ArgumentError

__all__ = [
    "BAR",
    "Bars",
    "Chart",
    "Dots",
    "Line",
    "Mark",
    "are_crowded",
    "check_charts",
    "named_places",
    "not_numbers",
    "span",
    "ticks",
]

_LARGEST = 1e30  # an axis that reaches further shows nothing
BAR = 0.8  # a bar's width, or that of several side by side, as a share of the way to the next


@dataclass(frozen=True, eq=False)  # arrays cannot be compared with a yes or a no
class Line:
    """A line through points; it has a gap where a value is not finite, and at the gap's start that value is written.

    Attributes
    ----------
    x, y : sequence of float
        Of one length.
    label : str
        Its name in the legend; none leaves it out.
    style : int
        Which of the shared strokes.
    faint : bool
        Whether it stays in the background.
    """

    x: Sequence[float]
    y: Sequence[float]
    label: str = ""
    style: int = 0
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Dots:
    """Single points; attributes are those of `Line`."""

    x: Sequence[float]
    y: Sequence[float]
    label: str = ""
    style: int = 0


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars from zero, at x = 0, 1, 2, …; several in one chart stand side by side.

    Attributes
    ----------
    heights : sequence of float
        A value that is not finite has no bar; it is written in its place.
    label, style
        As those of `Line`.
    """

    heights: Sequence[float]
    label: str = ""
    style: int = 0

    @property
    def x(self) -> Sequence[float]:
        """Where the bars stand."""
        return range(len(self.heights))

    @property
    def y(self) -> Sequence[float]:
        """How high they are."""
        return self.heights


Mark = Line | Dots | Bars


@dataclass(frozen=True)
class Chart:
    """One pair of axes and what is drawn between them.

    Attributes
    ----------
    title : str
        What is shown.
    marks : sequence of Line, Dots or Bars
        Drawn in this order, the last on top.
    x_label, y_label : str
        Quantity and unit.
    x_span, y_span : (low, high), optional
        What the axes show; all of the marks, if not given. What lies beyond is cut off.
    log_x, log_y : bool
        Whether an axis is logarithmic; values that are not above zero are then left out.
    x_names : sequence of str
        Names of the places 0, 1, 2, …, such as the bars', instead of numbers; an empty one leaves its place without.
    """

    title: str
    marks: Sequence[Mark]
    x_label: str = ""
    y_label: str = ""
    x_span: tuple[float, float] | None = None
    y_span: tuple[float, float] | None = None
    log_x: bool = False
    log_y: bool = False
    x_names: Sequence[str] = ()


def check_charts(charts: Sequence[Chart]) -> None:
    """Refuse what cannot be drawn; raises ArgumentError."""
    uneven = [mark for chart in charts for mark in chart.marks if len(mark.x) != len(mark.y)]
    if not 1 <= len(charts) <= 3 or uneven:
        raise ArgumentError(
            "Cannot draw the charts.",
            got=f"a mark with {len(uneven[0].x)} x and {len(uneven[0].y)} y" if uneven else f"{len(charts)} charts",
            expected="one to three charts, and one y for each x",
            remedy="cut the longer sequence, or show the charts in several pictures",
        )


def span(chart: Chart, axis: str) -> tuple[float, float]:
    """Return what an axis shows: as asked for, or a little more than all of the marks."""
    asked: tuple[float, float] | None = getattr(chart, f"{axis}_span")
    if asked:
        return asked
    is_log = getattr(chart, f"log_{axis}")
    values = np.concatenate([np.ravel(np.asarray(getattr(mark, axis), float)) for mark in chart.marks] or [np.zeros(1)])
    is_drawn = (np.abs(values) < _LARGEST) & ((values > 1 / _LARGEST) | (not is_log))
    values = values[is_drawn]
    has_bars = any(isinstance(mark, Bars) for mark in chart.marks)
    if has_bars and axis == "x":
        return -0.6, max(len(mark.x) for mark in chart.marks if isinstance(mark, Bars)) - 0.4
    if has_bars and not is_log:
        values = np.append(values, 0.0)
    if not len(values):
        return (1.0, 10.0) if is_log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if is_log:
        return low / 1.3, high * 1.3
    margin = 0.05 * (high - low) or 0.1 * abs(high) or 0.5
    return (low if has_bars and low == 0 else low - margin), high + margin


def named_places(chart: Chart) -> list[tuple[int, str]]:
    """Return where on the x axis there are names, and these."""
    return [(place, name) for place, name in enumerate(chart.x_names) if name]


def are_crowded(chart: Chart, letters: float) -> bool:
    """Tell whether the names would touch each other along an axis that is so many letters long."""
    places = named_places(chart)
    low, high = span(chart, "x")
    gap = min((after - place for (place, _), (after, _) in pairwise(places)), default=high - low)
    return max((len(name) for _, name in places), default=0) + 1 > letters * gap / (high - low)


def ticks(low: float, high: float, is_log: bool) -> list[float]:
    """Return round values within an axis, about five."""
    locator = LogLocator(numticks=6) if is_log else MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    return [float(tick) for tick in locator.tick_values(low, high) if low <= tick <= high]


def not_numbers(chart: Chart) -> list[tuple[float, str]]:
    """Return the places along the x axis where a value is nan or infinite, each with the value as text.

    A bar that is missing would look like one of height 0, and a line that ends like a fit that was stopped. Of a gap
    in a line, it is the first place. What has no place of its own, such as a mean over nothing, is left out.
    """
    found: dict[float, str] = {}
    low, high = span(chart, "x")
    bars = [mark for mark in chart.marks if isinstance(mark, Bars)]
    for mark in chart.marks:
        if isinstance(mark, Dots) or (isinstance(mark, Line) and mark.faint):
            continue
        offset = BAR * ((bars.index(mark) + 0.5) / len(bars) - 0.5) if isinstance(mark, Bars) else 0.0
        was_finite = True
        for x, y in zip(np.asarray(mark.x, float).tolist(), np.asarray(mark.y, float).tolist(), strict=True):
            is_finite = math.isfinite(y)
            if not is_finite and low <= x <= high and (was_finite or isinstance(mark, Bars)):
                found.setdefault(x + offset, f"{y}".replace("-", "−"))
            was_finite = is_finite
    return sorted(found.items())
