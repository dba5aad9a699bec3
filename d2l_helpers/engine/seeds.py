"""Seed Python's, NumPy's and MXNet's random generators together."""

from __future__ import annotations

import numbers
import random

import numpy as np

from d2l_helpers.errors import ArgumentError

__all__ = ["seed_all"]


def seed_all(seed: int = 0) -> None:
    """Seed all three random generators that a Gluon notebook uses.

    MXNet's makes the initial weights, NumPy's shuffles the examples, and Python's shuffles in loops written from
    scratch. Call `seed_all` at the top of the cell that trains: then running the cell again prints the same numbers.

    Parameters
    ----------
    seed : int
        From 0 to 2**31 - 1, the range that all three accept.

    Raises
    ------
    ArgumentError
        If the seed is not such an integer.
    """
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise ArgumentError(
            "Cannot seed the random number generators.",
            got=f"seed={seed!r}",
            expected="an integer from 0 to 2**31 - 1",
            remedy="call seed_all(0)",
        )
    import mxnet

    random.seed(int(seed))
    np.random.seed(int(seed))
    mxnet.random.seed(int(seed))
