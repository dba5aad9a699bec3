"""Describe charts, which `charts_svg` draws for a live page and `plot_charts` for a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

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
    "Stroke",
    "are_crowded",
    "check_charts",
    "named_places",
    "not_numbers",
    "span",
    "stroke",
    "ticks",
]

_LARGEST = 1e30  # values beyond it do not widen an axis
_PIECES, _PALEST = 24, 0.3  # of a line that shows its order: the most pieces, and the opacity of the first
BAR = 0.8  # the width of a bar, or of several side by side, as a fraction of the distance to the next


class Stroke(NamedTuple):
    """How one series is drawn: its colour, its dashes in points, its marker."""

    colour: str
    dashes: tuple[float, ...]
    marker: str


# Okabe and Ito's colours, in the order of their contrast on white: with the dashes, all can be told apart in grey print
# and by colour-blind readers
_STROKES = (
    Stroke("#0072B2", (), "o"),
    Stroke("#D55E00", (5, 2), "s"),
    Stroke("#009E73", (1.5, 1.5), "^"),
    Stroke("#CC79A7", (6, 2, 1.5, 2), "D"),
    Stroke("#E69F00", (8, 3), "v"),
    Stroke("#56B4E9", (3, 1, 1, 1, 1, 1), "P"),
)


def stroke(index: int) -> Stroke:
    """Return the stroke of the n-th of several series; after six the strokes repeat."""
    return _STROKES[index % len(_STROKES)]


@dataclass(frozen=True, eq=False)  # a comparison of arrays is no bool
class Line:
    """A line through points; where a value is not finite, there is a gap with the value as text.

    Attributes
    ----------
    x, y : sequence of float
        Of equal length.
    label : str
        The name in the legend; without a name, the line is not in the legend.
    style : int
        The index of the stroke, as for `stroke`.
    faint : bool
        Whether the line is drawn paler than the others.
    in_order : bool
        Whether the line shows the order of its points: pale at the first, strong at the last, with a dot at each.
    """

    x: Sequence[float]
    y: Sequence[float]
    label: str = ""
    style: int = 0
    faint: bool = False
    in_order: bool = False

    def pieces(self) -> list[tuple[Line, float]]:
        """Split a line that shows the order of its points into pieces of growing opacity, above 0 and up to 1."""
        steps = len(self.x) - 1
        ends = np.linspace(0, steps, min(steps, _PIECES) + 1).round().astype(int).tolist() if steps > 0 else []
        cuts = [slice(start, end + 1) for start, end in pairwise(ends)]
        opacities = np.linspace(1, _PALEST, len(cuts))[::-1].tolist()
        return [
            (Line(self.x[cut], self.y[cut], style=self.style), opacity)
            for cut, opacity in zip(cuts, opacities, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Dots:
    """Single points; for the attributes, see `Line`."""

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
        In the place of a value that is not finite, the value stands as text.
    label, style
        As for `Line`.
    """

    heights: Sequence[float]
    label: str = ""
    style: int = 0

    @property
    def x(self) -> Sequence[float]:
        """The places of the bars on the x axis."""
        return range(len(self.heights))

    @property
    def y(self) -> Sequence[float]:
        """The heights of the bars."""
        return self.heights


Mark = Line | Dots | Bars


@dataclass(frozen=True)
class Chart:
    """One pair of axes and what is drawn between them.

    Attributes
    ----------
    title : str
        The title above the axes.
    marks : sequence of Line, Dots or Bars
        They are drawn in this order, the last on top.
    x_label, y_label : str
        Quantity and unit.
    x_span, y_span : (low, high), optional
        The ends of the axes; by default, all of the marks is shown. What lies outside is cut off.
    log_x, log_y : bool
        Whether an axis is logarithmic; values of zero and below are then left out.
    x_names : sequence of str
        Names instead of numbers at the places 0, 1, 2, …, such as the bars'; at an empty name there is none.
    legend_below : bool
        Whether `plot_charts` draws the legend below the axes, where it covers no mark. On a live page, the legend
        always stands above the axes.
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
    legend_below: bool = False


def check_charts(charts: Sequence[Chart]) -> None:
    """Raise ArgumentError if the charts cannot be drawn."""
    uneven = [mark for chart in charts for mark in chart.marks if len(mark.x) != len(mark.y)]
    if not 1 <= len(charts) <= 3 or uneven:
        raise ArgumentError(
            "Cannot draw the charts.",
            got=f"a line or dots with {len(uneven[0].x)} x and {len(uneven[0].y)} y"
            if uneven
            else f"{len(charts)} charts",
            expected="one to three charts, and one y for each x",
            remedy="cut the longer sequence, or show the charts in several pictures",
        )


def span(chart: Chart, axis: str) -> tuple[float, float]:
    """Return the ends of an axis: those of the chart, or a little more than all of the marks."""
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
    """Return the places on the x axis that have names, with the names."""
    return [(place, name) for place, name in enumerate(chart.x_names) if name]


def are_crowded(chart: Chart, characters: float) -> bool:
    """Return whether the names would touch each other along an axis as long as this number of characters."""
    places = named_places(chart)
    low, high = span(chart, "x")
    gap = min((after - place for (place, _), (after, _) in pairwise(places)), default=high - low)
    return max((len(name) for _, name in places), default=0) + 1 > characters * gap / (high - low)


@lru_cache(maxsize=64)  # when a slider moves, most axes stay as they are
def ticks(low: float, high: float, is_log: bool) -> tuple[float, ...]:
    """Return about five round values within an axis."""
    locator = LogLocator(numticks=6) if is_log else MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    return tuple(float(tick) for tick in locator.tick_values(low, high) if low <= tick <= high)


def not_numbers(chart: Chart) -> list[tuple[float, str]]:
    """Return the places along the x axis where a value is nan or infinite, each with the value as text.

    Without these texts, a missing bar would look like a bar of height 0, and a gap in a line like a fit that was
    stopped. A gap has one text, at its first place. A value without a place on the axis is left out.
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
