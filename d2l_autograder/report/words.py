"""Results in words, and the words of others made harmless."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from d2l_autograder.sandbox import Verdict

__all__ = [
    "NOT_SANDBOXED",
    "harmless",
    "mark_of",
    "number_text",
    "one_line",
    "points_text",
    "said_of",
    "without_folders",
]

NOT_SANDBOXED = "This was marked without a sandbox. No mark should rest on it."
_MOST_LETTERS = 600
_JOINERS = "\u200c\u200d"  # Persian, the scripts of India, and emoji are written with them
_FOLDERS = re.compile(r"""(?<![\w.:/~])/(?:[^\s/'"]+/)+""")
_LINE_ENDS = re.compile(r"[\r\n\t]+")
_SAID = {
    Verdict.RIGHT: "right",
    Verdict.WRONG: "not right yet",
    Verdict.ERROR: "stopped with an error",
    Verdict.TIMEOUT: "took too long",
    Verdict.MEMORY: "needed too much memory",
    Verdict.OUTPUT: "printed too much",
    Verdict.DIED: "ended Python itself",
    Verdict.BAD_ANSWER: "gave something of another kind",
    Verdict.NOT_ATTEMPTED: "not attempted",
    Verdict.SANDBOX_FAULT: "not marked, by a fault of the grader",
}


def said_of(verdict: Verdict, earned: float = 0.0) -> str:
    """Say a verdict in words, such as "partly right: took too long" where something was earned all the same."""
    if verdict == Verdict.RIGHT or not earned:
        return _SAID[verdict]
    return "partly right" + ("" if verdict == Verdict.WRONG else f": {_SAID[verdict]}")


def mark_of(verdict: str) -> str:
    """Give the mark that stands for a verdict in the notebooks: ●, ◐ or ○."""
    return {Verdict.RIGHT: "●", Verdict.NOT_ATTEMPTED: "○", Verdict.SANDBOX_FAULT: "○"}.get(Verdict(verdict), "◐")


def points_text(earned: float | None, points: float) -> str:
    """Write how many points of how many; `earned` is None where nothing was marked."""
    if earned is None:
        return "not marked"
    return f"{number_text(earned)} of {number_text(points)} point{'s' * (points != 1)}"


def number_text(number: float) -> str:
    """Write a number of points: 2, 1.5, 0.67."""
    return f"{number:.10g}"


def harmless(text: str) -> str:
    """Make what would steer a terminal, a page's direction or an eye visible, and a long text short.

    Control characters, bidirectional controls, invisible and unpaired characters are shown by their numbers, such as
    ⟨U+001B⟩ for an escape. Letters, marks, spaces and line ends of all scripts stay, and so does markup.
    """
    short = text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]} …"
    return "".join(map(_shown, short.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Make a text harmless, and one line of it."""
    return harmless(_LINE_ENDS.sub(" ", text).strip())


def without_folders(text: str) -> str:
    """Leave of each absolute path the name at its end: where things lie on the grader's machine concerns no student."""
    return _FOLDERS.sub("…/", text)


@cache
def _shown(letter: str) -> str:
    if letter.isprintable() or letter in "\n\t" or letter in _JOINERS or unicodedata.category(letter) == "Zs":
        return letter
    return f"⟨U+{ord(letter):04X}⟩"
