"""Show the cross-entropy and its gradient for the probability of the right class."""

from __future__ import annotations

import math

import numpy as np

from d2l_helpers.figures import Bars, Chart, Dots, Line
from d2l_helpers.panels.exhibit import Exhibit, View, choice, slider

__all__ = ["explore_cross_entropy", "gradient_at", "loss_at", "squared_at"]

_MOST = 10.0  # margin
_MARGINS = np.linspace(-_MOST, _MOST, 201)


def explore_cross_entropy() -> Exhibit:
    """Show loss and gradient while the right class's logit rises above, or falls below, the others."""
    controls = (
        slider("margin", "margin", 0.0, low=-_MOST, high=_MOST, step=0.1),
        choice("classes", "classes", (2, 3, 10), 3),
    )
    return Exhibit("The loss and its gradient against the right class's margin", controls, _show, room=(115, 85))


def loss_at(margin: float, classes: int) -> float:
    """Return the cross-entropy in nats where the right logit is `margin` above all others, which are equal."""
    if margin < 0:
        return -margin + math.log(math.exp(margin) + classes - 1)
    return math.log1p((classes - 1) * math.exp(-margin))


def gradient_at(margin: float, classes: int) -> list[float]:
    """Return ŷ − y, the gradient with respect to the logits, the right class's first; for parameters see `loss_at`."""
    wrong = 1 / (math.exp(margin) + classes - 1)
    return [-(classes - 1) * wrong] + [wrong] * (classes - 1)


def squared_at(margin: float, classes: int) -> float:
    """Return the sum of (ŷ − y)² over the classes, for comparison; for the parameters, see `loss_at`."""
    return sum(difference**2 for difference in gradient_at(margin, classes))


def _decimals(loss: float) -> str:
    return f"{loss:.2f}" if loss >= 0.1 else f"{loss:.2g}"


def _show(margin: float, classes: int) -> View:
    loss, gradient = loss_at(margin, classes), gradient_at(margin, classes)
    others = "the other" if classes == 2 else f"each of the other {classes - 1}"
    text = (
        f"Margin {margin:.1f} among {classes} classes: the right one has probability {math.exp(-loss):.3g}; "
        f"the loss is {_decimals(loss)} nats, or {_decimals(loss / math.log(2))} bits.\n"
        f"Gradient ŷ − y: {gradient[0]:.3g} for the right logit, {gradient[1]:.3g} for {others}."
    )
    curve = [loss_at(value, classes) for value in _MARGINS.tolist()]
    squared = [squared_at(value, classes) for value in _MARGINS.tolist()]
    marks = (
        Line(_MARGINS.tolist(), squared, "squared loss of ŷ", 2),
        Line(_MARGINS.tolist(), curve, "cross-entropy", 0),
        Dots([margin], [loss], style=1),
    )
    names = ("right", *(str(number) for number in range(2, classes + 1)))
    charts = (
        Chart("loss", marks, "margin of the right logit", x_span=(-_MOST, _MOST), y_span=(-0.5, 13.0)),
        Chart("gradient ŷ − y", [Bars(gradient, style=0)], "logit of class", y_span=(-1.1, 1.1), x_names=names),
    )
    return View(text, charts)
