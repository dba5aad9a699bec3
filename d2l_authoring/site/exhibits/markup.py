"""Return the HTML that stands on a page of the book in the place of an exhibit."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from d2l_authoring.site.exhibits.asked import asked
from d2l_authoring.site.exhibits.classification import CLASSIFICATION
from d2l_authoring.site.exhibits.frames import Axis, Exhibited, axes, frames, pack
from d2l_authoring.site.exhibits.pictures import read_pictures, take
from d2l_authoring.site.exhibits.regression import REGRESSION
from d2l_authoring.site.exhibits.states import Shown
from d2l_helpers.errors import NotebookError

__all__ = ["SHOWN", "exhibit_html"]

SHOWN = (*REGRESSION, *CLASSIFICATION)


def exhibit_html(notebook: NotebookNode, name: str, cell_id: str) -> str | None:
    """Return what a page shows in the place of an exhibit's recorded output.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as recorded.
    name : str
        The notebook's name, such as ``"04_softmax_regression"``.
    cell_id : str
        The id of a code cell.

    Returns
    -------
    str or None
        HTML without references to other files, for a page that includes static/exhibit.js and static/exhibit.css. None
        if the table of states does not have the cell: it shows no exhibit, or one of another author's.

    Raises
    ------
    ArgumentError, NotebookError
        If what the table says does not fit the exhibit or the notebook, or the exhibit's pictures are not recorded.
    """
    shown = next((one for one in SHOWN if (one.notebook, one.cell) == (name, cell_id)), None)
    if shown is None:
        return None
    questions = _questions(notebook, shown)
    exhibit = shown.make() if shown.make else None
    live = _live(shown, exhibit, questions) if exhibit else ""
    return (
        f'<div class="d2l-exhibit" role="group" aria-label="Exhibit">{live}'
        f'<div class="d2l-states">{_states(shown, questions, exhibit)}</div></div>'
    )


def _questions(notebook: NotebookNode, shown: Shown) -> list[str]:
    questions = asked(notebook, shown.question)
    if max(shown.asks) >= len(questions):
        raise NotebookError(
            f"Cannot show the exhibit {shown.cell} of {shown.notebook}.",
            got=f"{len(questions)} question{'s' * (len(questions) != 1)} in the cell {shown.question!r}",
            expected=f"{max(shown.asks) + 1} questions, as its three states answer",
            remedy="correct `asks` in the exhibit's table of states, or the cell",
        )
    return questions


def _states(shown: Shown, questions: Sequence[str], exhibit: Exhibited | None) -> str:
    """Return the three pictures, each below the question that it answers."""
    taken = take(exhibit, [dict(state.values) for state in shown.states]) if exhibit else read_pictures(shown)
    parts = []
    for place, (state, one) in enumerate(zip(shown.states, taken, strict=True)):
        is_new = shown.asks[place] not in shown.asks[:place]
        question = f'<div class="d2l-question">{questions[shown.asks[place]]}</div>' if is_new else ""
        parts.append(
            f"<figure><figcaption>{question}<p><b>{html.escape(state.title)}:</b> {html.escape(one['settings'])}.</p>"
            f'<p class="d2l-sentence">{html.escape(one["sentence"])}</p></figcaption><div>{one["markup"]}</div>'
            f"<details><summary>What the picture shows</summary><p>{html.escape(state.seen)}</p></details></figure>"
        )
    return "".join(parts)


def _live(shown: Shown, exhibit: Exhibited, questions: Sequence[str]) -> str:
    """Return the sliders and what they move; the page's script shows it in the place of the three pictures."""
    page = axes(shown, exhibit)
    every = frames(exhibit, page)
    moving = [axis for axis in page if len(axis.values) > 1]
    fixed = " and ".join(axis.control.title for axis in page if len(axis.values) == 1)
    more = f"<p>The exhibit in the notebook has controls for {fixed}, too.</p>" if fixed else ""
    # The longest lines keep the room for all others, so that the charts do not move
    lines = zip(*(one.sentence.split("\n") for one in every), strict=True)
    longest = html.escape("\n".join(max(line, key=len) for line in lines))
    return (
        f'<div class="d2l-live">{_asked(shown, questions, moving)}'
        f'<div class="d2l-controls">{"".join(_control(shown, axis) for axis in moving)}'
        f"{_button('Book values', {}, moving)}</div>{more}"
        f'<div class="d2l-said"><p aria-hidden="true">{longest}</p><p aria-hidden="true"></p></div>'
        '<p class="d2l-spoken" role="status"></p><div class="d2l-drawing"></div>'
        f'<script type="text/plain">{pack(every)}</script></div>'
    )


def _asked(shown: Shown, questions: Sequence[str], moving: Sequence[Axis]) -> str:
    """Return each question, and buttons that move the sliders to the states that answer it."""
    parts = []
    for asks in dict.fromkeys(shown.asks):
        states = [state for state, own in zip(shown.states, shown.asks, strict=True) if own == asks]
        buttons = [_button(state.title, state.values, moving) for state in states]
        parts.append(f'<div class="d2l-question">{questions[asks]}{"".join(buttons)}</div>')
    return "".join(parts)


def _button(title: str, values: Mapping[str, Any], moving: Sequence[Axis]) -> str:
    places = " ".join(str(axis.at(values)) for axis in moving)
    return f'<button type="button" data-places="{places}">{html.escape(title)}</button>'


def _control(shown: Shown, axis: Axis) -> str:
    """Return a slider over the positions, or a list of the choices, with its label."""
    name, at = f"d2l-{shown.cell}-{axis.control.name}", axis.at({})
    texts = [html.escape(axis.control.text(value)) for value in axis.values]
    label = f'<label for="{name}">{html.escape(axis.control.title)}</label>'
    if axis.control.is_choice:
        options = [f"<option{' selected' * (place == at)}>{text}</option>" for place, text in enumerate(texts)]
        return f'<div>{label}<select id="{name}" autocomplete="off">{"".join(options)}</select></div>'
    # autocomplete: after a reload, Firefox would keep the slider where it was left
    return (
        f'<div>{label}<input id="{name}" type="range" min="0" max="{len(texts) - 1}" value="{at}" autocomplete="off" '
        f'aria-valuetext="{texts[at]}" data-texts="{" ".join(texts)}"/>'
        f'<output for="{name}" aria-hidden="true">{texts[at]}</output></div>'
    )
