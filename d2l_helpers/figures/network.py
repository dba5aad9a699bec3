"""Draw a network: circles for its inputs and outputs, an arrow for each weight."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import stroke
from d2l_helpers.figures.picture import FONT_SIZE, Picture
from d2l_helpers.figures.svg_images import svg_image

__all__ = ["plot_network"]

_RADIUS, _ROW, _GAP = 18, 54, 170  # pixels: of a circle, from row to row, from layer to layer
_FOR_WEIGHTS = 10  # pixels that weights on the arrows add between rows
_TOP, _MARGIN, _BOX = 50, 14, 32  # pixels: the centre of the first row, the space at the edges, the width of the box
_ABOVE = 14  # pixels that names above the circles of a middle layer need
_CHARACTER, _IN_CIRCLE = 6.4, 4  # the width of a character in pixels; the most characters that fit into a circle
_MOST = 12  # circles in a layer
_LEFT_OUT = "…"
_LINE, _DOTS = 12, 18  # font sizes in pixels
_WEIGHT_AT = 0.24  # where a weight stands on its arrow: nearer to the middle, the weights of several inputs would meet
_DPI = 96


@dataclass(frozen=True)
class _Layer:
    """One column of circles."""

    title: str
    names: tuple[str, ...]
    style: int
    x: float = 0.0

    @property
    def are_inside(self) -> bool:
        """Whether all names fit into the circles."""
        return all(len(name) <= _IN_CIRCLE or "\n" in name for name in self.names)

    def texts(self, row: int) -> tuple[str, str]:
        """Return what stands in a circle, and what beside it."""
        inside, _, beside = self.names[row].partition("\n")
        return (inside, beside) if self.are_inside else ("", self.names[row].replace("\n", " "))

    def beside(self) -> float:
        """Return the width of the texts beside the circles."""
        return _CHARACTER * max(len(self.texts(row)[1]) for row in range(len(self.names)))


def plot_network(
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    hidden: Sequence[str] = (),
    weights: Sequence[Sequence[object]] = (),
    probabilities: Sequence[str] = (),
) -> Picture:
    r"""Draw a network with one layer of weights, or two if it has a hidden layer.

    Parameters
    ----------
    inputs, outputs : sequence of str
        A name for each circle, at most 12. If all names of a layer have at most four characters, the names stand
        inside the circles. Of ``"x₁\narea"``, the first line stands inside and the second beside the circle.
        ``"…"`` stands for circles that are left out.
    hidden : sequence of str
        The names of a hidden layer between inputs and outputs.
    weights : sequence of sequences
        What stands on the arrows, such as the numbers of a weight: one row for each input, one column for each
        output. Not with a hidden layer.
    probabilities : sequence of str
        One name for each output. A box that says "softmax" then follows the outputs, which are called scores, and
        these circles follow the box.

    Returns
    -------
    Picture
        Vector graphics on a page, in the colours of its theme; PNG for readers without a kernel.

    Raises
    ------
    ArgumentError
        If a layer has no circle or more than 12, or the weights or probabilities do not fit the layers.

    Examples
    --------
    >>> picture = plot_network(["x₁", "…", "x₇₈₄"], ["z₁", "…", "z₁₀"], probabilities=["ŷ₁", "…", "ŷ₁₀"])
    """
    texts = [[_text(weight) for weight in row] for row in weights]
    _check(inputs, outputs, hidden, texts, probabilities)
    score = "score" if probabilities else "output"
    layers = [_Layer("inputs" if len(inputs) > 1 else "input", tuple(inputs), 0)]
    if hidden:
        layers.append(_Layer("hidden layer", tuple(hidden), 3))
    layers.append(_Layer(f"{score}s" if len(outputs) > 1 else score, tuple(outputs), 1))
    if probabilities:
        layers.append(_Layer("probabilities", tuple(probabilities), 2))
    drawing = _Drawing(layers, texts, bool(probabilities))
    alt = _alt(layers, texts)
    return Picture(
        drawing.figure(),
        alt,
        lambda: svg_image(drawing.svg(), alt, drawing.width, drawing.height),
    )


def _text(weight: object) -> str:
    return f"{weight:.4g}".replace("-", "−") if isinstance(weight, float) else str(weight)


def _check(
    inputs: Sequence[str],
    outputs: Sequence[str],
    hidden: Sequence[str],
    weights: Sequence[Sequence[str]],
    probabilities: Sequence[str],
) -> None:
    got = expected = ""
    drawn = [len({*names} - {_LEFT_OUT}) for names in (inputs, outputs, hidden or "h", probabilities or "p")]
    if not all(drawn) or max(map(len, (inputs, outputs, hidden))) > _MOST:
        got = f"{len(inputs)} inputs, {len(hidden)} hidden and {len(outputs)} outputs"
        expected = f"1 to {_MOST} names in a layer, not all of them '…'"
    elif weights and (hidden or [len(row) for row in weights] != [len(outputs)] * len(inputs)):
        got = f"weights with rows of {[len(row) for row in weights]}" + (" and a hidden layer" if hidden else "")
        expected = f"{len(inputs)} rows of {len(outputs)}, and no hidden layer"
    elif probabilities and len(probabilities) != len(outputs):
        got, expected = f"{len(probabilities)} probabilities", f"one for each of the {len(outputs)} outputs"
    if got:
        raise ArgumentError(
            "Cannot draw the network.",
            got=got,
            expected=expected,
            remedy="write '…' for the names that are left out, or leave out the argument",
        )


def _alt(layers: Sequence[_Layer], weights: Sequence[Sequence[str]]) -> str:
    said = [f"{layer.title} {', '.join(layer.names)}".replace("\n", " ") for layer in layers]
    ones = [layer.title.removesuffix("s").replace("hidden layer", "hidden circle") for layer in layers]
    has_softmax = layers[-1].title == "probabilities"
    linear = len(layers) - has_softmax
    alt = f"A network with {', '.join(said[: linear - 1])} and {said[linear - 1]}."
    arrows = [f"from each {start} to each {end}" for start, end in pairwise(ones[:linear])]
    alt += f" An arrow leads {' and '.join(arrows)}."
    if weights:
        alt += f" On the arrows stand, input by input: {'; '.join(', '.join(row) for row in weights)}."
    if has_softmax:
        alt += f" A softmax turns the {layers[-2].title} into the {said[-1]}."
    return alt


class _Drawing:
    """The places of circles, arrows and texts, and the two ways to draw them. Places are pixels from the top left."""

    def __init__(self, layers: Sequence[_Layer], weights: Sequence[Sequence[str]], has_softmax: bool) -> None:
        self.weights, self.has_softmax = weights, has_softmax
        x = _MARGIN + max(layers[0].beside() + _RADIUS, _CHARACTER * len(layers[0].title) / 2)
        self.layers = [_Layer(layer.title, layer.names, layer.style, x + _GAP * i) for i, layer in enumerate(layers)]
        last = self.layers[-1]
        right = max(last.beside() + _RADIUS, _CHARACTER * len(last.title) / 2)
        self.width = round(last.x + right + _MARGIN)
        self.row = _ROW + (_FOR_WEIGHTS if weights else 0)
        self.top = _TOP + (_ABOVE if any(layer.beside() for layer in layers[1:-1]) else 0)
        self.num_rows = max(len(layer.names) for layer in layers)
        self.height = round(self.top + self.row * (self.num_rows - 1) + _RADIUS + _MARGIN)

    def y(self, layer: _Layer, row: int) -> float:
        """Return the middle of a row; layers with fewer rows stand in the middle of the others."""
        return self.top + self.row * (row + (self.num_rows - len(layer.names)) / 2)

    def circles(self) -> Iterator[tuple[_Layer, int, float]]:
        """Return each circle's layer, row and y."""
        for layer in self.layers:
            for row, name in enumerate(layer.names):
                if name != _LEFT_OUT:
                    yield layer, row, self.y(layer, row)

    def arrows(self) -> Iterator[tuple[float, float, float, float]]:
        """Return the ends of each arrow."""
        for start, end in pairwise(self.layers):
            is_softmax = self.has_softmax and end is self.layers[-1]
            starts, ends = ([(row, y) for layer, row, y in self.circles() if layer is one] for one in (start, end))
            if is_softmax:
                middle = (start.x + end.x) / 2
                yield from ((start.x + _RADIUS, y, middle - _BOX / 2, y) for _, y in starts)
                yield from ((middle + _BOX / 2, y, end.x - _RADIUS, y) for _, y in ends)
                continue
            for (_, y1), (_, y2) in product(starts, ends):
                length = math.hypot(end.x - start.x, y2 - y1)
                dx, dy = _RADIUS * (end.x - start.x) / length, _RADIUS * (y2 - y1) / length
                yield start.x + dx, y1 + dy, end.x - dx, y2 - dy

    def box(self) -> tuple[float, float, float]:
        """Return the middle of the softmax's box, its top and its height."""
        ys = [y for layer, _, y in self.circles() if layer is self.layers[-1]]
        top = min(ys) - _RADIUS - 6
        return (self.layers[-2].x + self.layers[-1].x) / 2, top, max(ys) + _RADIUS + 6 - top

    def texts(self) -> Iterator[tuple[float, float, str, str]]:
        """Return each text's x, y, the side of x at which it stands, and the text."""
        for index, layer in enumerate(self.layers):
            yield layer.x, 18, "middle", layer.title
            for row, name in enumerate(layer.names):
                y = self.y(layer, row)
                if name == _LEFT_OUT:
                    yield layer.x, y, "middle", "⋮"
                    continue
                inside, beside = layer.texts(row)
                yield layer.x, y, "middle", inside
                if index in (0, len(self.layers) - 1):
                    left = index == 0
                    yield layer.x + (-1 if left else 1) * (_RADIUS + 6), y, "end" if left else "start", beside
                else:
                    yield layer.x, y - _RADIUS - 8, "middle", beside

    def labels(self) -> Iterator[tuple[float, float, str]]:
        """Return the weights and their places on the arrows."""
        if self.weights:
            first, second = self.layers[:2]
            for (row, texts), column in product(enumerate(self.weights), range(len(second.names))):
                if _LEFT_OUT not in (first.names[row], second.names[column]):
                    y = self.y(first, row)
                    y += _WEIGHT_AT * (self.y(second, column) - y)
                    yield first.x + _WEIGHT_AT * (second.x - first.x), y, texts[column]

    def svg(self) -> str:
        """Return the drawing as an ``<svg>`` element in the colour of the page's text."""
        parts = [
            f'<svg viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'font-family="sans-serif" font-size="{_LINE}" fill="currentColor" text-anchor="middle">'
            '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0.5L8,4L0,7.5z"/></marker>'
            "<style>.on{paint-order:stroke;stroke:#fff;stroke-width:5px}"
            "@media (prefers-color-scheme:dark){.on{stroke:#111}}</style>"
        ]
        for x1, y1, x2, y2 in self.arrows():
            ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            parts.append(f'<line {ends} stroke="currentColor" opacity="0.6" marker-end="url(#tip)"/>')
        for layer, _, y in self.circles():
            parts.append(f'<circle cx="{layer.x:.1f}" cy="{y:.1f}" r="{_RADIUS}" {_look(layer.style)}/>')
        if self.has_softmax:
            x, top, height = self.box()
            shape = f'x="{x - _BOX / 2:.1f}" y="{top:.1f}" width="{_BOX}" height="{height:.1f}" rx="6"'
            parts.append(f"<rect {shape} {_look(2)}/>")
            turned = f'transform="translate({x + 4:.1f} {top + height / 2:.1f}) rotate(-90)"'
            parts.append(f"<text {turned}>softmax</text>")
        for x, y, anchor, text in self.texts():
            where = f'x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}" font-size="{_size(text)}"'
            parts.append(f"<text {where}>{html.escape(text)}</text>")
        for x, y, text in self.labels():
            parts.append(f'<text class="on" x="{x:.1f}" y="{y + 4:.1f}">{html.escape(text)}</text>')
        return "".join((*parts, "</svg>"))

    def figure(self) -> Figure:
        """Return the drawing as a figure of matplotlib."""
        figure = Figure(figsize=(self.width / _DPI, self.height / _DPI))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        axes.axis("off")
        for x1, y1, x2, y2 in self.arrows():
            look = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9}
            axes.annotate("", (x2, y2), (x1, y1), arrowprops=look)
        for layer, _, y in self.circles():
            axes.add_patch(Circle((layer.x, y), _RADIUS, **_face(layer.style)))
        if self.has_softmax:
            x, top, height = self.box()
            axes.add_patch(FancyBboxPatch((x - _BOX / 2, top), _BOX, height, "round,pad=0,rounding_size=6", **_face(2)))
            axes.text(x, top + height / 2, "softmax", rotation=90, ha="center", va="center", fontsize=FONT_SIZE)
        sides = {"middle": "center", "end": "right", "start": "left"}
        for x, y, anchor, text in self.texts():
            size = FONT_SIZE * _size(text) / _LINE
            axes.text(x, y, text, ha=sides[anchor], va="center", fontsize=size)
        for x, y, text in self.labels():
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            axes.text(x, y, text, ha="center", va="center", fontsize=FONT_SIZE, bbox=behind)
        return figure


def _size(text: str) -> int:
    return _DOTS if text == "⋮" else _LINE


def _look(style: int) -> str:
    colour = stroke(style).colour
    return f'fill="{colour}" fill-opacity="0.15" stroke="{colour}" stroke-width="2"'


def _face(style: int) -> dict[str, Any]:
    colour = stroke(style).colour
    return {"facecolor": to_rgba(colour, 0.15), "edgecolor": colour, "linewidth": 1.5}
