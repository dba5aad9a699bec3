"""Show a question with a button for each choice, or with a field, and below them the reader's guess."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping
from functools import partial

import ipywidgets as widgets

from d2l_helpers.panels.layout import button, long_button, row, show_live

__all__ = ["show_form"]


def show_form(
    kept: Mapping[str, str], title: str, options: Mapping[str, str], state: str, answer: Callable[[str], str]
) -> None:
    """Show a question as the output of the cell that runs, with buttons or a field below it.

    Parameters
    ----------
    kept : mapping
        The question with its choices, by MIME type: what the saved notebook keeps.
    title : str
        The question without its choices, as HTML; trusted.
    options : mapping
        The letter and the text of each choice; empty for a field.
    state : str
        What stands below the form at first.
    answer : callable
        Gets a letter, or the text of the field; returns what stands below the form from then on.
    """
    lock = threading.Lock()  # two presses may be handled on two threads
    below = widgets.HTML(_status(state))

    def say(text: str) -> None:
        with lock:
            below.value = _status(answer(text))

    form = _buttons(options, say) if options else _field(say)
    show_live(kept, widgets.VBox([widgets.HTML(title), form, below]))


def _buttons(options: Mapping[str, str], say: Callable[[str], None]) -> widgets.Widget:
    return widgets.VBox(
        [long_button(f"{letter}: {text}", "Keep this guess", partial(say, letter)) for letter, text in options.items()]
    )


def _field(say: Callable[[str], None]) -> widgets.Widget:
    field = widgets.Text(placeholder="your guess", layout=widgets.Layout(width="220px"), continuous_update=False)
    # Enter changes the value, too; a second press of the button then says the same again
    field.observe(lambda change: say(change["new"]) if change["new"].strip() else None, "value")
    return row([field, button("Guess", "Keep this guess", lambda: say(field.value))])


def _status(text: str) -> str:
    return f'<div role="status" style="line-height:1.4">{html.escape(text)}</div>' if text else ""
