"""Feedback as HTML: a student's page, and the output of a check in nbgrader's formgrader.

The page stands alone: it has no script and fetches nothing, and it can be read in print and without colour. The
templates beside this module hold all of the HTML; jinja2 escapes every text that they show.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from d2l_autograder.report.feedback import Exercise, Feedback
from d2l_autograder.report.text import NOT_SANDBOXED, SYMBOLS, number_text, points_text, safe_line, state_of

__all__ = ["check_html", "feedback_page", "notes_html"]


def feedback_page(feedback: Feedback) -> str:
    """Return the page for one student and assignment."""
    heading = _heading(feedback["assignment"])
    return _render("page.html", heading=heading, score=points_text(feedback["earned"], feedback["points"]), **feedback)


def check_html(exercise: Exercise) -> str:
    """Return what the check of an exercise shows.

    nbconvert sanitizes it, so it has only tags that nbconvert lets through, and classes of Bootstrap, which nbgrader's
    pages load.
    """
    return _render("check.html", exercise=exercise)


def notes_html(feedback: Feedback) -> str:
    """Return what concerns the notebook as a whole; empty where there is nothing to say.

    It is one line, for a Markdown cell: after an empty line, a text in it would be read as Markdown.
    """
    return _render("notes.html", **feedback).replace("\n", "")


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,  # a misspelt name must fail a test, not leave a gap in a page
        trim_blocks=True,
        lstrip_blocks=True,
    )
    details = ("probes", "hint", "note", "by_hand", "comment")
    found.tests["detailed"] = lambda exercise: any(exercise[each] for each in details)
    found.filters.update(number=number_text, state=state_of, line=safe_line)
    found.globals.update(NOT_SANDBOXED=NOT_SANDBOXED, SYMBOLS=SYMBOLS, points_text=points_text)
    return found


def _heading(assignment: str) -> str:
    """Turn 04_softmax_regression into Softmax regression."""
    number, _, name = assignment.partition("_")
    words = (name if number.isdigit() and name else assignment).replace("_", " ")
    return words[:1].upper() + words[1:]
