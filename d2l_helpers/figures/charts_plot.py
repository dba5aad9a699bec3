"""Draw charts with matplotlib, for readers without a kernel."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, NullLocator

from d2l_helpers.figures.charts import (
    BAR,
    Bars,
    Chart,
    Dots,
    are_crowded,
    check_charts,
    named_places,
    not_numbers,
    span,
    stroke,
    ticks,
)
from d2l_helpers.figures.picture import FONT_SIZE, Picture
from d2l_helpers.figures.svg_images import charts_html

__all__ = ["draw_charts", "plot_charts"]

_CAPTION, _LINE = 105, 0.16  # characters in a line; inches from line to line
_CHARACTER, _MARGINS = 0.065, 0.7  # inches: the width of a character; the space beside the axes of a chart
_WIDE, _NARROW = 7.2, 4.6  # inches
_BELOW = 4.0  # heights of a letter, from the axes to a legend below the label of the x axis


def plot_charts(charts: Sequence[Chart], alt: str, caption: str = "", height: float = 2.9) -> Picture:
    """Draw charts side by side with matplotlib.

    For the parameters and the errors, see `charts_svg`. A caption stands below the charts, which are `height` inches
    high.
    """
    check_charts(charts)
    figure = Figure(figsize=(_WIDE if len(charts) > 1 else _NARROW, height), layout="constrained")
    draw_charts(figure, charts)
    if caption:
        wrapped = "\n".join(textwrap.fill(line, _CAPTION) for line in caption.splitlines())
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=FONT_SIZE)
        figure.set_figheight(figure.get_figheight() + _LINE * (wrapped.count("\n") + 1))
    return Picture(figure, alt, lambda: charts_html(charts, alt))


def draw_charts(figure: Figure | SubFigure, charts: Sequence[Chart]) -> None:
    """Draw the charts of `plot_charts` into a figure, or into a part of one."""
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine) and len(charts) > 1:
        engine.set(wspace=0.07)  # otherwise a chart touches the label of its neighbour's axis
    characters = (figure.bbox.width / figure.dpi / len(charts) - _MARGINS) / _CHARACTER
    for axes, chart in zip(np.ravel(figure.subplots(1, len(charts), squeeze=False)), charts, strict=True):
        _plot(axes, chart, characters)


def _plot(axes: Axes, chart: Chart, characters: float) -> None:
    x_span, y_span = span(chart, "x"), span(chart, "y")
    axes.set_title(chart.title, fontsize=FONT_SIZE, loc="left", weight="bold")
    axes.set_xlabel(chart.x_label, fontsize=FONT_SIZE)
    axes.set_ylabel(chart.y_label, fontsize=FONT_SIZE)
    for name, is_log in (("x", chart.log_x), ("y", chart.log_y)):
        if is_log:
            getattr(axes, f"set_{name}scale")("log")
    _plot_marks(axes, chart)
    for x, text in not_numbers(chart):
        axes.annotate(text, (x, 0), (0, 2), ("data", "axes fraction"), "offset points", ha="center", fontsize=FONT_SIZE)
    axes.set(xlim=x_span, ylim=y_span)
    axes.yaxis.set_major_locator(FixedLocator(ticks(*y_span, chart.log_y)))
    if chart.x_names:
        is_crowded = are_crowded(chart, characters)
        turned: Any = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if is_crowded else {}
        places = named_places(chart)
        axes.set_xticks([place for place, _ in places], [name for _, name in places], **turned)
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(FixedLocator(ticks(*x_span, chart.log_x)))
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.grid(alpha=0.25, axis="y")
    axes.spines[["top", "right"]].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        shown = dict(zip(labels, handles, strict=True))
        below: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "borderaxespad": _BELOW}
        placed = below if chart.legend_below else {}
        axes.legend(shown.values(), shown.keys(), fontsize=FONT_SIZE - 1, frameon=False, **placed)


def _plot_marks(axes: Axes, chart: Chart) -> None:
    bars = [mark for mark in chart.marks if isinstance(mark, Bars)]
    for mark in chart.marks:
        look: dict[str, Any] = {"color": stroke(mark.style).colour, "label": mark.label or None}
        if isinstance(mark, Bars):
            width = BAR / len(bars)
            heights = np.asarray(mark.heights, float)
            drawn = np.flatnonzero(np.isfinite(heights))  # a bar of height nan would make matplotlib warn with NumPy 2
            left = drawn - BAR / 2 + width * bars.index(mark)
            hatch = "///" if stroke(mark.style).dashes else None
            axes.bar(left, heights[drawn], width, align="edge", hatch=hatch, edgecolor="white", linewidth=0, **look)
        elif isinstance(mark, Dots):
            axes.plot(mark.x, mark.y, linestyle="", marker=stroke(mark.style).marker, markersize=4, **look)
        elif mark.in_order:
            for piece, opacity in mark.pieces():
                look["label"] = mark.label if opacity == 1 else None  # the strongest piece stands in the legend
                axes.plot(piece.x, piece.y, ".-", linewidth=1.2, markersize=3, alpha=opacity, **look)
        else:
            dashes = stroke(mark.style).dashes
            style: Any = (0, dashes) if dashes else "-"
            axes.plot(mark.x, mark.y, linewidth=1.6, linestyle=style, alpha=0.6 if mark.faint else 1.0, **look)
