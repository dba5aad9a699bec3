"""Pictures of a line through examples: its errors, and the ways down over the contours of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.bowl import START, Array, Bowl, bowl_of
from d2l_helpers.figures.charts import Chart, Dots, Line, Mark
from d2l_helpers.figures.charts_plot import plot_charts
from d2l_helpers.figures.picture import Picture

__all__ = ["landscape", "plot_descent", "plot_fit"]

_ASPECT = 1.4  # of a plot: so one unit of w is as long as one of b, and steps leave contours at right angles
_FAR = 20.0  # spans; what lies farther away than this is not drawn


def plot_descent(X: Any, y: Any, paths: Mapping[str, Any]) -> Picture:
    """Plot ways down over the contours of the loss, side by side.

    Parameters
    ----------
    X, y : array
        Feature and target, each of shape (n,) or (n, 1).
    paths : mapping
        From one to three titles to the points (w, b) on the way.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target an example, or all features are equal, or a path is
        no sequence of pairs of numbers.
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
    return plot_charts([landscape(bowl, path, name) for name, path in walked.items()], alt)


def plot_fit(X: Any, y: Any, w: Any = None, b: Any = None, labels: tuple[str, str] = ("x", "y")) -> Picture:
    """Plot examples, and a line with its error at each of them.

    Parameters
    ----------
    X, y : array
        Feature and target, each of shape (n,) or (n, 1).
    w, b : float, optional
        The line w x + b; without them only the examples are shown.
    labels : tuple of str
        Names of feature and target, with their units.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target an example, or all features are equal.
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


def landscape(bowl: Bowl, path: Array, title: str) -> Chart:
    """Describe the contours of the loss over w and b, and a way down, whose points have shape (steps, 2)."""
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
