"""Check which epoch early stopping keeps, by three conditions that one epoch alone meets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from d2l_helpers.exercises.expectations import as_number, expect

__all__ = ["check_epoch_to_keep"]


def check_epoch_to_keep(epoch_to_keep: Callable[[list[float], int], Any]) -> None:
    """Raise NotYet at the first list of losses for which another epoch's weights are to be kept."""
    for losses, patience in _held_out_losses():
        call = f"epoch_to_keep({losses}, {patience})"
        epoch = as_number(epoch_to_keep(list(losses), patience), call)
        is_epoch = epoch in range(1, len(losses) + 1)
        expect(is_epoch, got=f"{call} is {epoch:g}", expected=f"an epoch, counted from 1 to {len(losses)}")
        problem = _what_is_wrong(losses, patience, int(epoch))
        expect(not problem, got=f"{call} is {epoch:g}, {problem}", expected="the epoch whose weights are to be kept")


def _what_is_wrong(losses: Sequence[float], patience: int, epoch: int) -> str:
    """Return why training would not keep this epoch, or ""; only one epoch meets all three conditions."""
    best = losses[epoch - 1]
    as_good = [n for n in range(1, epoch) if losses[n - 1] <= best]
    if as_good:
        return f"but the loss of epoch {as_good[0]} was as low or lower"
    later = [n for n in _waited(losses, patience, epoch) if losses[n - 1] < best]
    if later:
        return f"but epoch {later[0]} has a lower loss, within {_epochs(patience)} after epoch {epoch}"
    for n in range(1, epoch):
        is_lowest = losses[n - 1] < min(losses[: n - 1], default=math.inf)
        if is_lowest and all(losses[m - 1] >= losses[n - 1] for m in _waited(losses, patience, n)):
            return f"but training had ended by then: no lower loss came within {_epochs(patience)} after epoch {n}"
    return ""


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def _waited(losses: Sequence[float], patience: int, epoch: int) -> range:
    """Return the epochs after `epoch` in which training waits for a lower loss."""
    return range(epoch + 1, min(epoch + patience, len(losses)) + 1)


def _held_out_losses() -> Iterator[tuple[list[float], int]]:
    """Yield random losses around 1, with many ties, and patiences; short lists first, because they are easy to read."""
    generator = np.random.default_rng(5)
    for length in np.repeat(np.arange(1, 9), 40):
        yield [float(loss) for loss in generator.integers(5, 15, length) / 10], int(generator.integers(1, 5))
