"""Verdicts, hints and tables as a notebook shows them: as text, and as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

from d2l_helpers.exercises.exercise import Verdict

__all__ = ["points_text", "show_note", "show_table", "show_verdict"]

_MOST_LETTERS = 600
# A mark for each state, and the colour of the bar beside it
_MARKS = {"not attempted": ("○", "#767676"), "not yet": ("◐", "#B45000"), "right": ("●", "#007A59")}


def points_text(earned: int, total: int) -> str:
    """Write how many points of how many."""
    return f"{earned} of {total} point{'s' * (total != 1)}"


def show_verdict(verdict: Verdict) -> None:
    """Show how an answer fares."""
    exercise, state = verdict.exercise, verdict.state
    mark, colour = _MARKS[state]
    lines = [f"{mark} {exercise.title}: {state}, {points_text(verdict.points, exercise.points)}"]
    if state == "not yet":
        lines += [f"got:      {_short(verdict.got)}", f"expected: {_short(verdict.expected)}"]
    if state == "right" and exercise.reason:
        lines.append(exercise.reason)
    if state != "right":
        lines.append(f"help:     helpers.hint({exercise.name!r})")
    _show(lines, colour)


def show_note(title: str, text: str) -> None:
    """Show a hint."""
    _show([title, text], "#0072B2")


def show_table(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Show rows of texts under a title."""
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in rows)
    _display(
        "\n".join((title, *lines)), f"<table><caption>{html.escape(title)}</caption><tbody>{cells}</tbody></table>"
    )


def _show(lines: Sequence[str], colour: str) -> None:
    style = f"border-left:4px solid {colour};padding:4px 10px;white-space:pre-wrap;line-height:1.4"
    first, rest = html.escape(lines[0]), html.escape("\n".join(lines[1:]))
    _display("\n".join(lines), f'<div role="status" style="{style}"><b>{first}</b>\n{rest}</div>')


def _display(text: str, markup: str) -> None:
    from IPython.display import display

    # Half a surrogate pair, from an answer's own message, could not be sent
    text, markup = (said.encode(errors="replace").decode() for said in (text, markup))
    display({"text/plain": text, "text/html": markup}, raw=True)  # type: ignore[no-untyped-call]


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + " …"
