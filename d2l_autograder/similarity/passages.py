"""Find the passages that two answers share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from typing import NamedTuple

from d2l_autograder.similarity.fingerprints import WINDOW

__all__ = ["Passage", "passages"]

_MOST_PLACES = 8  # of one window in an answer: code that repeats itself could take minutes


class Passage(NamedTuple):
    """A run of tokens that two answers share: where it begins in each, and how many tokens it has."""

    first: int
    second: int
    length: int


def passages(
    first: Sequence[int], second: Sequence[int], ignored: Container[int], window: int = WINDOW
) -> list[Passage]:
    """Return the passages that two answers share, none of which overlap; of those that do, the longest is taken.

    Parameters
    ----------
    first, second : sequence of int
        The hashes of each answer's windows.
    ignored : container of int
        Hashes that say nothing, such as those of the stub.
    window : int, optional
        How many tokens a window has.

    Returns
    -------
    list of Passage
        In the order of the first answer.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(second):
        if value not in ignored and len(places[value]) < _MOST_PLACES:
            places[value].append(place)
    runs = []
    open_runs: dict[int, int] = {}  # by the second's end: the run's length in windows
    for place, value in enumerate(first):
        here = {}
        for other in places.get(value, ()):
            here[other] = open_runs.get(other - 1, 0) + 1
        for other, length in open_runs.items():
            if other + 1 not in here:
                runs.append(Passage(place - length, other - length + 1, length + window - 1))
        open_runs = here
    runs += [
        Passage(len(first) - length, other - length + 1, length + window - 1) for other, length in open_runs.items()
    ]
    return _apart(runs, window)


def _apart(runs: list[Passage], window: int) -> list[Passage]:
    """Return runs cut to what no longer run has taken; what is left of a run is dropped if no window fits in."""
    taken_first: set[int] = set()
    taken_second: set[int] = set()
    found = []
    waiting = sorted(runs, key=lambda run: (-run.length, run.first, run.second))
    for run in waiting:
        start = 0
        for step in range(run.length + 1):
            is_free = (
                step < run.length and run.first + step not in taken_first and run.second + step not in taken_second
            )
            if is_free:
                continue
            if step - start >= window:
                found.append(Passage(run.first + start, run.second + start, step - start))
                taken_first.update(range(run.first + start, run.first + step))
                taken_second.update(range(run.second + start, run.second + step))
            start = step + 1
    return sorted(found)
