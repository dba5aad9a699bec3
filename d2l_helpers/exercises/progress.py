"""What is done, in the notebook and across the chapter."""

from __future__ import annotations

from d2l_helpers.exercises import ledger
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import Exercise, State
from d2l_helpers.exercises.feedback import points_text, show_table

__all__ = ["progress"]


def progress() -> None:
    """Show the state of this notebook's exercises, and how many are done in each notebook of the chapter.

    This notebook's are those of which one was checked since the kernel started.
    """
    states, here = ledger.states(), ledger.checked_here()
    rows: list[tuple[str, str, str]] = []
    for group in chapter().values():
        if here & {exercise.name for exercise in group}:
            rows += [(exercise.title, states[exercise.name], _points([exercise], states)) for exercise in group]
    if rows:
        show_table("This notebook", rows)
    totals = [(name, _done(group, states), _points(group, states)) for name, group in chapter().items()]
    every = [exercise for group in chapter().values() for exercise in group]
    show_table("The chapter", [*totals, ("all", _done(every, states), _points(every, states))])


def _done(group: tuple[Exercise, ...] | list[Exercise], states: dict[str, State]) -> str:
    return f"{sum(states[exercise.name] == 'right' for exercise in group)} of {len(group)} right"


def _points(group: tuple[Exercise, ...] | list[Exercise], states: dict[str, State]) -> str:
    earned = sum(exercise.points for exercise in group if states[exercise.name] == "right")
    total = sum(exercise.points for exercise in group)
    return points_text(earned, total)
