"""Show a message with a button, and below the button the result of each press."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ipywidgets as widgets

from d2l_helpers.panels.layout import long_button, show_live

__all__ = ["Below", "show_with_button"]


@dataclass(frozen=True)
class Below:
    """What stands at the button and below it.

    Attributes
    ----------
    label : str
        The button's text; a screen reader lists buttons without what stands around them.
    html : str
        What is shown below the button; trusted.
    is_last : bool
        Whether a press would show no more, so that the button is disabled.
    """

    label: str
    html: str
    is_last: bool


def show_with_button(message: Mapping[str, str], now: Callable[[], Below], press: Callable[[], Below]) -> None:
    """Show a message as the output of the cell that runs, with a button below it.

    Parameters
    ----------
    message : mapping
        The message by MIME type, ``text/html`` among them; trusted. The saved notebook keeps it, without the button.
    now : callable
        Returns what stands below the message at first.
    press : callable
        Called at each press, one at a time; returns what stands below the message from then on.
    """
    lock = threading.Lock()  # two presses may be handled on two threads
    below = widgets.HTML()

    def draw(change: Callable[[], Below]) -> None:
        with lock:
            shown = change()
            below.value, pressed.description, pressed.disabled = shown.html, shown.label, shown.is_last

    pressed = long_button("", "", lambda: draw(press))
    draw(now)
    show_live(message, widgets.VBox([widgets.HTML(message["text/html"]), pressed, below]))
