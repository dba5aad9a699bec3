"""What the exhibits have in common: how their parts look on a page, and what a notebook keeps of them."""

from __future__ import annotations

import contextlib
import html
import math
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from d2l_helpers.figures import Picture, as_images
from d2l_helpers.lab.stills import EXHIBIT, VIEW, keep_still

__all__ = ["bundle", "button", "column", "look", "row", "status_html", "typeset"]

_PAGE, _CONTROL, _BUTTON, _TITLE = "700px", "330px", "110px", "110px"  # widths
_SOON = 0.2  # seconds
_HOW = "Run this cell to bring it to life."
_WORD_CHARACTERS = 6
_WORD = '<i style="display:inline-block;width:3em;height:1.4em;vertical-align:top"></i>'  # as wide as 6 characters
_ROOM = re.compile(r'<div aria-hidden="true" style="grid-area:1/1[^"]*">(<div>(<i [^>]*></i>)*</div>)*</div>')
_SPOKEN = re.compile(r' role="(status|alert)"')
# ipywidgets gives a slider's handle no name, and a position for its value: on a logarithmic slider, the exponent.
# The page runs this each time that it shows the exhibit.
_NAME_SLIDERS = """
(() => {
  const start = element[0] || element;  // nbclassic passes jQuery's
  const name = (row, handle) => {
    const title = row.querySelector('.widget-label'), readout = row.querySelector('.widget-readout');
    const set = (key, text) => handle.getAttribute(key) === text || handle.setAttribute(key, text);
    const say = () => {
      set('aria-label', title.textContent);
      set('aria-valuetext', readout.textContent);
    };
    say();
    new MutationObserver(say).observe(row, {subtree: true, childList: true, characterData: true, attributes: true});
  };
  const find = tries => {
    const exhibit = start.closest('.d2l-exhibit');
    const handles = exhibit ? exhibit.querySelectorAll('[role=slider]') : [];
    for (const handle of handles) name(handle.closest('.widget-hslider, .widget-inline-hbox'), handle);
    if (!handles.length && tries) setTimeout(() => find(tries - 1), 100);  // not on the page yet
  };
  find(100);
})();
"""
# That of a number, or of its power of ten; not that of t-shirt
_MINUS = re.compile(r"(?<!\w)-(?=\.?\d)|(?<=\de)-(?=\d)")


def look(title: str) -> dict[str, Any]:
    """Return what all sliders and lists are made with."""
    return {
        "description": title,
        "style": {"description_width": _TITLE},
        "layout": widgets.Layout(width=_CONTROL),
    }


def button(text: str, tooltip: str, action: Callable[[], None]) -> widgets.Button:
    """Make a button."""
    made = widgets.Button(description=text, tooltip=tooltip, layout=widgets.Layout(width=_BUTTON))
    made.on_click(lambda _: action())
    return made


def row(parts: Sequence[widgets.Widget]) -> widgets.Box:
    """Set widgets side by side, in as many rows as a narrow page needs."""
    return widgets.Box(list(parts), layout=widgets.Layout(display="flex", flex_flow="row wrap"))


def column(parts: Sequence[widgets.Widget]) -> widgets.VBox:
    """Set widgets below each other, as the whole that a cell shows; its sliders get names for a screen reader."""
    script = {"output_type": "display_data", "data": {"application/javascript": _NAME_SLIDERS}, "metadata": {}}
    names: list[widgets.Widget] = []
    if widgets.__version__ >= "8":  # the page of ipywidgets 7 cannot make an Output that has outputs already
        layout = widgets.Layout(height="0", margin="0", overflow="hidden")
        names.append(widgets.Output(outputs=(script,), layout=layout))
    whole = widgets.VBox([*parts, *names], layout=widgets.Layout(max_width=_PAGE))
    whole.add_class("d2l-exhibit")
    return whole


def status_html(text: str, role: str = "status", more: str = "", room: Sequence[int] = (100, 100)) -> str:
    """Write a message that a screen reader speaks.

    Parameters
    ----------
    text : str
        Plain text; its lines are paragraphs.
    role : {"status", "alert"}
        An alert interrupts what is being spoken.
    more : str
        HTML that follows the text.
    room : sequence of int
        For each paragraph, the number of characters that some setting of the controls may need. The message keeps that
        height on a page of any width, so that what stands below it does not move.
    """
    look = "grid-area:1/1;line-height:1.4;min-height:2.8em"
    words = "".join(f"<div>{_WORD * math.ceil(characters / _WORD_CHARACTERS)}</div>" for characters in room)
    return (
        f'<div style="display:grid"><div aria-hidden="true" style="{look}">{words}</div>'
        f'<div role="{role}" style="{look};white-space:pre-line">{html.escape(text)}{more}</div></div>'
    )


def typeset(text: str) -> str:
    """Write the minus signs of numbers as such."""
    return _MINUS.sub("−", text)


def bundle(view: widgets.Widget, text: str, picture: Picture | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a notebook gets of an exhibit, and its metadata.

    Parameters
    ----------
    view : Widget
        What `column` made.
    text : str
        What it is, in words, for pages that show nothing else.
    picture : Picture, optional
        Of the exhibit, where the notebook is recorded. The bundle then has no live view: its model would not be found.

    Returns
    -------
    tuple of dict
        The live view, until the server replaces it in the file, and the still as HTML; where recorded, the still and
        the picture as a PNG, which is what GitHub shows.
    """
    data: dict[str, Any] = {"text/plain": f"{text} {_HOW}", "text/html": _still(view)}
    metadata: dict[str, Any] = {EXHIBIT: True}
    if picture:
        drawn, about = picture._repr_mimebundle_()
        data |= {"image/png": drawn["image/png"], "text/plain": f"{text} {_HOW}\n{picture.alt}"}
        return data, metadata | about
    _keep_last_picture(view)
    return data | {VIEW: {"version_major": 2, "version_minor": 0, "model_id": view.model_id}}, metadata


def _still(view: widgets.Widget) -> str:
    """Write what an exhibit shows below its controls, without a kernel."""
    shown = "".join(as_images(part.value) for part in view.children if isinstance(part, widgets.HTML))
    shown = _SPOKEN.sub("", _ROOM.sub("", shown))  # what the file says is not news
    return f'<div style="max-width:{_PAGE}"><p style="margin:0 0 8px"><b>{_HOW}</b></p>{shown}</div>'


def _keep_last_picture(view: widgets.Widget) -> None:
    """Keep the still of what an exhibit shows, from now on and soon after each change."""
    lock, writing = threading.Lock(), threading.Lock()
    timers: list[threading.Timer] = []

    def keep() -> None:
        with lock:
            timers.clear()  # a change from here on starts another
        # Two at once could leave the older picture. On a full disk, the file has the first one
        with writing, contextlib.suppress(OSError):
            keep_still(view.model_id, _still(view))

    def changed(*_: object) -> None:
        with lock:
            if not timers:  # a slider moves ten times a second, and what is drawn does not wait for the disk
                timers.append(threading.Timer(_SOON, keep))
                timers[0].daemon = True
                timers[0].start()

    for part in view.children:
        if isinstance(part, widgets.HTML):
            part.observe(changed, "value")
    changed()
