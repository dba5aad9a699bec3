"""The slope of a cost in a chart with two logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2l_helpers.errors import ArgumentError

__all__ = ["slope"]


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of the straight line that fits log(costs) over log(sizes) best, by least squares.

    Returns
    -------
    float
        1 if twice the size costs twice as much, 0 if the size does not matter, -1 if twice the size costs half.

    Raises
    ------
    ArgumentError
        If there are not two different sizes with a cost each, or a number is not positive.
    """
    if len(sizes) != len(costs) or len(set(sizes)) < 2 or min(*sizes, *costs) <= 0:
        raise ArgumentError(
            "Cannot fit a slope.",
            got=f"sizes {list(sizes)} and costs {list(costs)}",
            expected="at least two different positive sizes, and a positive cost for each",
            remedy="measure at more sizes",
        )
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])
