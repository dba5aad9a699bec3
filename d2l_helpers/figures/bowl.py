"""The loss of a line over (w, b): a bowl, its bottom, its contours, and the way down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.images import to_numpy

__all__ = ["START", "Array", "Bowl", "bowl_of"]

Array = npt.NDArray[np.float64]

START = (0.0, 0.0)
_RINGS = (1.0, 0.5, 0.25, 0.125, 0.0625)  # sizes of the contours; the largest goes through the start


@dataclass(frozen=True)
class Bowl:
    """Half the mean squared error of the line w x + b, which is a quadratic function of (w, b).

    Attributes
    ----------
    x, y : numpy.ndarray
        Feature and target, shape (n,).
    """

    x: Array
    y: Array

    @property
    def curvature(self) -> Array:
        """The second derivatives by w and b, shape (2, 2)."""
        mean = self.x.mean()
        return np.array([[(self.x**2).mean(), mean], [mean, 1.0]])

    @property
    def steepest(self) -> float:
        """The largest curvature in any direction; descent converges below the rate of 2 / steepest."""
        return float(np.linalg.eigvalsh(self.curvature)[-1])

    @property
    def best(self) -> Array:
        """The (w, b) of the lowest loss."""
        return np.linalg.solve(self.curvature, [(self.x * self.y).mean(), self.y.mean()])

    def loss(self, point: Sequence[float] | Array) -> float:
        """Half the mean squared error at the point (w, b)."""
        w, b = point
        return float(((w * self.x + b - self.y) ** 2).mean() / 2)

    def path(self, learning_rate: float, num_steps: int) -> Array:
        """Walk downhill from (0, 0).

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

    def rings(self) -> list[Array]:
        """Return the contours of the loss, as ellipses of shape (2, points).

        From one to the next the loss, less the lowest, falls to a quarter.
        """
        values, vectors = np.linalg.eigh(self.curvature)
        away = self.best - START
        angle = np.linspace(0, 2 * np.pi, 181)
        circle = np.sqrt(away @ self.curvature @ away) * np.stack([np.cos(angle), np.sin(angle)])
        ellipse = vectors @ (circle / np.sqrt(values)[:, None])
        return [self.best[:, None] + size * ellipse for size in _RINGS]


def bowl_of(X: Any, y: Any) -> Bowl:
    """Take one feature and one target an example.

    Parameters
    ----------
    X, y : array, shape (n,) or (n, 1)
        MXNet's or NumPy's.

    Raises
    ------
    ArgumentError
        If they have other shapes or are not finite, or all features are equal.
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
            "take examples whose features differ: through these, a line of any slope fits as well",
        )
    return Bowl(features.ravel(), targets.ravel())


def _refused(got: str, remedy: str) -> ArgumentError:
    return ArgumentError(
        "Cannot draw the loss of a line.",
        got=got,
        expected="finite numbers, one feature and one target an example, at least two different features",
        remedy=remedy,
    )
