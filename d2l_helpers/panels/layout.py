"""Lay out exhibits on the page, and make the output that a notebook gets of them."""

from __future__ import annotations

import contextlib
import html
import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from d2l_helpers.figures import VS_CODE_THEME, Picture, as_images
from d2l_helpers.lab.snapshots import EXHIBIT, VIEW, keep_snapshot
from d2l_helpers.messages import is_prompt
from d2l_helpers.panels.pace import later
from d2l_helpers.panels.page import expect_a_page, why_no_page
from d2l_helpers.panels.toolkit import widgets

__all__ = [
    "Shown",
    "bundle",
    "button",
    "column",
    "long_button",
    "look",
    "row",
    "show_live",
    "status_html",
    "typeset",
]

_PAGE, _CONTROL, _BUTTON, _TITLE = "700px", "330px", "110px", "110px"  # widths
_SOON = 0.2  # seconds from a change to the next snapshot
_HOW = "Run this cell to use its controls."
_ELSE = "If no controls appear, this page cannot show them; run this cell again, and it shows a picture instead."
_WORD_CHARACTERS = 6
_WORD = '<i style="display:inline-block;width:3em;height:1.4em;vertical-align:top"></i>'  # as wide as 6 characters
_ROOM = re.compile(r'<div aria-hidden="true" style="grid-area:1/1[^"]*">(<div>(<i [^>]*></i>)*</div>)*</div>')
_SAID = re.compile(r"<(?:div role=.(?:status|alert)|pre)\b[^>]*>(.*?)</(?:div|pre)>", re.DOTALL)
_TAG = re.compile("<[^>]*>")
_SPOKEN = re.compile(r' role="(status|alert)"')
# A slider's handle in ipywidgets has no name, and its value is the position: on a logarithmic slider, the exponent.
# The page runs this script each time that it shows the exhibit.
_SCRIPT = """
(() => {
  // nbclassic passes jQuery's element, VS Code none: there, name the sliders of all exhibits
  const start = typeof element === 'undefined' ? null : element[0] || element;
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
    const exhibit = start ? start.closest('.d2l-exhibit') : document;
    const handles = exhibit ? exhibit.querySelectorAll('.d2l-exhibit [role=slider]:not([aria-label])') : [];
    for (const handle of handles) name(handle.closest('.widget-hslider, .widget-inline-hbox'), handle);
    if (tries && !(start && handles.length)) setTimeout(() => find(tries - 1), 100);  // not on the page yet
  };
  find(100);
  // Notebook 7 would use a slider's arrow keys to go to another cell, but not in an element with this attribute
  if (!window.d2lArrows) {
    window.d2lArrows = event => event.target.closest?.('.d2l-exhibit [role=slider]')?.toggleAttribute(
      'data-lm-suppress-shortcuts', event.key.startsWith('Arrow'));
    window.addEventListener('keydown', window.d2lArrows, true);
  }
  // Voila does not tell pictures that its theme is dark
  const {voila, jpThemeLight} = document.body.dataset;
  if (voila && jpThemeLight === 'false') document.body.style.colorScheme = 'dark';
})();
"""
# The minus of a number or of its power of ten; not the hyphen of t-shirt
_MINUS = re.compile(r"(?<!\w)-(?=\.?\d)|(?<=\de)-(?=\d)")


