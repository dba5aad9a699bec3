"""Draw charts as SVG text in a few milliseconds, so that an exhibit can draw them again at each move of a slider."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from d2l_helpers.figures.charts import (
    BAR,
    Bars,
    Chart,
    Dots,
    Line,
    Mark,
    Stroke,
    are_crowded,
    check_charts,
    named_places,
    not_numbers,
    span,
    stroke,
    ticks,
)

__all__ = ["CHART", "HEIGHT", "charts_svg"]

_WIDTHS, HEIGHT = (440, 340, 226), 270  # pixels of a chart, where there are one, two or three; three fit into 680
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 24, 36  # margins of a chart; each row of its legend adds to the top one
_LEGEND_ROW = 16
_CHARACTER = 6.0  # the width of a character
_FARTHEST = 50.0  # axis lengths; browsers cannot draw coordinates that are very large
CHART = '<svg class="d2l-chart" '
"""How the drawing of each chart begins."""


def charts_svg(charts: Sequence[Chart], alt: str) -> str:
    """Return charts as HTML without scripts: side by side, or below each other on a narrow page.

    The charts keep their size on a narrow page, so that their text stays readable.

    Parameters
    ----------
    charts : sequence of Chart
        One to three.
    alt : str
        What the charts show; the label of the drawing.

    Returns
    -------
    str
        A ``<div>`` with an ``<svg>`` for each chart, in the colour of the page's text.

    Raises
    ------
    ArgumentError
        If there is no chart or more than three, or a mark's x and y differ in length.
    """
    check_charts(charts)
    width = _WIDTHS[len(charts) - 1]
    parts = [f'<div role="img" aria-label="{html.escape(alt)}" style="display:flex;flex-wrap:wrap">']
    for chart in charts:
        parts.append(
            f'{CHART}aria-hidden="true" data-title="{html.escape(chart.title)}" viewBox="0 0 {width} {HEIGHT}" '
            f'width="{width}" height="{HEIGHT}" style="max-width:100%;height:auto;display:block" '
            'font-family="sans-serif" font-size="11" fill="currentColor">'
        )
        parts.extend(_Drawing(chart, width).elements())
        parts.append("</svg>")
    return "".join((*parts, "</div>"))


class _Drawing:
    """One chart as SVG elements, `width` units wide."""

    def __init__(self, chart: Chart, width: float) -> None:
        self.chart = chart
        named = {(mark.label, mark.style, type(mark)): mark for mark in chart.marks if mark.label}
        self.legend = _legend_rows(list(named.values()), width - _LEFT - _RIGHT)
        self.top = _TOP + _LEGEND_ROW * len(self.legend)
        self.width = width - _LEFT - _RIGHT
        self.is_crowded = are_crowded(chart, self.width / _CHARACTER)
        longest = max(map(len, chart.x_names), default=0) if self.is_crowded else 0
        self.bottom = _BOTTOM + round(longest * _CHARACTER / math.sqrt(2))
        self.height = HEIGHT - self.top - self.bottom
        self.x_span, self.y_span = span(chart, "x"), span(chart, "y")

    def x(self, value: float) -> float:
        """Return the position of a value, from the left of the plot."""
        return _share(value, self.x_span, self.chart.log_x) * self.width

    def y(self, value: float) -> float:
        """Return the position of a value, from the top of the plot."""
        return (1 - _share(value, self.y_span, self.chart.log_y)) * self.height

    def elements(self) -> Iterator[str]:
        chart = self.chart
        yield f'<text x="{_LEFT}" y="14" font-weight="bold">{html.escape(chart.title)}</text>'
        yield from self._legend()
        yield from self._axes()
        # An inner <svg> cuts off what lies outside of the axes
        yield f'<svg x="{_LEFT}" y="{self.top}" width="{self.width:.1f}" height="{self.height}">'
        bars = [mark for mark in chart.marks if isinstance(mark, Bars)]
        for mark in chart.marks:
            if isinstance(mark, Bars):
                yield from self._bars(mark, bars.index(mark), len(bars))
            elif isinstance(mark, Dots):
                yield from self._dots(mark)
            else:
                yield from self._line(mark)
        for x, text in not_numbers(chart):
            yield f'<text x="{self.x(x):.1f}" y="{self.height - 4}" text-anchor="middle">{text}</text>'
        yield "</svg>"
        middle = _LEFT + self.width / 2
        yield f'<text x="{middle:.1f}" y="{HEIGHT - 5}" text-anchor="middle">{html.escape(chart.x_label)}</text>'
        across = f'transform="translate(11 {self.top + self.height / 2:.1f}) rotate(-90)" text-anchor="middle"'
        yield f"<text {across}>{html.escape(chart.y_label)}</text>"

    def _legend(self) -> Iterator[str]:
        for row, entries in enumerate(self.legend):
            y = _TOP + _LEGEND_ROW * row + 6
            for x, mark in entries:
                look, left = stroke(mark.style), _LEFT + x
                if isinstance(mark, Line):
                    look = _solid(look) if mark.in_order else look
                    yield f'<line x1="{left}" x2="{left + 24}" y1="{y}" y2="{y}" {_stroke(look)}{_opacity(mark)}/>'
                elif isinstance(mark, Dots):
                    yield _marker(look, left + 12, y)
                else:
                    yield f'<rect x="{left + 6}" y="{y - 5}" width="12" height="10" {_fill(look)}/>'
                yield f'<text x="{left + 28}" y="{y + 4}">{html.escape(mark.label)}</text>'

    def _axes(self) -> Iterator[str]:
        right, base = _LEFT + self.width, self.top + self.height
        for tick in ticks(*self.y_span, self.chart.log_y):
            y = self.top + self.y(tick)
            yield _level(right, y, 0.15)
            yield f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>'
        yield _level(right, base, 0.6)
        places: Sequence[tuple[float, str]] = named_places(self.chart)
        if not self.chart.x_names:
            places = [(tick, _number(tick)) for tick in ticks(*self.x_span, self.chart.log_x)]
        for place, name in places:
            x = _LEFT + self.x(place)
            where = f'x="{x:.1f}" y="{base + 15}" text-anchor="middle"'
            if self.is_crowded:
                where = f'transform="translate({x + 4:.1f} {base + 12}) rotate(-45)" text-anchor="end"'
            yield f"<text {where}>{html.escape(name)}</text>"

    def _line(self, mark: Line) -> Iterator[str]:
        look = stroke(mark.style)
        if mark.in_order:
            for piece, opacity in mark.pieces():
                yield f'<g opacity="{opacity:.2f}" fill="{look.colour}">'
                yield from self._polylines(piece, _solid(look))
                for x, y in (point for run in _runs(self.chart, piece) for point in run):
                    yield f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="1.5"/>'
                yield "</g>"
        else:
            yield from self._polylines(mark, look)

    def _polylines(self, mark: Line, look: Stroke) -> Iterator[str]:
        for run in _runs(self.chart, mark):
            x_scale = (self.x_span, self.chart.log_x, self.width)
            points = _points(np.array(run).tobytes(), x_scale, (self.y_span, self.chart.log_y, self.height))
            yield f'<polyline points="{points}" fill="none" {_stroke(look)}{_opacity(mark)}/>'

    def _dots(self, mark: Dots) -> Iterator[str]:
        for run in _runs(self.chart, mark):
            for x, y in run:
                yield _marker(stroke(mark.style), self.x(x), self.y(y))

    def _bars(self, mark: Bars, index: int, count: int) -> Iterator[str]:
        width = BAR / count
        for place, height in enumerate(mark.heights):
            if not math.isfinite(height):
                continue  # `not_numbers` returns it, and it is written as text
            x, right = (self.x(place - BAR / 2 + width * (index + end)) for end in (0, 1))
            y, zero = self.y(height), self.y(max(0.0, self.y_span[0]))
            place_and_size = f'x="{x:.1f}" y="{min(y, zero):.1f}" width="{right - x:.1f}" height="{abs(y - zero):.1f}"'
            yield f"<rect {place_and_size} {_fill(stroke(mark.style))}/>"


def _level(right: float, y: float, opacity: float) -> str:
    ends = f'x1="{_LEFT}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"'
    return f'<line {ends} stroke="currentColor" stroke-opacity="{opacity}"/>'


_Scale = tuple[tuple[float, float], bool, float]  # the span, whether it is logarithmic, and its length in the drawing


@lru_cache(maxsize=64)  # when a slider moves, most lines of a chart stay as they are
def _points(run: bytes, x_scale: _Scale, y_scale: _Scale) -> str:
    """Return the points of a line, which are pairs of 64-bit numbers, as a polyline has them."""
    (x_span, log_x, width), (y_span, log_y, height) = x_scale, y_scale
    return " ".join(
        f"{_share(x, x_span, log_x) * width:.1f},{(1 - _share(y, y_span, log_y)) * height:.1f}"
        for x, y in np.frombuffer(run).reshape(-1, 2).tolist()
    )


def _share(value: float, span: tuple[float, float], is_log: bool) -> float:
    low, high = (math.log10(end) for end in span) if is_log else span
    share = ((math.log10(value) if is_log else value) - low) / (high - low)
    return min(max(share, -_FARTHEST), _FARTHEST)


def _runs(chart: Chart, mark: Line | Dots) -> list[list[tuple[float, float]]]:
    """Split a mark's points where one cannot be drawn."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(np.asarray(mark.x, float).tolist(), np.asarray(mark.y, float).tolist(), strict=True):
        can_be_drawn = (
            math.isfinite(x) and math.isfinite(y) and (x > 0 or not chart.log_x) and (y > 0 or not chart.log_y)
        )
        if can_be_drawn:
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _legend_rows(marks: Sequence[Mark], width: float) -> list[list[tuple[float, Mark]]]:
    """Return the rows of the legend, each entry with its position."""
    rows: list[list[tuple[float, Mark]]] = []
    x = width
    for mark in marks:
        needed = 28 + _CHARACTER * len(mark.label) + 14
        if x + needed > width or not rows:
            rows.append([])
            x = 0.0
        rows[-1].append((x, mark))
        x += needed
    return rows


