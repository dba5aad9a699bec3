"""Show the hints of an exercise, one after the other."""

from __future__ import annotations

import threading
from collections import Counter

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.key_text import solution_text
from d2l_helpers.messages import Message, note_message, show
from d2l_helpers.records import is_recording

__all__ = ["count_hint", "shown_hints", "hint", "hint_message"]

_shown: Counter[str] = Counter()
_counting = threading.Lock()  # a button's callback may run at the same time as a cell


def hint(name: str) -> None:
    """Show the next of an exercise's three hints; after the third, show that one again.

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
    number = count_hint(exercise)
    show(hint_message(exercise, number))
    if number == len(exercise.hints) and not is_recording() and solution_text(exercise):
        show(note_message("After an attempt", f"helpers.solution({name!r}) shows a solution, and why it is right."))


def count_hint(exercise: Exercise) -> int:
    """Count one more hint as shown, three at most; return how many are shown now."""
    with _counting:
        _shown[exercise.name] = min(_shown[exercise.name] + 1, len(exercise.hints))
        return _shown[exercise.name]


def shown_hints(exercise: Exercise) -> int:
    """Return how many hints of an exercise were shown in this kernel, by `hint` or by a button."""
    return _shown[exercise.name]


def hint_message(exercise: Exercise, number: int) -> Message:
    """Write the message of a hint; `number` counts from 1."""
    text = exercise.told(exercise.hints[number - 1])
    return note_message(f"{exercise.title}: hint {number} of {len(exercise.hints)}", text)
