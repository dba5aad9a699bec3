"""Charts drawn with matplotlib, for those who read without a kernel."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from d2l_helpers.figures.charts import Bars, Chart, Dots, check_charts, span, ticks
from d2l_helpers.figures.picture import Picture
from d2l_helpers.figures.style import FONT_SIZE, stroke

__all__ = ["plot_charts"]

_CAPTION, _LINE = 105, 0.16  # letters in a line; inches from line to line
_BAR = 0.8  # of the way from one bar to the next


def plot_charts(charts: Sequence[Chart], alt: str, caption: str = "") -> Picture:
    """Draw charts side by side with matplotlib.

    Parameters and errors are those of `charts_svg`; a caption stands below the charts.
    """
    check_charts(charts)
    figure = Figure(figsize=(7.2 if len(charts) > 1 else 4.6, 2.9), layout="constrained")
    for axes, chart in zip(np.ravel(figure.subplots(1, len(charts), squeeze=False)), charts, strict=True):
        _plot(axes, chart)
    if caption:
        wrapped = "\n".join(textwrap.fill(line, _CAPTION) for line in caption.splitlines())
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=FONT_SIZE)
        figure.set_figheight(figure.get_figheight() + _LINE * (wrapped.count("\n") + 1))
    return Picture(figure, alt)


def _plot(axes: Axes, chart: Chart) -> None:
    x_span, y_span = span(chart, "x"), span(chart, "y")
    axes.set_title(chart.title, fontsize=FONT_SIZE, loc="left", weight="bold")
    axes.set_xlabel(chart.x_label, fontsize=FONT_SIZE)
    axes.set_ylabel(chart.y_label, fontsize=FONT_SIZE)
    for name, is_log in (("x", chart.log_x), ("y", chart.log_y)):
        if is_log:
            getattr(axes, f"set_{name}scale")("log")
    bars = [mark for mark in chart.marks if isinstance(mark, Bars)]
    for mark in chart.marks:
        look: dict[str, Any] = {"color": stroke(mark.style).colour, "label": mark.label or None}
        if isinstance(mark, Bars):
            width = _BAR / len(bars)
            left = np.arange(len(mark.heights)) - _BAR / 2 + width * bars.index(mark)
            hatch = "///" if stroke(mark.style).dashes else None
            axes.bar(left, mark.heights, width, align="edge", hatch=hatch, edgecolor="white", linewidth=0, **look)
        elif isinstance(mark, Dots):
            axes.plot(mark.x, mark.y, linestyle="", marker=stroke(mark.style).marker, markersize=4, **look)
        else:
            dashes = stroke(mark.style).dashes
            style: Any = (0, dashes) if dashes else "-"
            axes.plot(mark.x, mark.y, linewidth=1.6, linestyle=style, alpha=0.3 if mark.faint else 1.0, **look)
    axes.set(xlim=x_span, ylim=y_span)
    axes.yaxis.set_major_locator(FixedLocator(ticks(*y_span, chart.log_y)))
    if chart.x_names:
        axes.set_xticks(range(len(chart.x_names)), chart.x_names)
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(FixedLocator(ticks(*x_span, chart.log_x)))
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.grid(alpha=0.25, axis="y")
    axes.spines[["top", "right"]].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        shown = dict(zip(labels, handles, strict=True))
        axes.legend(shown.values(), shown.keys(), fontsize=FONT_SIZE - 1, frameon=False)
