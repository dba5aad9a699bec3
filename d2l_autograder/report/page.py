"""Feedback as a page that stands alone: no script, nothing fetched, readable in print and without colour."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

from d2l_autograder.report.feedback import Exercise, Feedback, Probe
from d2l_autograder.report.words import NOT_SANDBOXED, mark_of, number_text, points_text
from d2l_autograder.results import Status
from d2l_autograder.sandbox import Verdict

__all__ = ["page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STATES = {"●": "right", "◐": "partly", "○": "open"}
_HEADLINES = {Status.DAMAGED: "This notebook could not be marked", Status.SANDBOX_FAULT: "Not marked yet"}


def page(feedback: Feedback) -> str:
    """Write the page for one student and assignment."""
    title = _escaped(_heading(feedback["assignment"]))
    total = points_text(feedback["earned"], feedback["points"])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}: {total}</title>
<style>
{_style()}</style>
</head>
<body>
<main>
{_header(feedback, title)}
{_notices(feedback)}
{_overview(feedback)}
{_exercises(feedback)}
{_footer(feedback)}
</main>
</body>
</html>
"""


def _header(feedback: Feedback, title: str) -> str:
    earned, points = feedback["earned"], feedback["points"]
    share = 100 * earned / points if earned and points > 0 else 0
    number, _, rest = points_text(earned, points).partition(" ")
    score = f"<b>{number}</b> {rest}" if earned is not None else f"{number} {rest}"
    bar = f'<div class="bar" aria-hidden="true"><div style="width:{min(share, 100):.1f}%"></div></div>'
    return f"""<header>
<div><h1>{title}</h1>
<p class="whose"><bdi>{_escaped(feedback["student"])}</bdi></p></div>
<p class="score">{score}</p>
{bar}
</header>"""


def _notices(feedback: Feedback) -> str:
    """Say what concerns the notebook as a whole."""
    notices = []
    if not feedback["sandboxed"]:
        notices.append(_notice("partly", "Marked without a sandbox", f"<p>{NOT_SANDBOXED}</p>"))
    status = Status(feedback["status"])
    if status in _HEADLINES:
        notices.append(_notice("partly", _HEADLINES[status], f'<p class="said">{_escaped(feedback["said"])}</p>'))
    if feedback["repairs"]:
        rows = "".join(f'<li><span class="said">{_escaped(repair)}</span></li>' for repair in feedback["repairs"])
        notices.append(_notice("note", "What was mended in your notebook", f"<ul>{rows}</ul>"))
    return "\n".join(notices)


def _notice(state: str, title: str, body: str) -> str:
    return f'<section class="notice {state}"><h2>{title}</h2>{body}</section>'


def _overview(feedback: Feedback) -> str:
    if not feedback["exercises"]:
        return ""
    rows = "\n".join(_row(number, exercise) for number, exercise in enumerate(feedback["exercises"], 1))
    return f"""<table>
<caption>All exercises</caption>
<thead><tr><th scope="col">Exercise</th><th scope="col">How it went</th><th scope="col">Points</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def _row(number: int, exercise: Exercise) -> str:
    earned = "" if exercise["earned"] is None else f"<b>{number_text(exercise['earned'])}</b> of "
    title = _escaped(exercise["title"])
    name = f'<a href="#exercise-{number}">{title}</a>' if _has_more(exercise) else title
    return f"""<tr><th scope="row">{name}</th>
<td>{_marked(exercise)}</td>
<td class="points">{earned}{number_text(exercise["points"])}</td></tr>"""


def _exercises(feedback: Feedback) -> str:
    numbered = enumerate(feedback["exercises"], 1)
    return "".join(_exercise(number, exercise) for number, exercise in numbered if _has_more(exercise))


def _exercise(number: int, exercise: Exercise) -> str:
    probes = "".join(map(_probe, exercise["probes"]))
    tried = f"<ul>{probes}</ul>" if probes else ""
    hint = f'<p class="hint said"><b>A hint.</b> {_escaped(exercise["hint"])}</p>' if exercise["hint"] else ""
    return f"""<section class="exercise {_state(exercise["verdict"])}" id="exercise-{number}">
<h2>{_escaped(exercise["title"])}</h2>
<p class="verdict">{_marked(exercise)}, {points_text(exercise["earned"], exercise["points"])}</p>
{tried}{hint}
</section>
"""


def _probe(probe: Probe) -> str:
    rows = "".join(
        f'<dt>{name}</dt><dd class="said">{_escaped(text)}</dd>'
        for name, text in (("got", probe["got"]), ("expected", probe["expected"]))
        if text
    )
    more = f"<dl>{rows}</dl>" if rows else ""
    state, mark = _state(probe["verdict"]), mark_of(probe["verdict"])
    said = f'{_escaped(probe["title"])}: <span class="{state}">{_escaped(probe["said"])}</span>'
    return f'<li><span class="{state}" aria-hidden="true">{mark}</span> <div>{said}{more}</div></li>'


def _footer(feedback: Feedback) -> str:
    first = [exercise["probes"][0] for exercise in feedback["exercises"] if exercise["probes"]]
    if all(probe["verdict"] == Verdict.RIGHT for probe in first):
        return ""
    return "<footer><p>Where the first thing that was tried is not right, nothing more was tried.</p></footer>"


def _marked(exercise: Exercise) -> str:
    mark = f'<span aria-hidden="true">{mark_of(exercise["verdict"])}</span>'
    return f'<span class="{_state(exercise["verdict"])}">{mark} {_escaped(exercise["said"])}</span>'


def _has_more(exercise: Exercise) -> bool:
    return bool(exercise["probes"] or exercise["hint"])


def _state(verdict: str) -> str:
    return _STATES[mark_of(verdict)]


def _heading(assignment: str) -> str:
    """Turn 04_softmax_regression into Softmax regression."""
    number, _, name = assignment.partition("_")
    words = (name if number.isdigit() and name else assignment).replace("_", " ")
    return words[:1].upper() + words[1:]


def _escaped(text: str) -> str:
    return html.escape(text)


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text()
