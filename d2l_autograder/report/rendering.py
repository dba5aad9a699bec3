"""Render the HTML templates beside this module; jinja2 escapes every text that they show."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from d2l_autograder.report.text import (
    NOT_SANDBOXED,
    SYMBOLS,
    date_text,
    number_text,
    points_text,
    safe_line,
    safe_name,
    state_of,
)

__all__ = ["heading_of", "render"]


def render(template: str, **values: object) -> str:
    """Return what a template makes of some values."""
    return _environment().get_template(template).render(values)


def heading_of(assignment: str) -> str:
    """Turn 04_softmax_regression into Softmax regression."""
    number, _, name = assignment.partition("_")
    words = (name if number.isdigit() and name else assignment).replace("_", " ")
    return words[:1].upper() + words[1:]


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
    found.filters.update(number=number_text, state=state_of, line=safe_line, name=safe_name, date=date_text)
    found.globals.update(NOT_SANDBOXED=NOT_SANDBOXED, SYMBOLS=SYMBOLS, points_text=points_text)
    return found
