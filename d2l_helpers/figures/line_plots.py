"""Pictures of fits to examples: a line with its errors, several curves, and paths of descent on the loss of a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import Chart, Dots, Line, Mark
from d2l_helpers.figures.charts_plot import plot_charts
from d2l_helpers.figures.images import to_numpy
from d2l_helpers.figures.line_loss import START, Array, LineLoss, line_loss
from d2l_helpers.figures.picture import Picture

__all__ = ["contour_chart", "plot_curves", "plot_descent", "plot_fit"]

_ASPECT = 1.4  # of a plot: one unit of w is as long as one of b, so that steps are at right angles to contours
_MARGIN = 0.25  # above and below the examples, as a fraction of their range
_FAR = 20.0  # times the axes' half lengths; points farther away are not drawn


def plot_descent(X: Any, y: Any, paths: Mapping[str, Any]) -> Picture:
    """Plot paths of gradient descent over the contours of the loss, side by side.

    Parameters
    ----------
    X, y : array
        The feature and the target, each of shape (n,) or (n, 1).
    paths : mapping
        From one to three titles to the points (w, b) of the path.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target per example, or all features are equal, or a path is
        no sequence of pairs of numbers.
    """
    loss = line_loss(X, y)
    walked = {name: np.asarray(path, dtype=np.float64) for name, path in paths.items()}
    odd = [path.shape for path in walked.values() if path.ndim != 2 or path.shape[1] != 2]
    if odd:
        raise ArgumentError(
            "Cannot plot this path.",
            got=f"points of shape {odd[0]}",
            expected="pairs (w, b), an array of shape (points, 2)",
            remedy="append (w, b) to a list after each step",
        )
    alt = f"Contours of the loss over w and b, narrow ellipses, and paths of gradient descent: {', '.join(walked)}. "
    alt += "The steps go from pale to strong; start, end and the best point are marked."
    return plot_charts(
        [contour_chart(loss, path, name, is_near=True) for name, path in walked.items()], alt, height=3.4
    )


def plot_fit(X: Any, y: Any, w: Any = None, b: Any = None, labels: tuple[str, str] = ("x", "y")) -> Picture:
    """Plot examples, and a line with its error at each example.

    Parameters
    ----------
    X, y : array
        The feature and the target, each of shape (n,) or (n, 1).
    w, b : float, optional
        The line w x + b; without w and b, only the examples are shown.
    labels : tuple of str
        The names of feature and target, with their units.

    Raises
    ------
    ArgumentError
        If there is not one finite feature and one finite target per example, or all features are equal.
    """
    loss = line_loss(X, y)
    examples = Dots(loss.x.tolist(), loss.y.tolist())
    what = f"{len(loss.x)} examples as dots: {labels[1]} against {labels[0]}"
    if w is None or b is None:
        return plot_charts([Chart("", [examples], *labels)], what + ".")
    slope, height = float(w), float(b)
    ends = [float(loss.x.min()), float(loss.x.max())]
    errors = [Line([x, x], [y, slope * x + height], "errors", 2) for x, y in zip(loss.x, loss.y, strict=True)]
    line = Line(ends, [slope * x + height for x in ends], "line", 1)
    return plot_charts([Chart("", [*errors, line, examples], *labels)], what + ", a line, and their distances from it.")


def plot_curves(
    points: Mapping[str, tuple[Any, Any]], curves: Mapping[str, tuple[Any, Any]], labels: tuple[str, str] = ("x", "y")
) -> Picture:
    """Plot groups of examples, such as training and held-out ones, and the curves that were fitted to them.

    Parameters
    ----------
    points : mapping
        From the name of each group to its features and targets, each of shape (n,) or (n, 1).
    curves : mapping
        From the name of each curve to its x and y, each of shape (m,) or (m, 1). Where a curve leaves the
        neighbourhood of the examples, it is cut off.
    labels : tuple of str
        The names of feature and target, with their units.

    Raises
    ------
    ArgumentError
        If a group or a curve does not have as many y as x, or no target is a finite number.
    """
    groups = {name: (to_numpy(x).ravel(), to_numpy(y).ravel()) for name, (x, y) in points.items()}
    drawn = {name: (to_numpy(x).ravel(), to_numpy(y).ravel()) for name, (x, y) in curves.items()}
    targets = np.concatenate([np.zeros(0), *(y for _, y in groups.values())])
    targets = targets[np.isfinite(targets)]
    if not len(targets):
        raise ArgumentError(
            "Cannot plot the curves.",
            got=f"{len(groups)} groups of examples without a finite target",
            expected="examples beside which the curves can be drawn",
            remedy="pass the examples first, as in plot_curves({'training': (x, y)}, {'line': (x, y_hat)})",
        )
    marks: list[Mark] = [
        Line(x.tolist(), y.tolist(), name, len(groups) + place) for place, (name, (x, y)) in enumerate(drawn.items())
    ]
    marks += [Dots(x.tolist(), y.tolist(), name, place) for place, (name, (x, y)) in enumerate(groups.items())]
    margin = _MARGIN * (np.ptp(targets) or 1.0)
    y_span = (float(targets.min() - margin), float(targets.max() + margin))
    alt = f"{labels[1]} against {labels[0]}. Dots: {', '.join(groups)}. Curves: {', '.join(drawn)}."
    return plot_charts([Chart("", marks, *labels, y_span=y_span)], alt)


def contour_chart(loss: LineLoss, path: Array, title: str, is_near: bool = False) -> Chart:
    """Return a chart of the contours of the loss over w and b, and of a path whose points have shape (steps, 2).

    By default, the best point is in the middle, and there is room for steps beyond it; `is_near` chooses the part
    between the start and the best point.
    """
    high = 1.3 * max(abs(loss.best[1] - START[1]), abs(loss.best[0] - START[0]) / _ASPECT, 0.5)
    centre = loss.best
    if is_near:
        high, centre = high / 2, (loss.best + START) / 2
    reach = np.array([_ASPECT * high, high])
    seen = _until_far(path, centre, reach)
    marks: list[Mark] = [Line(contour[0].tolist(), contour[1].tolist(), faint=True) for contour in loss.contours()]
    w, b = seen.T.tolist()
    best_w, best_b = loss.best.tolist()
    marks += [
        Line(w, b, "steps", style=1, in_order=True),
        Dots([best_w], [best_b], "best", style=0),
        Dots(w[:1], b[:1], "start", style=2),
        Dots(w[-1:], b[-1:], "end", style=3),
    ]
    w_span, b_span = ((float(z - r), float(z + r)) for z, r in zip(centre, reach, strict=True))
    return Chart(title, marks, "w", "b", w_span, b_span)


def _until_far(path: Array, centre: Array, reach: Array) -> Array:
    far = (np.abs(path - centre) > _FAR * reach).any(axis=1)
    return path[: int(far.argmax()) + 1] if far.any() else path
