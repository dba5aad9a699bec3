"""Hints, one after the other."""

from __future__ import annotations

import threading
from collections import Counter

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.feedback import Message, note_message, show

__all__ = ["count_hint", "given_hints", "hint", "hint_message"]

_given: Counter[str] = Counter()
_counting = threading.Lock()  # a button's callback may run beside a cell


def hint(name: str) -> None:
    """Show the next hint of an exercise; there are three, and after the last it is shown again.

    Parameters
    ----------
    name : str
        The exercise, as in ``hint("stable_softmax")``.

    Raises
    ------
    ArgumentError
        If there is no such exercise.
    """
    exercise = find(name)
    show(hint_message(exercise, count_hint(exercise)))


def count_hint(exercise: Exercise) -> int:
    """Count one more hint as given, three at most; return how many are given now."""
    with _counting:
        _given[exercise.name] = min(_given[exercise.name] + 1, len(exercise.hints))
        return _given[exercise.name]


def given_hints(exercise: Exercise) -> int:
    """Return how many hints of an exercise were given in this kernel, by `hint` or by a button."""
    return _given[exercise.name]


def hint_message(exercise: Exercise, number: int) -> Message:
    """Write a hint of an exercise; `number` counts from 1."""
    return note_message(f"{exercise.title}: hint {number} of {len(exercise.hints)}", exercise.hints[number - 1])
