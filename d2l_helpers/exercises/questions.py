"""Show what the student's own variant of an exercise asks."""

from __future__ import annotations

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.messages import note_message, question_message, show
from d2l_helpers.variants import student_id

__all__ = ["question", "show_unseen", "warn_without_id"]

_NO_ID = "No student's id yet: run the cell helpers.student(…) near the top with your id, and then this cell again."
_seen: set[tuple[str, str]] = set()  # the exercises and the student's ids for which the question was shown


def question(name: str) -> None:
    """Show the student's own numbers of an exercise, or its options in the student's own order.

    Parameters
    ----------
    name : str
        The exercise, as in ``question("pull_cap")``.

    Raises
    ------
    ArgumentError
        If there is no such exercise.
    """
    exercise = find(name)
    if exercise.variant is None:
        show(note_message(exercise.title, "This exercise is the same for everybody."))
    else:
        _show(exercise)


def show_unseen(exercise: Exercise) -> None:
    """Show the question of a student with an id, unless it was shown since the kernel started."""
    if exercise.variant and (ident := student_id()) and (exercise.name, ident) not in _seen:
        _show(exercise)


def warn_without_id(exercise: Exercise) -> None:
    """Say of an answer that it counts for nobody, where the question was shown without a student's id."""
    if not student_id() and (exercise.name, "") in _seen:
        text = "This answer was checked with numbers that are not yours, and earns nothing. Run the cell "
        show(note_message("No student's id yet", f"{text}helpers.student(…) with your id, and then the cells below."))


def _show(exercise: Exercise) -> None:
    assert exercise.variant is not None
    text, options = exercise.variant.asked()
    _seen.add((exercise.name, student_id()))
    state = "" if student_id() else _NO_ID
    show(question_message(text, options, state, title="Your variant: " if student_id() else "Without an id: "))
