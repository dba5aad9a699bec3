"""A check's message with a button for the next hint, which appears below it."""

from __future__ import annotations

import threading

import ipywidgets as widgets

from d2l_helpers.exercises.exercise import Exercise, Verdict
from d2l_helpers.exercises.feedback import Message, show, verdict_message
from d2l_helpers.exercises.hints import count_hint, given_hints, hint_message
from d2l_helpers.panels.frame import button

__all__ = ["show_with_button"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_SAVED = {"d2l_helpers_exhibit": True}  # the file that is saved keeps the message, not the button


def show_with_button(verdict: Verdict) -> None:
    """Show a verdict as the output of the cell that runs; unless it is right, with a button for the next hint."""
    message = verdict_message(verdict)
    if verdict.state == "right":
        show(message)
        return
    from IPython.display import display

    view = _Hints(verdict.exercise, message).view
    live = {"version_major": 2, "version_minor": 0, "model_id": view.model_id}
    display({**message, _VIEW: live}, metadata=_SAVED, raw=True)  # type: ignore[no-untyped-call]


class _Hints:
    """A message, the button, and the hints that were given so far.

    Parameters
    ----------
    exercise : Exercise
        Whose hints.
    message : Message
        What stands above the button.
    """

    def __init__(self, exercise: Exercise, message: Message) -> None:
        self._exercise = exercise
        self._lock = threading.Lock()  # two presses may come on two threads
        self._button = button("", "", self._press)
        self._button.layout = widgets.Layout(width="auto", align_self="flex-start")
        self._shown = widgets.HTML()
        self.view = widgets.VBox([widgets.HTML(message["text/html"]), self._button, self._shown])
        self._draw(given_hints(exercise))

    def _press(self) -> None:
        with self._lock:
            self._draw(count_hint(self._exercise))

    def _draw(self, given: int) -> None:
        hints = [hint_message(self._exercise, number)["text/html"] for number in range(1, given + 1)]
        self._shown.value = "".join(hints)
        is_last = given == len(self._exercise.hints)
        # The exercise's name too: a screen reader lists buttons without what stands around them
        of_what = f"for {self._exercise.name}"
        self._button.description = f"No more hints {of_what}" if is_last else f"Next hint {of_what}"
        self._button.disabled = is_last
