"""Draw least squares as a projection: the nearest point to y in the plane of all predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import stroke
from d2l_helpers.figures.images import to_numpy
from d2l_helpers.figures.picture import FONT_SIZE, Picture

__all__ = ["plot_projection"]

Array = npt.NDArray[np.float64]

_SIZE = (4.6, 2.9)  # inches
_TILT = 0.42  # the visible fraction of a depth in the plane
_FRONT = -np.pi / 2  # the columns point to the front, where a small angle between them looks large
_ALT = (
    "A plane that holds the predictions of all lines, and the measured y above it. An upright line, the error, joins y "
    "to the nearest point of the plane, y-hat. Two arrows show where y-hat goes if one of the parameters grows."
)
_ALT_OF_GUESS = " A longer, dashed line joins y to a guess elsewhere in the plane."


def plot_projection(A: Any, y: Any, guess: Any = None, names: tuple[str, str] = ("w", "b")) -> Picture:
    """Plot the labels y above the plane of the predictions A @ v, seen from the side, with the nearest one.

    Any number of examples can be drawn exactly, because y and the plane lie in three dimensions.

    Parameters
    ----------
    A : array, shape (n, 2)
        One column for each parameter.
    y : array, shape (n,)
        The labels.
    guess : array, shape (2,), optional
        Other parameters, whose prediction is drawn with its distance from y.
    names : tuple of str
        The names of the parameters.

    Raises
    ------
    ArgumentError
        If the shapes are others, a number is not finite, the columns span no plane, or y lies in the plane.
    """
    columns, target = (to_numpy(array).astype(np.float64) for array in (A, y))
    other = None if guess is None else to_numpy(guess).astype(np.float64)
    _check(columns, target, other)
    best = np.linalg.lstsq(columns, target, rcond=None)[0]
    above = float(np.linalg.norm(target - columns @ best))
    inside = _coordinates(columns)
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set(aspect="equal")
    axes.set_axis_off()
    rival = None if other is None else inside @ (other - best)
    _draw_plane(axes, 1.25 * max(above, 0.0 if rival is None else float(np.abs(rival).max())))
    _draw_sticks(axes, above, rival)
    _draw_arrows(axes, above, inside, names)
    return Picture(figure, _ALT + (_ALT_OF_GUESS if guess is not None else ""))


def _check(columns: Array, target: Array, guess: Array | None) -> None:
    if guess is not None and (guess.shape != (2,) or not np.isfinite(guess).all()):
        raise ArgumentError(
            "Cannot draw the guess.",
            got=f"an array of shape {guess.shape}" + (" with infinity or NaN" if guess.shape == (2,) else ""),
            expected="two finite numbers, one for each column of A",
            remedy="pass both parameters, as in guess=(4.0, 8.0)",
        )
    fits = columns.ndim == 2 and columns.shape[1] == 2 and target.shape == columns.shape[:1]
    is_finite = fits and bool(np.isfinite(columns).all() and np.isfinite(target).all())
    if is_finite and np.linalg.matrix_rank(columns) == 2:
        rank = np.linalg.matrix_rank(np.column_stack([columns, target]))
        if rank == 3:
            return
    raise ArgumentError(
        "Cannot draw the projection.",
        got=f"A of shape {columns.shape} and y of shape {target.shape}",
        expected="finite numbers, two columns that are no multiples of each other, and a y outside their plane",
        remedy="choose examples that no line fits, as in plot_projection(np.stack([x, np.ones_like(x)], axis=1), y)",
    )


def _coordinates(columns: Array) -> Array:
    """Return the columns in coordinates of their plane, to the right and to the back, shape (2, 2)."""
    inside = np.linalg.qr(columns)[1]
    first, second = (column / np.linalg.norm(column) for column in inside.T)
    middle = first + second
    turn = _FRONT - np.arctan2(middle[1], middle[0])
    return np.asarray(np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ inside)


def _seen(point: Array, height: float = 0.0) -> tuple[float, float]:
    """Return where a point of the plane, or one above it, is seen."""
    return float(point[0]), float(_TILT * point[1] + np.sqrt(1 - _TILT**2) * height)


def _draw_plane(axes: Axes, half: float) -> None:
    corners = [_seen(half * np.array(corner)) for corner in ((-1.3, -0.5), (0.5, -1.3), (1.3, 0.5), (-0.5, 1.3))]
    axes.fill(*zip(*corners, strict=True), color=stroke(5).colour, alpha=0.25, linewidth=0)
    look: Any = {"textcoords": "offset points", "ha": "center", "fontsize": FONT_SIZE}
    axes.annotate("the predictions of all lines", corners[1], (0, -13), **look)


def _draw_sticks(axes: Axes, above: float, rival: Array | None) -> None:
    foot, top = _seen(np.zeros(2)), _seen(np.zeros(2), above)
    if rival is not None:
        place = _seen(rival)
        axes.plot(*zip(place, top, strict=True), color=stroke(1).colour, linewidth=1.4, linestyle=(0, stroke(1).dashes))
        _point(axes, place, "guess", 1, (8, -4))
    axes.plot(*zip(foot, top, strict=True), color=stroke(0).colour, linewidth=1.8)
    _point(axes, foot, "ŷ, the best line", 0, (-7, -2))
    _point(axes, top, "y, as measured", 0, (7, 2))
    look: Any = {"textcoords": "offset points", "ha": "right", "fontsize": FONT_SIZE}
    axes.annotate("error", (foot[0], 0.55 * top[1]), (-5, 0), **look)


def _point(axes: Axes, place: tuple[float, float], text: str, style: int, offset: tuple[int, int]) -> None:
    axes.plot(*place, color=stroke(style).colour, marker=stroke(style).marker, markersize=5)
    side = "right" if offset[0] < 0 else "left"
    axes.annotate(text, place, offset, textcoords="offset points", ha=side, fontsize=FONT_SIZE)


def _draw_arrows(axes: Axes, length: float, inside: Array, names: tuple[str, str]) -> None:
    """Draw from the foot where more of each parameter leads, and the right angle to the error."""
    foot, corner = _seen(np.zeros(2)), 0.15 * length
    for column, name in zip(inside.T, names, strict=True):
        way = column / np.linalg.norm(column)
        arrow: Any = {"arrowstyle": "->", "color": stroke(2).colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", _seen(length * way), foot, arrowprops=arrow)
        tip, side = _seen(1.1 * length * way), "left" if way[0] > 0 else "right"
        axes.annotate(f"more {name}", tip, ha=side, va="center", fontsize=FONT_SIZE)
        angle = [_seen(corner * way), _seen(corner * way, corner), _seen(np.zeros(2), corner)]
        axes.plot(*zip(*angle, strict=True), color=stroke(2).colour, linewidth=1)
