"""Show gradient descent on the loss of a line: the contours over (w, b) with the path, and the line itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from d2l_helpers.figures import Chart, Dots, Line
from d2l_helpers.figures.charts import Mark
from d2l_helpers.figures.line_loss import Array, LineLoss, line_loss
from d2l_helpers.figures.line_plots import contour_chart
from d2l_helpers.panels.exhibit import Exhibit, View, log_slider, slider

__all__ = ["explore_descent"]

_NEAR = 1e-6  # the digits of a smaller distance are rounding errors


def explore_descent(X: Any, y: Any) -> Exhibit:
    """Show how gradient descent finds a line, or diverges, with sliders for the learning rate and the number of steps.

    Parameters
    ----------
    X : array, shape (n,) or (n, 1)
        One feature.
    y : array, shape (n,) or (n, 1)
        The target.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target per example, or all features are equal.
    """
    loss = line_loss(X, y)
    limit = 2 / loss.steepest
    rate = log_slider("learning_rate", "learning rate", _round(0.3 * limit), _round(limit / 50), _round(3 * limit))
    steps = slider("num_steps", "steps", 30, low=0, high=100, step=1)

    def show(learning_rate: float, num_steps: int) -> View:
        path = loss.path(learning_rate, num_steps)
        contours = contour_chart(loss, path, "Loss, seen from above")
        return View(_describe(loss, learning_rate, path), (contours, _lines(loss, path[-1])))

    return Exhibit("Gradient descent on the loss of a line", (rate, steps), show, room=(140, 130))


def _round(value: float) -> float:
    return float(f"{value:.0e}")


def _describe(loss: LineLoss, learning_rate: float, path: Array) -> str:
    factor = 1 - learning_rate * loss.steepest
    if factor >= 0:
        state = "Converging: the steps stay on one side of the valley"
    elif factor > -1:
        state = "Oscillating, but converging: each step crosses the valley and ends lower"
    else:
        state = "Diverging: each step crosses the valley and ends higher"
    w, b = path[-1]
    distance = float(np.linalg.norm(path[-1] - loss.best))
    away = f"{distance:.3g}" if distance >= _NEAR else "less than 0.000001"
    return (
        f"{state}. Each step multiplies the distance across the valley by {factor:.2f}.\n"
        f"Rate {learning_rate:.3g}, {len(path) - 1} steps: w = {w:.3g}, b = {b:.3g}, loss {loss.at(path[-1]):.4g} "
        f"(best {loss.at(loss.best):.4g}), {away} away from the best (w, b)."
    )


def _lines(loss: LineLoss, point: Array) -> Chart:
    margin_x, margin_y = 0.08 * np.ptp(loss.x), 0.25 * np.ptp(loss.y)
    ends = np.array([loss.x.min() - margin_x, loss.x.max() + margin_x])
    marks: list[Mark] = [
        Line(ends.tolist(), (loss.best[0] * ends + loss.best[1]).tolist(), label="best line", style=0, faint=True),
        Line(ends.tolist(), (point[0] * ends + point[1]).tolist(), label="line after the last step", style=1),
        Dots(loss.x.tolist(), loss.y.tolist(), style=0),
    ]
    y_span = (float(loss.y.min() - margin_y), float(loss.y.max() + margin_y))
    return Chart("The line w x + b", marks, "x", "y", (float(ends[0]), float(ends[1])), y_span)
