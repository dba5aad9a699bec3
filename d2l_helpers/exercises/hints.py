"""Hints, one after the other."""

from __future__ import annotations

from collections import Counter

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.feedback import show_note

__all__ = ["hint"]

_given: Counter[str] = Counter()


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
    number = min(_given[exercise.name] + 1, len(exercise.hints))
    _given[exercise.name] = number
    show_note(f"{exercise.title}: hint {number} of {len(exercise.hints)}", exercise.hints[number - 1])
