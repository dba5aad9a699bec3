"""Gradient descent on the loss of a line, seen from above: contours over (w, b) and the way down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import Chart, Dots, Line, Picture, plot_charts
from d2l_helpers.figures.charts import Mark
from d2l_helpers.panels.bowl import START, Array, Bowl, bowl_of
from d2l_helpers.panels.exhibit import Exhibit, View, log_slider, slider

__all__ = ["explore_descent", "plot_descent", "plot_fit"]

_ASPECT = 1.4  # of a plot: so one unit of w is as long as one of b, and steps leave contours at right angles
_FAR = 20.0  # spans; what lies farther away than this is not drawn


def explore_descent(X: Any, y: Any) -> Exhibit:
    """Show how gradient descent finds a line, or fails to, with sliders for the rate and the number of steps.

    Parameters
    ----------
    X : array, shape (n,) or (n, 1)
        One feature.
    y : array, shape (n,) or (n, 1)
        The target.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target an example, or all features are equal.
    """
    bowl = bowl_of(X, y)
    limit = 2 / bowl.steepest
    rate = log_slider("learning_rate", "learning rate", _round(0.3 * limit), _round(limit / 50), _round(3 * limit))
    steps = slider("num_steps", "steps", 30, low=0, high=100, step=1)

    def show(learning_rate: float, num_steps: int) -> View:
        path = bowl.path(learning_rate, num_steps)
        seen_from_above = _landscape(bowl, path, "Loss, seen from above")
        return View(_say(bowl, learning_rate, path), (seen_from_above, _lines(bowl, path[-1])))

    return Exhibit("Gradient descent on the loss of a line", (rate, steps), show)


def plot_descent(X: Any, y: Any, paths: Mapping[str, Any]) -> Picture:
    """Plot ways down over the contours of the loss, side by side.

    Parameters
    ----------
    X, y : array
        As for `explore_descent`.
    paths : mapping
        From one to three titles to the points (w, b) on the way.

    Raises
    ------
    ArgumentError
        As for `explore_descent`, and if a path is no sequence of pairs of numbers.
    """
    bowl = bowl_of(X, y)
    walked = {name: np.asarray(path, dtype=np.float64) for name, path in paths.items()}
    odd = [path.shape for path in walked.values() if path.ndim != 2 or path.shape[1] != 2]
    if odd:
        raise ArgumentError(
            "Cannot plot this way down.",
            got=f"points of shape {odd[0]}",
            expected="pairs of numbers, shape (steps, 2)",
            remedy="append (w, b) to a list after each step",
        )
    alt = "Contours of the loss over w and b, narrow ellipses, and on them the way down: " + ", ".join(walked) + "."
    return plot_charts([_landscape(bowl, path, name) for name, path in walked.items()], alt)


def plot_fit(X: Any, y: Any, w: Any = None, b: Any = None, labels: tuple[str, str] = ("x", "y")) -> Picture:
    """Plot examples, and a line with its error at each of them.

    Parameters
    ----------
    X, y : array
        As for `explore_descent`.
    w, b : float, optional
        The line w x + b; without them only the examples are shown.
    labels : tuple of str
        Names of feature and target, with their units.

    Raises
    ------
    ArgumentError
        As for `explore_descent`.
    """
    bowl = bowl_of(X, y)
    examples = Dots(bowl.x.tolist(), bowl.y.tolist())
    what = f"{len(bowl.x)} examples as dots: {labels[1]} against {labels[0]}"
    if w is None or b is None:
        return plot_charts([Chart("", [examples], *labels)], what + ".")
    slope, height = float(w), float(b)
    ends = [float(bowl.x.min()), float(bowl.x.max())]
    errors = [Line([x, x], [y, slope * x + height], "errors", 2) for x, y in zip(bowl.x, bowl.y, strict=True)]
    line = Line(ends, [slope * x + height for x in ends], "line", 1)
    return plot_charts([Chart("", [*errors, line, examples], *labels)], what + ", a line, and their distances from it.")


def _round(value: float) -> float:
    return float(f"{value:.0e}")


def _say(bowl: Bowl, learning_rate: float, path: Array) -> str:
    factor = 1 - learning_rate * bowl.steepest
    if factor >= 0:
        state = "Converging: each step stays on its side of the valley"
    elif factor > -1:
        state = "Oscillating, but converging: each step lands on the other side of the valley, lower"
    else:
        state = "Diverging: each step lands on the other side of the valley, higher"
    w, b = path[-1]
    distance = float(np.linalg.norm(path[-1] - bowl.best))
    return (
        f"{state}. Distance across: × {factor:.2f} a step.\n"
        f"Rate {learning_rate:.3g}, {len(path) - 1} steps: w = {w:.3g}, b = {b:.3g}, loss {bowl.loss(path[-1]):.4g} "
        f"(best {bowl.loss(bowl.best):.4g}), {distance:.3g} away from the best w and b."
    )


def _landscape(bowl: Bowl, path: Array, title: str) -> Chart:
    high = 1.3 * max(abs(bowl.best[1] - START[1]), abs(bowl.best[0] - START[0]) / _ASPECT, 0.5)
    reach = np.array([_ASPECT * high, high])
    seen = _until_far(path, bowl.best, reach)
    marks: list[Mark] = [Line(ring[0].tolist(), ring[1].tolist(), faint=True) for ring in bowl.rings()]
    w, b = seen.T.tolist()
    best_w, best_b = bowl.best.tolist()
    marks += [Line(w, b, "steps", style=1), Dots(w, b, style=1), Dots([best_w], [best_b], "best", style=0)]
    w_span, b_span = ((float(z - r), float(z + r)) for z, r in zip(bowl.best, reach, strict=True))
    return Chart(title, marks, "w", "b", w_span, b_span)


def _until_far(path: Array, centre: Array, reach: Array) -> Array:
    far = (np.abs(path - centre) > _FAR * reach).any(axis=1)
    return path[: int(far.argmax()) + 1] if far.any() else path


def _lines(bowl: Bowl, point: Array) -> Chart:
    margin_x, margin_y = 0.08 * np.ptp(bowl.x), 0.25 * np.ptp(bowl.y)
    ends = np.array([bowl.x.min() - margin_x, bowl.x.max() + margin_x])
    marks: list[Mark] = [
        Line(ends.tolist(), (bowl.best[0] * ends + bowl.best[1]).tolist(), label="best line", style=0, faint=True),
        Line(ends.tolist(), (point[0] * ends + point[1]).tolist(), label="line after the last step", style=1),
        Dots(bowl.x.tolist(), bowl.y.tolist(), style=0),
    ]
    y_span = (float(bowl.y.min() - margin_y), float(bowl.y.max() + margin_y))
    return Chart("The line w x + b", marks, "x", "y", (float(ends[0]), float(ends[1])), y_span)
