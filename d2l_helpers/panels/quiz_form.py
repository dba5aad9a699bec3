"""Show the questions of a quiz on the page, one after the other, and the score at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import ipywidgets as widgets

from d2l_helpers.messages import prediction_message, question_message, table_message
from d2l_helpers.panels.layout import long_button, show_live

if TYPE_CHECKING:
    from d2l_helpers.quiz.drawing import Drawn

    Summary = Callable[[Sequence[Drawn], Sequence[str]], tuple[str, list[tuple[str, str]]]]

__all__ = ["show_quiz"]


def show_quiz(drawn: Sequence[Drawn], summary: Summary, listed: str) -> None:
    """Show a quiz as the output of the cell that runs.

    Parameters
    ----------
    drawn : sequence of Drawn
        The questions, in order.
    summary : callable
        Returns the title and the rows of the table that follows the last question.
    listed : str
        All questions, and how to answer them without buttons.
    """
    how = "Run this cell to draw new questions. If no buttons appear, run it again."
    kept = prediction_message(None, f"A quiz of {len(drawn)} questions", how)
    show_live(kept | {"text/plain": listed}, _QuizForm(drawn, summary).view)


class _QuizForm:
    """The state of a quiz: the letters that were chosen so far, and what is on the page."""

    def __init__(self, drawn: Sequence[Drawn], summary: Summary) -> None:
        self._drawn, self._summary = drawn, summary
        self._letters: list[str] = []
        self._lock = threading.Lock()  # two presses may be handled on two threads
        self._question, self._reply, self._buttons = widgets.HTML(), widgets.HTML(), widgets.VBox()
        self._next = long_button("Next question", "Show the next question", self._go_on)
        self.view = widgets.VBox([self._question, self._buttons, self._reply, self._next])
        self._ask()

    def _ask(self) -> None:
        place, one = len(self._letters) + 1, self._drawn[len(self._letters)]
        title = f"{place} of {len(self._drawn)}. {one.question.text}"
        self._question.value = question_message(title, {}, title="Question ")["text/html"]
        self._buttons.children = [
            long_button(f"{letter}: {text}", "Choose this answer", partial(self._answer, place, letter))
            for letter, text in one.options.items()
        ]
        self._reply.value, self._next.disabled = "", True

    def _answer(self, place: int, letter: str) -> None:
        with self._lock:
            if len(self._letters) != place - 1:
                return  # a second press: the first answer counts
            self._letters.append(letter)
            one = self._drawn[place - 1]
            for choice in self._buttons.children:
                choice.disabled = True
            title = f"You said “{one.options[letter]}”."
            self._reply.value = prediction_message(one.is_right(letter), title, one.explanation(letter))["text/html"]
            self._next.disabled = False
            if place == len(self._drawn):
                self._next.description = "Show the score"

    def _go_on(self) -> None:
        with self._lock:
            if len(self._letters) < len(self._drawn):
                self._ask()
                return
            self._buttons.children, self._reply.value = [], ""
            self._next.layout.display = "none"
            self._question.value = table_message(*self._summary(self._drawn, self._letters))["text/html"]
