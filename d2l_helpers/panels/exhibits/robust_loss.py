"""Compare three losses: the lines that they fit to points with outliers, and the pull of each point."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from d2l_helpers.figures import Chart, Dots, Line
from d2l_helpers.panels.exhibit import Exhibit, View, log_slider, slider
from d2l_helpers.training.regression import Array, Fit, huber_fit, huber_loss, huber_pull, least_absolute, least_squares

__all__ = ["explore_robust_loss", "points"]

_TRUTH = (1.0, 0.0)
_X = np.linspace(-3.0, 3.0, 25)
_NOISE = 0.3  # standard deviation
_WRONG = [16, 18, 21, 24]  # outliers far to the right turn the line; in the middle they would only raise it
_FARTHEST = 12.0
_R_SPAN, _LOSS_SPAN, _PULL_SPAN = (-4.0, 13.0), (0.0, 14.0), (-4.0, 13.0)


def explore_robust_loss() -> Exhibit:
    """Show the lines that L2, L1 and Huber loss fit to points with outliers, and how strongly each point pulls."""
    controls = (
        slider("distance", "outliers' distance", 8.0, low=0.0, high=_FARTHEST, step=0.5),
        log_slider("delta", "Huber's delta", 1.0, low=0.01, high=100.0),
    )
    return Exhibit("Three losses and four outliers", controls, _show, room=(150, 70))


def points(distance: float) -> Array:
    """Return the points' y, shape (25,): a noisy line, four points of which lie `distance` higher."""
    y = _TRUTH[0] * _X + _TRUTH[1] + np.random.default_rng(2).normal(0.0, _NOISE, len(_X))
    y[_WRONG] += distance
    return y


@lru_cache(maxsize=64)
def _steady_fits(distance: float) -> tuple[Fit, Fit]:
    """Return the lines of L2 and L1, which do not depend on delta."""
    y = points(distance)
    return least_squares(_X, y), least_absolute(_X, y)


def _show(distance: float, delta: float) -> View:
    y = points(distance)
    squares, absolutes = _steady_fits(distance)
    huber = huber_fit(_X, y, delta)
    slopes = ", ".join(
        f"{name} {fit[0]:.2f} (off by {abs(fit[0] - _TRUTH[0]):.2f})"
        for name, fit in (("L2", squares), ("L1", absolutes), ("Huber", huber))
    )
    where = f"Four of {len(_X)} points lie {distance:g} too high" if distance else "No point is far off"
    capped = int((np.abs(huber[0] * _X + huber[1] - y) > delta).sum())
    text = (
        f"{where}. The true slope is {_TRUTH[0]:.2f}; fitted: {slopes}.\n"
        f"With delta = {delta:.3g}, the Huber loss caps the pull of {capped} point{'s' * (capped != 1)}."
    )
    return View(text, (_lines_chart(y, squares, absolutes, huber), _loss_chart(delta), _pull_chart(y, huber, delta)))


def _lines_chart(y: Array, squares: Fit, absolutes: Fit, huber: Fit) -> Chart:
    ends = np.array([-3.2, 3.2])

    def line(fit: Fit, label: str, style: int, faint: bool = False) -> Line:
        return Line(ends.tolist(), (fit[0] * ends + fit[1]).tolist(), label, style, faint)

    marks = (
        line(_TRUTH, "true line", 0, faint=True),
        Dots(_X.tolist(), y.tolist(), style=0),
        line(squares, "L2", 1),
        line(absolutes, "L1", 2),
        line(huber, "Huber", 3),
    )
    return Chart("Points and lines", marks, "x", "y", (-3.3, 3.3), (-4.5, 16.0))


def _loss_chart(delta: float) -> Chart:
    r = np.linspace(*_R_SPAN, 171)
    marks = (
        Line(r.tolist(), (r**2 / 2).tolist(), "L2", 1),
        Line(r.tolist(), np.abs(r).tolist(), "L1", 2),
        Line(r.tolist(), huber_loss(r, delta).tolist(), "Huber", 3),
    )
    return Chart("What a distance costs", marks, "distance above the line", "loss", _R_SPAN, _LOSS_SPAN)


def _pull_chart(y: Array, huber: Fit, delta: float) -> Chart:
    r = np.linspace(*_R_SPAN, 171)
    residuals = y - (huber[0] * _X + huber[1])
    marks = (
        Line(r.tolist(), r.tolist(), "L2", 1),
        Line(r.tolist(), np.sign(r).tolist(), "L1", 2),
        Line(r.tolist(), huber_pull(r, delta).tolist(), "Huber", 3),
        Dots(residuals.tolist(), huber_pull(residuals, delta).tolist(), style=0),
    )
    return Chart("How strongly it pulls", marks, "distance above the line", "pull", _R_SPAN, _PULL_SPAN)
