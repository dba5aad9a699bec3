"""Say in a panel how to go on if the page does not show what threads of the kernel send while no cell runs."""

from __future__ import annotations

from collections.abc import Callable

from d2l_helpers.panels.layout import long_button
from d2l_helpers.panels.pace import later
from d2l_helpers.panels.page import kernel
from d2l_helpers.panels.toolkit import widgets

__all__ = ["late_note"]

_AFTER = 0.2  # seconds from the end of the cell to the message that removes the note
# The note appears after five seconds: on most pages it is removed before
_LATE = """<style>
@keyframes d2l-late {to {visibility: visible}}
.d2l-late {visibility: hidden; animation: d2l-late 0s 5s forwards}
</style>"""
_UNHEARD = "This page does not show how a fit goes on. Press this button, and each fit runs while the page waits:"
_WAITS = "Each fit now runs while the page waits. To end a fit, interrupt the kernel."


def late_note(action: Callable[[], None]) -> widgets.Widget:
    """Return a note with a button that calls `action`; a thread removes the note from each page that hears it.

    Notes
    -----
    It has been reported of Colab that a page ignores what a kernel's thread sends after the cell has ended, and shows
    what the handler of a slider or a button sends.
    """
    text = widgets.HTML(_LATE + _UNHEARD)

    def go_on() -> None:
        text.value, pressed.layout.display = _WAITS, "none"
        action()

    pressed = long_button("Train while the page waits", "Train in the handler of each control", go_on)
    note = widgets.VBox([text, pressed])
    note.add_class("d2l-late")

    def remove() -> None:
        note.layout.display = "none"

    def remove_later(*_: object) -> None:
        events.unregister("post_run_cell", remove_later)
        later(_AFTER, remove)

    if kernel() is None:
        remove()
    else:
        events = kernel().shell.events
        events.register("post_run_cell", remove_later)
    return note
