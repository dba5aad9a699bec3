"""The curves of a running fit as SVG text: about a millisecond's work, so a panel can redraw at every report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from d2l_helpers.figures.style import SERIES, Stroke

if TYPE_CHECKING:
    from d2l_helpers.training import History

__all__ = ["curves_svg"]

_WIDTH, _HEIGHT = 680, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 30, 34  # margins of one chart
# The axes have a few fixed spans, so that they seldom jump while a fit runs
_LOSS_TOPS = (1.0, 2.0, 4.0, 10.0, 20.0, 40.0, 100.0, 1000.0)
_ACCURACY_SPANS = ((0.7, 0.9), (0.5, 0.9), (0.0, 1.0))


@dataclass(frozen=True)
class _Chart:
    """One chart: where it lies, and what its axes span. Values beyond the axes are drawn at their edge."""

    left: float
    width: float
    title: str
    bottom: float
    top: float
    num_epochs: int

    def x(self, epoch: float) -> float:
        share = (epoch - 1) / max(1, self.num_epochs - 1)
        return self.left + _LEFT + share * (self.width - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return _TOP + (1 - min(max(share, 0.0), 1.0)) * (_HEIGHT - _TOP - _BOTTOM)


def curves_svg(history: History, num_epochs: int, before: History | None = None) -> str:
    """Draw loss and accuracy, train and test, side by side.

    Parameters
    ----------
    history : History
        The finished epochs of the running fit; may be empty.
    num_epochs : int
        Where the epoch axis ends.
    before : History, optional
        The fit before this one, drawn faintly, to compare.

    Returns
    -------
    str
        An ``<svg>`` element without scripts. Its label says the newest numbers; lines take their grey from the page,
        so it suits light and dark themes.
    """
    shown = [history] if before is None else [history, before]
    losses = [value for one in shown for value in (*one.train_loss, *one.test_loss) if math.isfinite(value)]
    accuracies = [value for one in shown for value in (*one.train_acc, *one.test_acc)]
    half = _WIDTH / 2
    charts = (
        _Chart(0, half, "loss (nats)", 0.0, _loss_top(losses), num_epochs),
        _Chart(half, half, "accuracy", *_accuracy_span(accuracies), num_epochs),
    )
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" style="width:100%;max-width:{_WIDTH}px;height:auto;display:block" '
        f'font-family="sans-serif" font-size="11" fill="currentColor" role="img" aria-label="{_label(history)}">'
    ]
    for chart, quantity in zip(charts, ("loss", "acc"), strict=True):
        parts.extend(_axes(chart))
        for name, style in SERIES.items():
            if before:
                parts.append(_line(chart, getattr(before, f"{name}_{quantity}"), style, faint=True))
            parts.append(_line(chart, getattr(history, f"{name}_{quantity}"), style))
    parts.extend(_legend(bool(before)))
    return "".join((*parts, "</svg>"))


def _label(history: History) -> str:
    if not len(history):
        return "Curves of loss and accuracy; no epoch is finished yet."
    return (
        f"Curves after {len(history)} epochs: train loss {history.train_loss[-1]:.3f}, test loss "
        f"{history.test_loss[-1]:.3f}, train accuracy {history.train_acc[-1]:.3f}, test accuracy "
        f"{history.test_acc[-1]:.3f}."
    )


def _loss_top(losses: Sequence[float]) -> float:
    highest = max(losses, default=0.0)
    return next((top for top in _LOSS_TOPS if highest <= top), highest)


def _accuracy_span(accuracies: Sequence[float]) -> tuple[float, float]:
    return next((bottom, top) for bottom, top in _ACCURACY_SPANS if all(bottom <= value <= top for value in accuracies))


def _axes(chart: _Chart) -> Iterator[str]:
    right, base = chart.left + chart.width - _RIGHT, _HEIGHT - _BOTTOM
    yield f'<text x="{chart.left + _LEFT}" y="{_TOP - 12}" font-weight="bold">{chart.title}</text>'
    for step in range(5):
        value = chart.bottom + (chart.top - chart.bottom) * step / 4
        y = chart.y(value)
        yield (
            f'<line x1="{chart.left + _LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-opacity="{0.6 if step == 0 else 0.15}"/>'
            f'<text x="{chart.left + _LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        )
    every = max(1, math.ceil(chart.num_epochs / 10))
    for epoch in range(1, chart.num_epochs + 1, every):
        yield f'<text x="{chart.x(epoch):.1f}" y="{base + 15}" text-anchor="middle">{epoch}</text>'
    yield f'<text x="{(chart.left + _LEFT + right) / 2:.1f}" y="{base + 30}" text-anchor="middle">epoch</text>'


def _line(chart: _Chart, values: Sequence[float], style: Stroke, faint: bool = False) -> str:
    points = [
        (chart.x(epoch), chart.y(value))
        for epoch, value in enumerate(values[: chart.num_epochs], start=1)
        if math.isfinite(value)
    ]
    if not points:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = f'<polyline points="{path}" fill="none" {_stroke(style)}/>'
    if faint:
        return f'<g opacity="0.3">{line}</g>'
    return line + "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{style.colour}"/>' for x, y in points)


def _stroke(style: Stroke) -> str:
    dashes = " ".join(f"{2 * dash:g}" for dash in style.dashes) or "none"
    return f'stroke="{style.colour}" stroke-width="2" stroke-dasharray="{dashes}"'


def _legend(has_before: bool) -> Iterator[str]:
    x = _WIDTH / 2 - _RIGHT - 92
    for row, (name, style) in enumerate(SERIES.items()):
        y = _TOP + 8 + 16 * row
        yield (
            f'<line x1="{x}" x2="{x + 28}" y1="{y}" y2="{y}" {_stroke(style)}/>'
            f'<text x="{x + 34}" y="{y + 4}">{name}</text>'
        )
    if has_before:
        yield f'<text x="{x}" y="{_TOP + 44}" opacity="0.6">faint: run before</text>'
