"""Find the exercises of each notebook, and an exercise by its name."""

from __future__ import annotations

import inspect
import keyword
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from d2l_helpers.catalogue import Catalogue, listed
from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.exercises.exercise import Exercise, Kind
from d2l_helpers.exercises.variant import Numbers, Variant

__all__ = ["EXERCISES", "LOADED_FILES", "chapter", "exercises_in", "find"]

LOADED_FILES: dict[str, Path] = {}
"""The files of loaded modules, by the modules' names."""

_KINDS = get_args(Kind)


def exercises_in(module: ModuleType) -> tuple[Exercise, ...]:
    """Return the exercises that a module lists as EXERCISES, the chapter's or a teacher's.

    Raises
    ------
    ArgumentError
        If the list, or one of the exercises, cannot be used.
    """
    exercises = listed(module, "EXERCISES", Exercise, "(Exercise(…), Exercise(…))")
    for exercise in exercises:
        for got, expected, remedy in _faults(exercise):
            raise ArgumentError(
                f"Cannot use the exercise {exercise.name!r} of {Path(str(module.__file__)).name}.",
                got=got,
                expected=expected,
                remedy=remedy,
            )
    return exercises


EXERCISES: Catalogue[Exercise] = Catalogue("exercise", "d2l_helpers.exercises.chapter", exercises_in)
chapter, find = EXERCISES.chapter, EXERCISES.find


def _faults(exercise: Exercise) -> list[tuple[str, str, str]]:
    """List what is wrong with an exercise: what it has, what was expected, and what to do."""
    name, hints = exercise.name, exercise.hints
    is_name = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)  # nbgrader knows no other letters
    is_worth = isinstance(exercise.points, int) and not isinstance(exercise.points, bool) and exercise.points >= 1
    are_texts = isinstance(hints, tuple | list) and all(isinstance(hint, str) and hint.strip() for hint in hints)
    are_hints = are_texts and len(hints) == len(set(hints)) == 3
    has = f"{len(hints)} of them" if isinstance(hints, tuple | list) else quote(hints)
    found = [
        (is_name, f"the name {name!r}", "a variable's name", "use the letters a to z, digits and _"),
        (_is_text(exercise.title), f"title={quote(exercise.title)}", "a text of one line", "write the heading"),
        (exercise.kind in _KINDS, f"kind={quote(exercise.kind)}", f"one of {', '.join(_KINDS)}", "choose one of them"),
        (is_worth, f"points={quote(exercise.points)}", "a whole number, 1 or more", "correct the points"),
        (are_hints, f"hints: {has}", "three texts that differ", "write three, each of which helps more"),
        (isinstance(exercise.reason, str), f"reason={quote(exercise.reason)}", "a text", "put it in quotes"),
        (_takes(exercise.check, 1), f"check={_signature(exercise.check)}", "a function of the answer", _CHECK),
        (_is_variant(exercise), f"variant={quote(exercise.variant)}", _VARIANT, "name each number as its rows do"),
        (
            exercise.prepare is None or _takes(exercise.prepare, 0),
            f"prepare={_signature(exercise.prepare)}",
            "a function without arguments",
            "pass the function itself",
        ),
    ]
    return [fault for is_right, *fault in found if not is_right]  # type: ignore[misc]


_VARIANT = "None, Options(…), or Numbers(…) with each number that the hints and the reason have in braces; prompt={…} "
_VARIANT += "has texts only"
_CHECK = "pass the function itself, as in check=_check_mean, defined as def _check_mean(answer):"


def _is_variant(exercise: Exercise) -> bool:
    variant = exercise.variant
    if variant is not None and not (isinstance(variant, Variant) and _are_replacements(variant.prompt)):
        return False
    if not isinstance(variant, Numbers):
        return True
    texts = filter(lambda text: isinstance(text, str), (variant.question, exercise.reason, *exercise.hints))
    try:
        return bool([text.format_map(row) for text in texts for row in variant.rows])
    except Exception:  # a number that a row lacks, or whatever else a template or a row may hold
        return False


def _are_replacements(prompt: Any) -> bool:
    if not isinstance(prompt, dict):
        return False
    return all(isinstance(said, str) and said.strip() and isinstance(put, str) for said, put in prompt.items())


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value.splitlines()) == 1


def _takes(function: Any, number: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * number)
    except (TypeError, ValueError):  # it is no function, or takes other arguments
        return False
    return True


def _signature(function: Any) -> str:
    try:
        return f"{getattr(function, '__name__', 'a function')}{inspect.signature(function)}"
    except (TypeError, ValueError):
        return quote(function)
