"""Show the polynomial that fits Hubble's nebulae, and its errors, for any degree and weight decay."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from d2l_helpers.data import DISTANCES, VELOCITIES
from d2l_helpers.figures import Chart, Dots, Line
from d2l_helpers.panels.exhibit import Exhibit, View, log_slider, slider
from d2l_helpers.training.regression import Array, powers, ridge

__all__ = ["errors", "explore_ridge", "fit", "predicted"]

_X, _Y = np.array(DISTANCES), np.array(VELOCITIES)
_IS_HELD_OUT = np.arange(len(_X)) % 3 == 1  # every third nebula, as in the notebook
_MIDDLE = 1.0  # Mpc; powers of x − 1, which lies between −1 and 1, can be told apart better than powers of x
_MOST, _LOW, _HIGH = 8, 1e-5, 1.0  # degree; weight decay
_DECAYS = np.geomspace(_LOW, _HIGH, 41)
_GRID = np.linspace(0.0, 2.1, 106)


def explore_ridge() -> Exhibit:
    """Show a polynomial and its errors on the nebulae that it was fitted to, and on those held out."""
    controls = (
        slider("degree", "degree", _MOST, low=1, high=_MOST, step=1),
        log_slider("wd", "weight decay", 1e-4, low=_LOW, high=_HIGH),
    )
    return Exhibit("Polynomials through Hubble's nebulae", controls, _show, room=(130, 90))


def fit(degree: int, wd: float) -> Array:
    """Return the weights of the polynomial, shape (degree + 1,), fitted to the nebulae that are not held out."""
    return ridge(powers(_X[~_IS_HELD_OUT] - _MIDDLE, degree), _Y[~_IS_HELD_OUT], wd)


def predicted(weights: Array, x: Array) -> Array:
    """Return the velocities in km/s that a polynomial predicts for distances in Mpc, shape (n,)."""
    return powers(x - _MIDDLE, len(weights) - 1) @ weights


@lru_cache(maxsize=512)
def errors(degree: int, wd: float) -> tuple[float, float]:
    """Return the root mean squared error in km/s, on the training nebulae and on those held out."""
    squares = (predicted(fit(degree, wd), _X) - _Y) ** 2
    return float(np.sqrt(squares[~_IS_HELD_OUT].mean())), float(np.sqrt(squares[_IS_HELD_OUT].mean()))


def _show(degree: int, wd: float) -> View:
    train, held_out = errors(degree, wd)
    line = errors(1, 0.0)
    text = (
        f"Degree {degree}, weight decay {wd:.2g}: the error is {train:,.0f} km/s on the {(~_IS_HELD_OUT).sum()} "
        f"training nebulae, {held_out:,.0f} km/s on the {_IS_HELD_OUT.sum()} held out.\n"
        f"A straight line without decay: {line[0]:.0f} and {line[1]:.0f} km/s."
    )
    return View(text, (_fit_chart(degree, wd), _error_chart(degree, wd)))


def _fit_chart(degree: int, wd: float) -> Chart:
    marks = (
        Line(_GRID.tolist(), predicted(fit(degree, wd), _GRID).tolist(), "fit", 2),
        Dots(_X[~_IS_HELD_OUT].tolist(), _Y[~_IS_HELD_OUT].tolist(), "training", 0),
        Dots(_X[_IS_HELD_OUT].tolist(), _Y[_IS_HELD_OUT].tolist(), "held out", 1),
    )
    return Chart("24 nebulae", marks, "distance, Mpc", "velocity, km/s", (0.0, 2.1), (-500.0, 1500.0))


def _error_chart(degree: int, wd: float) -> Chart:
    curves = np.array([errors(degree, decay) for decay in _DECAYS.tolist()]).T.tolist()
    now = errors(degree, wd)
    marks = (
        Line(_DECAYS.tolist(), curves[0], "training", 0),
        Line(_DECAYS.tolist(), curves[1], "held out", 1),
        Dots([wd], [now[0]], style=0),
        Dots([wd], [now[1]], style=1),
    )
    return Chart("Root mean squared error", marks, "weight decay", "km/s", (_LOW, _HIGH), (150.0, 600.0), log_x=True)
