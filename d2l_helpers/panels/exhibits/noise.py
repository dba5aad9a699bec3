"""Compare the lines that the squared and the absolute loss fit to noisy points with one outlier."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from d2l_helpers.figures import Chart, Dots, Line
from d2l_helpers.panels.exhibit import Exhibit, View, choice, slider
from d2l_helpers.training.regression import Array, Fit, least_absolute, least_squares

__all__ = ["explore_noise", "off_by", "trips", "usually_off_by"]

_TRUTH = (4.0, 6.0)  # minutes per kilometre, minutes per trip
_X = np.linspace(0.2, 4.0, 20)
_NOISE = 1.5  # standard deviation in minutes, whatever the distribution
_LATE = 18  # the trip with the flat tyre, 3.8 km: an outlier far from the middle turns the line
_MOST = 30  # minutes lost to it
_DRAWS = 200
_KINDS = ("Gaussian", "Laplace")


def explore_noise() -> Exhibit:
    """Show the lines of least squares and least absolute errors, for Gaussian and Laplace noise and one outlier."""
    for kind in _KINDS:
        usually_off_by(kind)  # compute the cached result now: it takes too long for a slider's callback
    controls = (
        choice("kind", "noise", _KINDS, _KINDS[0]),
        slider("minutes_lost", "minutes lost", 20, low=0, high=_MOST, step=1),
        slider("draw", "draw", 1, low=1, high=20, step=1),
    )
    return Exhibit("Two losses, a flat tyre, and two kinds of noise", controls, _show, room=(140, 75))


def trips(kind: str, draw: int, minutes_lost: float = 0.0) -> Array:
    """Return the minutes of the twenty trips, shape (20,), from a random generator with the seed `draw` + 4."""
    uniform = np.random.default_rng(draw + 4).random(len(_X))
    y = _TRUTH[0] * _X + _TRUTH[1] + _NOISE * _quantiles(kind, uniform)
    y[_LATE] += minutes_lost
    return y


def off_by(fit: Fit) -> float:
    """Return the mean distance of a line from the true one over the trips, in minutes."""
    return float(np.abs((fit[0] - _TRUTH[0]) * _X + fit[1] - _TRUTH[1]).mean())


@lru_cache
def usually_off_by(kind: str) -> tuple[float, float]:
    """Return `off_by` of the two lines, on average over 200 draws without a flat tyre."""
    fits = [(least_squares(_X, y), least_absolute(_X, y)) for y in (trips(kind, draw + 1) for draw in range(_DRAWS))]
    squares, absolutes = (float(np.mean([off_by(fit) for fit in column])) for column in zip(*fits, strict=True))
    return squares, absolutes


def _quantiles(kind: str, uniform: Array) -> Array:
    """Return noise of mean 0 and variance 1 from uniform numbers; both kinds use the same ones."""
    if kind == _KINDS[0]:
        normal = NormalDist()
        return np.array([normal.inv_cdf(u) for u in uniform.tolist()])
    middle = uniform - 0.5
    return np.asarray(-np.sign(middle) * np.log(1 - 2 * np.abs(middle)) / np.sqrt(2))


@lru_cache(maxsize=64)
def _errors(kind: str, draw: int) -> tuple[list[float], list[float]]:
    """Return `off_by` of the two lines for each number of minutes lost."""
    all_trips = [trips(kind, draw, lost) for lost in range(_MOST + 1)]
    return [off_by(least_squares(_X, y)) for y in all_trips], [off_by(least_absolute(_X, y)) for y in all_trips]


def _show(kind: str, minutes_lost: int, draw: int) -> View:
    y = trips(kind, draw, minutes_lost)
    squares, absolutes = _errors(kind, draw)
    usual = usually_off_by(kind)
    text = (
        f"{kind} noise, draw {draw}, {minutes_lost} minutes lost to a flat tyre: the squared line is "
        f"{squares[minutes_lost]:.2f} minutes off on average, the absolute line {absolutes[minutes_lost]:.2f}.\n"
        f"Over {_DRAWS} draws without a flat tyre, the means are {usual[0]:.2f} and {usual[1]:.2f} minutes."
    )
    return View(text, (_trips_chart(y), _errors_chart(squares, absolutes, minutes_lost)))


def _trips_chart(y: Array) -> Chart:
    ends = np.array([0.0, 4.2])

    def line(fit: Fit, label: str, style: int, faint: bool = False) -> Line:
        return Line(ends.tolist(), (fit[0] * ends + fit[1]).tolist(), label, style, faint)

    marks = (
        line(_TRUTH, "true line", 0, faint=True),
        line(least_squares(_X, y), "squared loss", 1),
        line(least_absolute(_X, y), "absolute loss", 2),
        Dots(_X.tolist(), y.tolist(), style=0),
    )
    return Chart("Twenty trips, one with a flat tyre", marks, "kilometres", "minutes", (0.0, 4.2), (0.0, 58.0))


def _errors_chart(squares: list[float], absolutes: list[float], now: int) -> Chart:
    lost = list(range(_MOST + 1))
    marks = (
        Line(lost, squares, "squared loss", 1),
        Line(lost, absolutes, "absolute loss", 2),
        Dots([now], [squares[now]], style=1),
        Dots([now], [absolutes[now]], style=2),
    )
    return Chart(
        "How far the line is off", marks, "minutes lost to the tyre", "minutes", (-1.0, _MOST + 1.0), (0.0, 3.0)
    )