class Shown:
    """What displays itself by its MIME bundle; at Python's own prompt, by the bundle's text."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return str(self._repr_mimebundle_()[0]["text/plain"]) if is_prompt() else super().__repr__()


def look(title: str) -> dict[str, Any]:
    """Return the keyword arguments that all sliders and lists have in common."""
    return {
        "description": title,
        "style": {"description_width": _TITLE},
        "layout": widgets.Layout(width=_CONTROL),
    }


def button(text: str, tooltip: str, action: Callable[[], None]) -> widgets.Button:
    """Make a button that calls `action`."""
    made = widgets.Button(description=text, tooltip=tooltip, layout=widgets.Layout(width=_BUTTON))
    made.on_click(lambda _: action())
    return made


def long_button(text: str, tooltip: str, action: Callable[[], None]) -> widgets.Button:
    """Make a button as wide as its text, at most as wide as the page."""
    made = button(text, tooltip, action)
    made.layout = widgets.Layout(width="auto", max_width="100%", align_self="flex-start")
    return made


def row(parts: Sequence[widgets.Widget]) -> widgets.Box:
    """Lay out widgets side by side, in as many rows as a narrow page needs."""
    return widgets.Box(list(parts), layout=widgets.Layout(display="flex", flex_flow="row wrap"))


def column(parts: Sequence[widgets.Widget]) -> widgets.VBox:
    """Lay out widgets below each other, as the whole exhibit, with the script that completes its controls."""
    script = {"output_type": "display_data", "data": {"application/javascript": _SCRIPT}, "metadata": {}}
    scripts: list[widgets.Widget] = []
    if widgets.__version__ >= "8":  # the page of ipywidgets 7 cannot make an Output that has outputs already
        layout = widgets.Layout(height="0", margin="0", overflow="hidden")
        scripts.append(widgets.Output(outputs=(script,), layout=layout))
    whole = widgets.VBox([*parts, *scripts], layout=widgets.Layout(max_width=_PAGE))
    whole.add_class("d2l-exhibit")
    return whole


def status_html(text: str, role: str = "status", more: str = "", room: Sequence[int] = (100, 100)) -> str:
    """Return the HTML of a message that a screen reader speaks.

    Parameters
    ----------
    text : str
        Plain text; its lines are paragraphs.
    role : {"status", "alert"}
        An alert interrupts what is being spoken.
    more : str
        HTML that follows the text.
    room : sequence of int
        For each paragraph, the largest number of characters at any setting of the controls. The message keeps the
        height for these on a page of any width, so that what stands below it does not move.
    """
    look = "grid-area:1/1;line-height:1.4;min-height:2.8em"
    filler = "".join(f"<div>{_WORD * math.ceil(characters / _WORD_CHARACTERS)}</div>" for characters in room)
    return (
        f'<div style="display:grid"><div aria-hidden="true" style="{look}">{filler}</div>'
        f'<div role="{role}" style="{look};white-space:pre-line">{html.escape(text)}{more}</div></div>'
    )


def typeset(text: str) -> str:
    """Return a text with minus signs instead of the hyphens before numbers."""
    return _MINUS.sub("−", text)


def show_live(kept: Mapping[str, str], view: widgets.Widget) -> None:
    """Show a widget as the output of the cell that runs; the saved notebook keeps a message, by MIME type, instead."""
    from IPython.display import display

    display({**kept, VIEW: _live(view)}, metadata={EXHIBIT: True}, raw=True)  # type: ignore[no-untyped-call]


def bundle(
    view: widgets.Widget, text: str, picture: Picture | None = None, without: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the output of an exhibit by MIME type, and its metadata.

    Parameters
    ----------
    view : Widget
        The whole exhibit, as `column` made it.
    text : str
        What the exhibit is, for pages that show only text.
    picture : Picture, optional
        The exhibit's picture, where the notebook is recorded. Then there is no live view: a page would not find its
        model.
    without : str
        What a reader can do without the controls.

    Returns
    -------
    tuple of dict
        The live view, which the server removes from the file, and the snapshot as HTML; where recorded, the snapshot
        and the picture as a PNG, which GitHub shows. Where no page can show the live view, the snapshot and its text.
    """
    if not picture and (why := why_no_page()):
        return _still(view, f"{why} {without}"), {}
    data: dict[str, Any] = {"text/plain": f"{text} {_HOW}", "text/html": _snapshot(view)}
    metadata: dict[str, Any] = {EXHIBIT: True}
    if picture:
        drawn, about = picture._repr_mimebundle_()
        data |= {"image/png": drawn["image/png"], "text/plain": f"{text} {_HOW}\n{picture.alt}"}
        return data, metadata | about
    _keep_snapshots(view)
    return _still(view, f"{text} {_HOW} {_ELSE} {without}") | {VIEW: _live(view)}, metadata


def _live(view: widgets.Widget) -> dict[str, Any]:
    expect_a_page(view)
    return {"version_major": 2, "version_minor": 0, "model_id": view.model_id}


def _still(view: widgets.Widget, note: str) -> dict[str, Any]:
    """Return what an exhibit shows below its controls, as HTML and as text, with a note on the controls."""
    said = [html.unescape(_TAG.sub("", text)) for part in _texts(view) for text in _SAID.findall(part)]
    return {"text/plain": "\n".join((note, *said)), "text/html": _snapshot(view, html.escape(note))}


def _snapshot(view: widgets.Widget, note: str = f"<b>{_HOW}</b>") -> str:
    """Return as HTML what an exhibit shows below its controls, for a page without a kernel."""
    # A screen reader must not announce what a file contains
    shown = _SPOKEN.sub("", "".join(map(as_images, _texts(view))))
    return f'{VS_CODE_THEME}<div style="max-width:{_PAGE}"><p style="margin:0 0 8px">{note}</p>{shown}</div>'


def _texts(view: widgets.Widget) -> list[str]:
    return [_ROOM.sub("", part.value) for part in view.children if isinstance(part, widgets.HTML)]


def _keep_snapshots(view: widgets.Widget) -> None:
    """Write a snapshot of the exhibit now, and again soon after each change."""
    lock, writing = threading.Lock(), threading.Lock()
    is_due = False

    def keep() -> None:
        nonlocal is_due
        with lock:
            is_due = False  # the next change starts another timer
        # Without this lock, the older of two snapshots could be written last. On a full disk, the first snapshot stays
        with writing, contextlib.suppress(OSError):
            keep_snapshot(view.model_id, _snapshot(view))

    def changed(*_: object) -> None:
        nonlocal is_due
        with lock:
            if not is_due:  # a slider moves ten times a second, and drawing must not wait for the disk
                is_due = True
                later(_SOON, keep)

    for part in view.children:
        if isinstance(part, widgets.HTML):
            part.observe(changed, "value")
    changed()