def _opacity(line: Line) -> str:
    return ' opacity="0.7"' if line.faint else ""


def _solid(look: Stroke) -> Stroke:
    return look._replace(dashes=())


def _stroke(look: Stroke) -> str:
    dashes = " ".join(f"{2 * dash:g}" for dash in look.dashes) or "none"
    return f'stroke="{look.colour}" stroke-width="2" stroke-dasharray="{dashes}"'


def _fill(look: Stroke) -> str:
    # Bars can be told apart without colours: filled where a line is solid, paler with dashed edges where it is dashed
    return f'fill="{look.colour}" fill-opacity="{0.4 if look.dashes else 0.85}" {_stroke(look)}'


def _marker(look: Stroke, x: float, y: float) -> str:
    if look.marker == "o":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{look.colour}"/>'
    shapes = {"s": "-3,-3 3,-3 3,3 -3,3", "^": "0,-4 3.5,3 -3.5,3", "v": "0,4 3.5,-3 -3.5,-3", "D": "0,-4 4,0 0,4 -4,0"}
    points = shapes.get(look.marker, "-1,-4 1,-4 1,-1 4,-1 4,1 1,1 1,4 -1,4 -1,1 -4,1 -4,-1 -1,-1")
    return f'<polygon transform="translate({x:.1f} {y:.1f})" points="{points}" fill="{look.colour}"/>'


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
