"""Remember which exercises are right, in this kernel and in the user's file, and show the table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from d2l_helpers import reader_files
from d2l_helpers.exercises.catalogue import EXERCISES, chapter
from d2l_helpers.exercises.exercise import AnswerState, CheckResult, Exercise
from d2l_helpers.messages import points_text, show, table_message
from d2l_helpers.predictions.score import show_score
from d2l_helpers.records import is_recording
from d2l_helpers.variants import mine, student_id

__all__ = ["answer_states", "progress", "remember"]

Group = Sequence[Exercise]

_here: dict[str, AnswerState] = {}  # the exercises that were checked in this kernel, by `_key`


def progress() -> None:
    """Show the state of this notebook's exercises, how many are right in each notebook, and how predictions went.

    This notebook's exercises are those that it has loaded, and those of each notebook of the chapter of which one was
    checked since the kernel started. Where exercises were loaded, the chapter is shown only if one of its exercises
    was answered.
    """
    states = answer_states()
    loaded = EXERCISES.loaded()
    rows: list[tuple[str, str, str]] = []
    for name, group in (loaded | chapter()).items():
        if name in loaded or _here.keys() & set(map(_key, group)):
            rows += [(exercise.title, states[exercise.name], _points([exercise], states)) for exercise in group]
    if rows:
        show(table_message("This notebook", rows))
    if loaded:
        show(table_message("Loaded exercises", _totals(loaded, states)))
    names = [exercise.name for group in chapter().values() for exercise in group]
    if not loaded or any(states[name] != "not attempted" for name in names):
        show(table_message("The chapter", _totals(chapter(), states)))
    show_score()


def remember(result: CheckResult) -> None:
    """Remember a result in this kernel; remember a right answer in the user's file, too."""
    key = _key(result.exercise)
    if result.state == "not attempted":  # a stub that runs again, as when the notebook is opened, changes nothing
        _here.setdefault(key, result.state)
    else:
        _here[key] = result.state
    if result.state == "right" and (file := _file()):
        _keep(key, file)


def answer_states() -> dict[str, AnswerState]:
    """Return the state of each exercise: the newest in this kernel, or else what the file says."""
    kept = _kept(_file())
    groups = (*EXERCISES.loaded().values(), *chapter().values())
    states: dict[str, AnswerState] = {}
    for exercise in (exercise for group in groups for exercise in group):
        here = _here.get(key := _key(exercise), "not attempted")
        states[exercise.name] = "right" if here == "not attempted" and key in kept else here
    return states


def _key(exercise: Exercise) -> str:
    """Return the name under which a state is kept: what is right for one student's numbers may be wrong for others."""
    is_own = exercise.variant and student_id()
    return f"{exercise.name} {mine(exercise.name)}" if is_own else exercise.name


def _totals(groups: Mapping[str, Group], states: dict[str, AnswerState]) -> list[tuple[str, str, str]]:
    """Return a row for each group, and one for all."""
    every = [exercise for group in groups.values() for exercise in group]
    return [(name, _done(group, states), _points(group, states)) for name, group in [*groups.items(), ("all", every)]]


def _done(group: Group, states: dict[str, AnswerState]) -> str:
    return f"{sum(states[exercise.name] == 'right' for exercise in group)} of {len(group)} right"


def _points(group: Group, states: dict[str, AnswerState]) -> str:
    earned = sum(exercise.points for exercise in group if states[exercise.name] == "right")
    total = sum(exercise.points for exercise in group)
    return points_text(earned, total)


def _file() -> Path | None:
    """Return the user's file; None where notebooks are recorded, which must not depend on who records them."""
    return None if is_recording() else reader_files.path_of("exercises.json")


def _kept(file: Path | None) -> list[str]:
    return _names(reader_files.read(file)) if file else []


def _names(content: Any) -> list[str]:
    """Return the names in a file's content, which may be anything."""
    return [name for name in content if isinstance(name, str)] if isinstance(content, list) else []


def _keep(name: str, file: Path) -> None:
    """Add a name to the file; if that fails, the name is remembered as long as the kernel runs."""
    reader_files.change(file, lambda content: sorted({*_names(content), name}))
