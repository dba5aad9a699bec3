"""The squared loss of a line as a function of (w, b): its minimum, its contours, and the path of gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.images import to_numpy

__all__ = ["START", "Array", "LineLoss", "line_loss"]

Array = npt.NDArray[np.float64]

START = (0.0, 0.0)  # w and b before the first step
_CONTOURS = (1.0, 0.5, 0.25, 0.125, 0.0625)  # their relative sizes; the largest contour goes through the start


@dataclass(frozen=True)
class LineLoss:
    """Half the mean squared error of the line w x + b, a quadratic function of (w, b).

    Attributes
    ----------
    x, y : numpy.ndarray
        The feature and the target, shape (n,).
    """

    x: Array
    y: Array

    @property
    def curvature(self) -> Array:
        """The second derivatives with respect to w and b, shape (2, 2)."""
        mean = self.x.mean()
        return np.array([[(self.x**2).mean(), mean], [mean, 1.0]])

    @property
    def steepest(self) -> float:
        """The largest curvature in any direction; gradient descent converges at learning rates below 2 / steepest."""
        return float(np.linalg.eigvalsh(self.curvature)[-1])

    @property
    def best(self) -> Array:
        """The (w, b) with the lowest loss, shape (2,)."""
        return np.linalg.solve(self.curvature, [(self.x * self.y).mean(), self.y.mean()])

    def at(self, point: Sequence[float] | Array) -> float:
        """Return half the mean squared error at the point (w, b)."""
        w, b = point
        return float(((w * self.x + b - self.y) ** 2).mean() / 2)

    def path(self, learning_rate: float, num_steps: int) -> Array:
        """Return the path of gradient descent from (0, 0).

        Returns
        -------
        numpy.ndarray, shape (num_steps + 1, 2)
            The points (w, b), the start first.
        """
        points = [np.array(START)]
        for _ in range(num_steps):
            w, b = points[-1]
            error = w * self.x + b - self.y
            points.append(points[-1] - learning_rate * np.array([(error * self.x).mean(), error.mean()]))
        return np.array(points)

    def contours(self) -> list[Array]:
        """Return contours of the loss, ellipses of shape (2, points).

        From each contour to the next one inward, the excess over the minimum falls to a quarter.
        """
        values, vectors = np.linalg.eigh(self.curvature)
        away = self.best - START
        angle = np.linspace(0, 2 * np.pi, 181)
        circle = np.sqrt(away @ self.curvature @ away) * np.stack([np.cos(angle), np.sin(angle)])
        ellipse = vectors @ (circle / np.sqrt(values)[:, None])
        return [self.best[:, None] + size * ellipse for size in _CONTOURS]


def line_loss(X: Any, y: Any) -> LineLoss:
    """Return the loss for examples of one feature and one target.

    Parameters
    ----------
    X, y : array, shape (n,) or (n, 1)
        Arrays of MXNet or NumPy.

    Raises
    ------
    ArgumentError
        If the arrays have other shapes or are not finite, or all features are equal.
    """
    features, targets = (to_numpy(array).astype(np.float64) for array in (X, y))
    one_each = all(a.ndim == 1 or a.shape[1:] == (1,) for a in (features, targets)) and len(features) == len(targets)
    if not one_each or not len(features):
        raise _refused(
            f"X of shape {features.shape} and y of shape {targets.shape}", "choose one column, as in X[:, 0]"
        )
    for name, array in (("X", features), ("y", targets)):
        if not np.isfinite(array).all():
            index = int(np.flatnonzero(~np.isfinite(array))[0])
            raise _refused(f"{name}[{index}] = {array.ravel()[index]}", "leave out the examples that hold nan or inf")
    if np.ptp(features) == 0:
        raise _refused(
            f"X whose features are all {features.flat[0]:g}",
            "take examples with different features; to these, a line of any slope fits equally well",
        )
    return LineLoss(features.ravel(), targets.ravel())


def _refused(got: str, remedy: str) -> ArgumentError:
    return ArgumentError(
        "Cannot draw the loss of a line.",
        got=got,
        expected="finite numbers, one feature and one target per example, at least two different features",
        remedy=remedy,
    )
