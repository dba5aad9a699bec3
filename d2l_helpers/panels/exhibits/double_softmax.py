"""Show the effect of a second softmax on probability, loss and gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from d2l_helpers.figures import Chart, Dots, Line
from d2l_helpers.panels.exhibit import Exhibit, View, slider
from d2l_helpers.panels.exhibits.cross_entropy import loss_at

__all__ = ["Effect", "effects_at", "explore_double_softmax", "loss_floor_of_ten"]

_CLASSES, _OTHERS = 10, 9
_MOST = 10.0  # margin
_MARGINS = np.linspace(-_MOST, _MOST, 201).tolist()
_HIGHEST_LOSS = 6.0  # on the chart


@dataclass(frozen=True)
class Effect:
    """Probability, loss and gradient after one softmax, or after two.

    Attributes
    ----------
    margin : float
        How far the right logit is above the others.
    probability : float
        The probability of the right class after the last softmax.
    loss : float
        Its negative logarithm, in nats.
    push : float
        The size of the gradient: how much the loss falls for each unit by which the right logit rises.
    """

    margin: float
    probability: float
    loss: float
    push: float


def explore_double_softmax() -> Exhibit:
    """Show probability, loss and gradient with one softmax and with two, while the right class's logit moves.

    The other nine logits are equal; the slider sets how far the right one is above them.
    """
    controls = (slider("margin", "margin", 0.0, low=-_MOST, high=_MOST, step=0.1),)
    return Exhibit("Softmax once and twice, against the margin of the right logit", controls, _show, room=(115, 90))


def effects_at(margin: float) -> tuple[Effect, Effect]:
    """Return the effect of one softmax and of two where the right logit is `margin` above nine others."""
    loss_once = loss_at(margin, _CLASSES)
    once = math.exp(-loss_once)
    # This is 1 - once; the subtraction would lose digits where `once` is near 1
    rest = _OTHERS * math.exp(-margin - loss_once)
    loss_twice = loss_at(once - rest / _OTHERS, _CLASSES)
    twice = math.exp(-loss_twice)
    # The first softmax raises the right probability by once × rest, and lowers each other one by a ninth of that
    slope = (1 - twice) * once * rest * (1 + 1 / _OTHERS)
    return Effect(margin, once, loss_once, rest), Effect(margin, twice, loss_twice, slope)


def loss_floor_of_ten() -> float:
    """Return the lowest loss that ten classes can have after two softmaxes: the first one returns 1 and nine zeros."""
    return math.log1p(_OTHERS / math.e)


def _show(margin: float) -> View:
    now = effects_at(margin)
    side = "below" if margin < 0 else "above"
    where = f"{abs(margin):.1f} {side} the nine others" if margin else "equal to the nine others"
    text = (
        f"The right logit is {where}. "
        f"Softmax once: probability {now[0].probability:.3g}, loss {now[0].loss:.3f}, push {now[0].push:.3g}.\n"
        f"Twice: probability {now[1].probability:.3g}, loss {now[1].loss:.3f}, push {now[1].push:.3g}, "
        f"which is {_times(now[0].push / now[1].push)} times smaller."
    )
    along = [effects_at(value) for value in _MARGINS]
    floor = Line((-_MOST, _MOST), (loss_floor_of_ten(),) * 2, f"floor, {loss_floor_of_ten():.4f}", 2)
    charts = (
        _chart("probability of the right class", "probability", now, along, named=True),
        _chart("loss (nats)", "loss", now, along, floor, highest=_HIGHEST_LOSS),
        _chart("push on the right logit", "push", now, along),
    )
    return View(text, charts)


def _chart(
    title: str,
    quantity: str,
    now: tuple[Effect, Effect],
    along: Sequence[tuple[Effect, Effect]],
    *below: Line,
    highest: float = 1.05,
    named: bool = False,
) -> Chart:
    """Return a chart of one quantity against the margin, for one softmax and two, with dots at the slider's value."""
    curves, dots = [], []
    for index, name in enumerate(("softmax once", "softmax twice")):
        values = [getattr(effects[index], quantity) for effects in along]
        curves.append(Line(_MARGINS, values, name if named else "", index))
        dots.append(Dots([now[index].margin], [getattr(now[index], quantity)], style=index))
    marks: tuple[Line | Dots, ...] = (*below, *curves, *dots)
    y_span = (-0.03 * highest, highest)
    return Chart(title, marks, "margin of the right logit", x_span=(-_MOST, _MOST), y_span=y_span)


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 20 else f"{ratio:.2f}"
