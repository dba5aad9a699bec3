"""Fit a line to points with the squared, absolute or Huber loss, and a polynomial with weight decay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError

__all__ = [
    "Array",
    "Fit",
    "huber_fit",
    "huber_loss",
    "huber_pull",
    "least_absolute",
    "least_squares",
    "powers",
    "ridge",
]

Array = npt.NDArray[np.float64]
Fit = tuple[float, float]  # w and b

_MOST_STEPS = 2000
_CLOSE = 1e-9  # the fit is finished when w and b change by less


def least_squares(x: Array, y: Array) -> Fit:
    """Return the (w, b) of the line with the smallest sum of squared errors; `x` and `y` have shape (n,)."""
    w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float(w), float(y.mean() - w * x.mean())


def least_absolute(x: Array, y: Array) -> Fit:
    """Return the (w, b) of a line with the smallest sum of absolute errors; the values of `x` are distinct.

    Some best line goes through two of the points, so all pairs are tried.
    """
    i, j = np.triu_indices(len(x), 1)
    w = (y[j] - y[i]) / (x[j] - x[i])
    b = y[i] - w * x[i]
    best = np.abs(w[:, None] * x + b[:, None] - y).sum(axis=1).argmin()
    return float(w[best]), float(b[best])


def huber_loss(residual: Array, delta: float) -> Array:
    """Return half the square of a residual up to `delta`, and beyond it the tangent at `delta`."""
    size = np.abs(residual)
    return np.where(size <= delta, residual**2 / 2, delta * (size - delta / 2))


def huber_pull(residual: Array, delta: float) -> Array:
    """Return the slope of `huber_loss`: the residual, clipped to at most `delta` to either side."""
    return np.clip(residual, -delta, delta)


def huber_fit(x: Array, y: Array, delta: float) -> Fit:
    """Fit a line with the Huber loss, by iteratively reweighted least squares.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        The points; the values of `x` are distinct.
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
            remedy="pass a small number, such as 0.01, which is close to the absolute loss",
        )
    w, b = least_absolute(x, y)  # close to the result for a small delta; a large delta needs few steps anyway
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


def powers(x: Array, degree: int) -> Array:
    """Return the powers 0 to `degree` of `x`, shape (n,), side by side: shape (n, degree + 1)."""
    return np.asarray(x)[:, None] ** np.arange(degree + 1)


def ridge(A: Array, y: Array, wd: float) -> Array:
    """Return the weights with the lowest loss, where the loss includes weight decay.

    Gradient descent with Gluon's ``Trainer(..., {"wd": wd})`` goes to the same weights if the bias is exempt from the
    decay: ``bias.wd_mult = 0``.

    Parameters
    ----------
    A : ndarray, shape (n, d)
        The features; the first column is ones, and its weight, the bias, does not decay.
    y : ndarray, shape (n,)
        The targets.
    wd : float
        The loss is half the mean squared error plus `wd` / 2 times the sum of the other weights' squares.

    Returns
    -------
    ndarray, shape (d,)
        The weights, the bias first.
    """
    decay = wd * len(A) * np.eye(A.shape[1])
    decay[0, 0] = 0.0
    return np.asarray(np.linalg.solve(A.T @ A + decay, A.T @ y))
