"""Text in reports: results in words, and submitted text made safe to show."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import cache

from d2l_autograder.results import Mark
from d2l_autograder.sandbox import Verdict

__all__ = [
    "NOT_SANDBOXED",
    "SYMBOLS",
    "date_text",
    "mark_text",
    "number_text",
    "points_text",
    "safe_line",
    "safe_name",
    "safe_text",
    "state_of",
    "verdict_text",
]

NOT_SANDBOXED = "This notebook was marked without a sandbox. Do not use the mark as a grade."
SYMBOLS = {"right": "●", "partly": "◐", "open": "○"}  # of each state, as the checks in the notebooks show them
_STATES = {Verdict.RIGHT: "right", Verdict.NOT_ATTEMPTED: "open", Verdict.SANDBOX_FAULT: "open"}
_MOST_CHARACTERS = 600
_JOINERS = "\u200c\u200d"  # Persian, the scripts of India, and emoji are written with them
_LINE_ENDS = re.compile(r"[\r\n\t]+")
_VERDICTS = {
    Verdict.RIGHT: "right",
    Verdict.WRONG: "not right yet",
    Verdict.ERROR: "stopped with an error",
    Verdict.TIMEOUT: "took too long",
    Verdict.MEMORY: "needed too much memory",
    Verdict.OUTPUT: "printed too much",
    Verdict.DIED: "made Python exit",
    Verdict.BAD_ANSWER: "returned something of another kind",
    Verdict.NOT_ATTEMPTED: "not attempted",
    Verdict.SANDBOX_FAULT: "not marked, because the grader failed",
}


def verdict_text(verdict: Verdict, earned: float = 0.0) -> str:
    """Return a verdict in words; where points were earned all the same, such as "partly right: took too long"."""
    if verdict == Verdict.RIGHT or not earned:
        return _VERDICTS[verdict]
    return "partly right" + ("" if verdict == Verdict.WRONG else f": {_VERDICTS[verdict]}")


def state_of(verdict: str) -> str:
    """Return "right", "open" (not attempted, or not marked), or "partly" for every other verdict."""
    return _STATES.get(Verdict(verdict), "partly")


def points_text(earned: float | None, points: float) -> str:
    """Return such as "5 of 7 points"; `earned` is None where nothing was marked."""
    if earned is None:
        return "not marked"
    return f"{number_text(earned)} of {number_text(points)} point{'s' * (points != 1)}"


def mark_text(mark: Mark) -> str:
    """Return such as "1.5 of 2", and "1 of 2 extra" for extra credit."""
    return f"{number_text(mark.earned)} of {number_text(mark.points)}{' extra' * mark.is_extra}"


def number_text(number: float) -> str:
    """Return a number of points as text: 2, 1.5, 0.67."""
    return f"{number:.10g}"


def safe_text(text: str) -> str:
    """Return text in which nothing is invisible or steers what shows it, cut to 600 characters.

    Control characters, bidirectional controls, invisible characters and halves of surrogate pairs become their
    numbers, such as ⟨U+001B⟩ for an escape. Characters of all scripts, spaces and line ends stay. So does markup,
    which HTML must still escape.
    """
    short = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"
    return "".join(map(_visible, short.replace("\r\n", "\n")))


def safe_line(text: str) -> str:
    """Return `safe_text` on one line."""
    return safe_text(_LINE_ENDS.sub(" ", text).strip())


def safe_name(text: str) -> str:
    """Return a student's id as it is, with spaces; line ends and tabs become their numbers, too."""
    return safe_text(text).replace("\n", "⟨U+000A⟩").replace("\t", "⟨U+0009⟩")


def date_text(when: datetime | None) -> str:
    """Return a date and time such as 2026-03-01 17:00:00+00:00; empty for None."""
    return when.isoformat(" ", "seconds") if when else ""


@cache
def _visible(character: str) -> str:
    is_kept = character in "\n\t" or character in _JOINERS or unicodedata.category(character) == "Zs"
    return character if is_kept or character.isprintable() else f"⟨U+{ord(character):04X}⟩"
