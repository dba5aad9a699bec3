"""Results of checks, hints, questions and tables as a notebook shows them: as text and as HTML."""

from __future__ import annotations

import html
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from d2l_helpers.exercises.exercise import CheckResult

__all__ = [
    "Message",
    "code_message",
    "is_prompt",
    "note_message",
    "points_text",
    "prediction_message",
    "question_message",
    "result_message",
    "shell",
    "show",
    "table_message",
]

Message = dict[str, str]  # by MIME type: text/plain and text/html, both of them encodable

_MOST_CHARACTERS = 600
_HANG = " " * len("expected: ")
# A mark for each state, and the colour of the bar beside it
_MARKS = {"not attempted": ("○", "#767676"), "not yet": ("◐", "#B45000"), "right": ("●", "#007A59")}
_NOTE = "#0072B2"
_QUESTION = "#8C4B9E"
# Front ends lay out lists of terms in different ways
_GRID = "display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 0;margin:2px 0 0;padding:0"
# In a notebook that is not trusted, the page removes the grid and keeps the padding
_TERM = "float:none;width:auto;margin:0;padding:0 8px 0 0;font-weight:normal"
_VALUE = "float:none;width:auto;margin:0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace"
_CODE = "margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace"


def points_text(earned: int, total: int) -> str:
    """Return how many of how many points, as text."""
    return f"{earned} of {total} point{'s' * (total != 1)}"


def result_message(result: CheckResult) -> Message:
    """Write the message for the result of a check."""
    exercise, state = result.exercise, result.state
    mark, colour = _MARKS[state]
    title = f"{mark} {exercise.title}: {state}, {points_text(result.points, exercise.points)}"
    if state == "right":
        return _message(title, colour, text=exercise.told(exercise.reason))
    rows = {"help": f"helpers.hint({exercise.name!r})"}
    if state == "not yet":
        rows = {"got": _short(result.got), "expected": _short(result.expected), **rows}
    return _message(title, colour, rows)


def note_message(title: str, text: str) -> Message:
    """Write the message of a hint, or another note."""
    return _message(title, _NOTE, text=text)


def question_message(text: str, rows: Mapping[str, str], state: str = "", title: str = "Predict: ") -> Message:
    """Write the message of a question, with its choices or other rows, and what the reader has guessed."""
    return _message(f"{title}{text}", _QUESTION, dict(rows), state)


def prediction_message(is_right: bool | None, title: str, text: str) -> Message:
    """Write the message of a measured result beside a guess; `is_right` is None without a guess."""
    if is_right is None:
        return _message(title, _NOTE, text=text)
    mark, colour = _MARKS["right" if is_right else "not yet"]
    return _message(f"{mark} {title}", colour, text=text)


def code_message(title: str, code: str, text: str) -> Message:
    """Write the message of a solution: a title, its source, and a text below."""
    markup = f'<pre style="{_CODE}">{html.escape(code)}</pre>{html.escape(text)}'
    return _encodable("\n".join(filter(None, (title, code, text))), _framed(title, _NOTE, markup))


def table_message(title: str, rows: Sequence[tuple[str, ...]]) -> Message:
    """Write the message of rows of texts under a title."""
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in rows)
    # nbclassic's captions are grey, and too pale to be read by everybody
    caption = f'<caption style="color:inherit">{html.escape(title)}</caption>'
    table = f"<table>{caption}<tbody>{cells}</tbody></table>"
    return _encodable("\n".join((title, *lines)), table)


def show(message: Mapping[str, Any]) -> None:
    """Show a message as the output of the cell that runs; at Python's own prompt, print its text."""
    if is_prompt():
        print(message["text/plain"])
        return
    from IPython.display import display  # takes a third of a second, and only notebooks need it

    display(message, raw=True)  # type: ignore[no-untyped-call]


def is_prompt() -> bool:
    """Return whether a person types lines of Python in a terminal, without IPython."""
    return hasattr(sys, "ps1") and shell() is None


def shell() -> Any:
    """Return IPython's shell; None where IPython does not run the cells, and then it is not imported."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _message(title: str, colour: str, rows: dict[str, str] | None = None, text: str = "") -> Message:
    """Write a title, and below it rows of a label and a value, each line of a value below its first; or a text."""
    lines = [title, *(f"{label + ':':<{len(_HANG)}}{_hang(value)}" for label, value in (rows or {}).items())]
    lines += [text] if text else []
    terms = "".join(
        f'<dt style="{_TERM}">{label}:</dt><dd style="{_VALUE}">{html.escape(value)}</dd>'
        for label, value in (rows or {}).items()
    )
    below = f'<dl style="{_GRID}">{terms}</dl>' if rows else ""
    below += f"\n{html.escape(text)}" if text or not rows else ""
    return _encodable("\n".join(lines), _framed(title, colour, below))


def _framed(title: str, colour: str, below: str) -> str:
    style = f"border-left:4px solid {colour};padding:4px 10px;white-space:pre-wrap;line-height:1.4"
    return f'<div role="status" style="{style}"><b>{html.escape(title)}</b>{below}</div>'


def _encodable(text: str, markup: str) -> Message:
    # A lone surrogate, as in the message of an answer's error, could not be sent to the page
    text, markup = (said.encode(errors="replace").decode() for said in (text, markup))
    return {"text/plain": text, "text/html": markup}


def _hang(value: str) -> str:
    return value.replace("\n", f"\n{_HANG}")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"
