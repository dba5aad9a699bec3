"""Show the solution of an exercise, once the reader has tried it and seen all hints."""

from __future__ import annotations

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.hints import shown_hints
from d2l_helpers.exercises.key_text import solution_text
from d2l_helpers.exercises.progress import answer_states
from d2l_helpers.messages import Message, code_message, note_message, show
from d2l_helpers.records import is_recording

__all__ = ["is_earned", "solution", "solution_message"]


def solution(name: str) -> None:
    """Show the solution of an exercise and why it is right, after an attempt and the third hint; or what is missing.

    Parameters
    ----------
    name : str
        The exercise, as in ``solution("stable_softmax")``.

    Raises
    ------
    ArgumentError
        If there is no such exercise.
    """
    exercise = find(name)
    if is_recording():  # a recorded output must not contain the solution, nor depend on other files
        text = "After an attempt and the third hint, this cell shows the solution."
        show(note_message(f"{exercise.title}: solution", text))
    elif (missing := _missing(exercise)) and solution_text(exercise):
        show(note_message(f"{exercise.title}: no solution yet", missing))
    else:
        show(solution_message(exercise))


def is_earned(exercise: Exercise) -> bool:
    """Return whether the reader has done what comes before the solution."""
    return not _missing(exercise)


def solution_message(exercise: Exercise) -> Message:
    """Write the message of a solution, or where the chapter's solutions are if this copy has none."""
    if source := solution_text(exercise):
        return code_message(f"{exercise.title}: solution", source, exercise.told(exercise.reason))
    text = (
        "This copy of the notebooks comes without solutions. "
        "The chapter's solutions are in the folder answers of its repository, beside the folder notebooks."
    )
    return note_message(f"{exercise.title}: no solution here", text)


def _missing(exercise: Exercise) -> str:
    """Return what the reader has to do before the solution is shown; nothing once it is right."""
    state, given, hints = answer_states()[exercise.name], shown_hints(exercise), len(exercise.hints)
    if state == "right":
        return ""
    attempt = f"First check an attempt of your own: helpers.check({exercise.name!r}, {exercise.name})."
    read = f"First read all hints; {given} of {hints} are shown. For the next one: helpers.hint({exercise.name!r})."
    return "\n".join([attempt] * (state == "not attempted") + [read] * (given < hints))
