"""Lines through points: by least squares, by least absolute errors, and by the Huber loss between the two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError

__all__ = ["Array", "Fit", "huber_fit", "huber_loss", "huber_pull", "least_absolute", "least_squares"]

Array = npt.NDArray[np.float64]
Fit = tuple[float, float]  # w and b

_MOST_STEPS = 2000
_CLOSE = 1e-9  # how little w and b still change when the fit is done


def least_squares(x: Array, y: Array) -> Fit:
    """Give the (w, b) of the line whose squared errors have the smallest sum; `x` and `y` have shape (n,)."""
    w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float(w), float(y.mean() - w * x.mean())


def least_absolute(x: Array, y: Array) -> Fit:
    """Give the (w, b) of a line whose absolute errors have the smallest sum; `x` has no value twice.

    Some best line goes through two of the points, so all pairs are tried.
    """
    i, j = np.triu_indices(len(x), 1)
    w = (y[j] - y[i]) / (x[j] - x[i])
    b = y[i] - w * x[i]
    best = np.abs(w[:, None] * x + b[:, None] - y).sum(axis=1).argmin()
    return float(w[best]), float(b[best])


def huber_loss(residual: Array, delta: float) -> Array:
    """Give half the square of a residual up to `delta`, and the straight line that continues it beyond."""
    size = np.abs(residual)
    return np.where(size <= delta, residual**2 / 2, delta * (size - delta / 2))


def huber_pull(residual: Array, delta: float) -> Array:
    """Give the slope of `huber_loss`: the residual itself, but no more than `delta` to either side."""
    return np.clip(residual, -delta, delta)


def huber_fit(x: Array, y: Array, delta: float) -> Fit:
    """Fit a line with the Huber loss, by least squares whose weights are set anew from the line before.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        The points; `x` has no value twice.
    delta : float
        Above 0, in the unit of `y`.

    Returns
    -------
    w, b : float
        Slope and intercept.

    Raises
    ------
    ArgumentError
        If `delta` is not above 0.
    """
    if not delta > 0:
        raise ArgumentError(
            "Cannot fit with the Huber loss.",
            got=f"delta={delta!r}",
            expected="a number above 0",
            remedy="pass a small one, such as 0.01, for what is nearly the absolute loss",
        )
    w, b = least_absolute(x, y)  # near the end for a small delta, and for a large one a single step makes up for it
    for _ in range(_MOST_STEPS):
        before = w, b
        weights = delta / np.maximum(np.abs(w * x + b - y), delta)
        w, b = _weighted_least_squares(x, y, weights)
        if abs(w - before[0]) + abs(b - before[1]) < _CLOSE:
            break
    return w, b


def _weighted_least_squares(x: Array, y: Array, weights: Array) -> Fit:
    share = weights / weights.sum()
    from_middle = x - share @ x
    w = float((share * from_middle) @ y / ((share * from_middle) @ from_middle))
    return w, float(share @ y - w * (share @ x))
