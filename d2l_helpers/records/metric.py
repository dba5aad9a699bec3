"""Define a recorded metric, and the tolerances that were derived for the chapter's models."""

from __future__ import annotations

import math
import reprlib
from dataclasses import dataclass
from typing import TypeGuard

from d2l_helpers.errors import RecordError

__all__ = ["LOSS", "TRAIN_ACCURACY", "TEST_ACCURACY", "METRICS_TYPE", "Metric", "checked_metric"]

LOSS = 1e-4
"""Tolerance of a loss, in its own unit (nats for cross-entropy), for a convex model trained again from the same seed.

Between instruction sets (SSE4.1, AVX2, AVX-512), with oneDNN off and between MXNet 1.6.0 and 1.9.1 the loss of softmax
regression moved by 5.2e-7 at most, and between seeds by a standard deviation of 3e-4 to 1.3e-3. 1e-4 is 200 times the
first and well below the second. Models with a hidden layer vary more: measure a tolerance for them over several seeds.
"""

TRAIN_ACCURACY = 1e-4
"""Tolerance of a train accuracy, as a fraction, for a convex model trained again from the same seed.

The same runs moved it by 1 image of 60,000 at most, 1.7e-5; this allows 6. Two seeds differ by 5e-4 or more (one
standard deviation).
"""

TEST_ACCURACY = 5e-4
"""Tolerance of a test accuracy, as a fraction, for a convex model trained again from the same seed.

The same runs moved it by 0 images of 10,000 in 200 readings; this allows 5. Two seeds differ by 46 images or more (one
standard deviation). Together the three tolerances let a lost seed pass about once in 200 times; ±0.002 is too loose.
"""

METRICS_TYPE = "application/vnd.d2l-helpers.metrics+json"
"""MIME type of the numbers: ``{name: {"value": number or [number, …], "tolerance": number}}``."""


@dataclass(frozen=True)
class Metric:
    """One recorded metric.

    Attributes
    ----------
    value : float or tuple of float
        The number, or one number per epoch.
    tolerance : float
        How far another run may be from each number, in the metric's own unit; 0 means exactly equal.
    """

    value: float | tuple[float, ...]
    tolerance: float


def checked_metric(name: str, value: object, tolerance: object) -> Metric:
    """Return a metric made of numbers that may come from anywhere.

    Parameters
    ----------
    name : str
        The metric's name, for the message.
    value : object
        A finite number or a list of them, or else an error.
    tolerance : object
        A finite number, 0 or more, or else an error.

    Returns
    -------
    Metric
        The metric, its numbers as floats.

    Raises
    ------
    RecordError
        If `value` or `tolerance` is anything else.
    """
    given = value if isinstance(value, list) else [value]
    numbers = tuple(float(number) for number in given if _is_finite(number))
    if not numbers or len(numbers) < len(given):
        raise RecordError(
            f"The metric {name!r} cannot be recorded or compared",
            got=reprlib.repr(value),
            expected="a finite number, or a list of them",
            remedy="find where the training diverged; a smaller learning rate often helps",
        )
    if not _is_finite(tolerance) or tolerance < 0:
        raise RecordError(
            f"The metric {name!r} has no usable tolerance",
            got=reprlib.repr(tolerance),
            expected="a finite number, 0 (exactly equal) or more",
            remedy="use LOSS, TRAIN_ACCURACY or TEST_ACCURACY of d2l_helpers.records",
        )
    return Metric(numbers if isinstance(value, list) else numbers[0], float(tolerance))


def _is_finite(number: object) -> TypeGuard[float]:
    try:
        return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
    except OverflowError:  # an integer too large for a float
        return False
