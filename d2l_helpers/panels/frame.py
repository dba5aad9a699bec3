"""What the exhibits have in common: how their parts look on a page, and what a notebook keeps of them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from d2l_helpers.figures import Picture

__all__ = ["bundle", "button", "column", "look", "row", "status_html", "typeset"]

_PAGE, _CONTROL, _BUTTON, _TITLE = "700px", "330px", "110px", "110px"  # widths
# That of a number, or of its power of ten; not that of t-shirt
_MINUS = re.compile(r"(?<!\w)-(?=\.?\d)|(?<=\de)-(?=\d)")


def look(title: str) -> dict[str, Any]:
    """Give what all sliders and lists are made with."""
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
    """Set widgets below each other, as the whole that a cell shows."""
    return widgets.VBox(list(parts), layout=widgets.Layout(max_width=_PAGE))


def status_html(text: str, role: str = "status", more: str = "") -> str:
    """Write a message that a screen reader speaks; `more` is HTML that follows the text."""
    look = "line-height:1.4;min-height:2.8em;white-space:pre-line"
    return f'<div role="{role}" style="{look}">{html.escape(text)}{more}</div>'


def typeset(text: str) -> str:
    """Write the minus signs of numbers as such."""
    return _MINUS.sub("−", text)


def bundle(view: widgets.Widget, text: str, picture: Picture | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a notebook the live view, what it is in words, and, where recording, its picture with size and alt text."""
    data: dict[str, Any] = {"text/plain": text}
    metadata: dict[str, Any] = {}
    if picture:
        data, metadata = picture._repr_mimebundle_()
        data["text/plain"] = f"{text}\n{picture.alt}"
    live = {"version_major": 2, "version_minor": 0, "model_id": view.model_id}
    return {**data, "application/vnd.jupyter.widget-view+json": live}, metadata
