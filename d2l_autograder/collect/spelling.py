"""Read names of files and folders: which assignment they name, and what is left of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.collect.dates import is_date

__all__ = [
    "COPIES",
    "Named",
    "Spelling",
    "as_text",
    "is_only_work",
    "is_work",
    "natural",
    "shown",
    "stem_of",
    "without_homework",
]

COPIES = frozenset(("copy of", "copie de", "kopie von", "copia de"))  # which programs put before a name
BETWEEN = " _-.,"  # characters between a student's name and an assignment's
_SUFFIXES = re.compile(r"(\.ipynb|\.txt|\.json|\.zip|\.tar|\.gz|\.tgz|\.7z|\.rar|\.html?|\.pdf|\.py|\.docx?)+$", re.I)
_LIST = """
    hw homework homeworks assignment assignments exercise exercises lab week sheet project problem task section tutorial
    class course submission submissions submitted export exported download downloads downloaded attempt version backup
    backups copy old new draft final late part notebook notebooks src code data solution work try test files attachment
    attachments abgabe abgaben übung übungen uebung uebungen blatt aufgabe aufgaben hausaufgabe hausaufgaben
    solutions lösung lösungen loesung loesungen musterlösung musterloesung kopie untitled template vorlage
    versuch first second third
"""
_WORDS = frozenset(_LIST.split())
_NUMBERED = re.compile(r"(v|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\d{1,2}")
_HOMEWORK = r"(?:hw|homework|assignment|exercise|lab|übung|uebung|blatt|aufgabe|abgabe)[ _-]?\d{1,2}"
_HOMEWORK_AT_AN_END = re.compile(rf"^{_HOMEWORK}(?=[ _-])|(?<=[ _-]){_HOMEWORK}$", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """An assignment that a name contains.

    Attributes
    ----------
    assignment : str
        The assignment's name.
    before, after : str
        What stands around it, without the characters between.
    """

    assignment: str
    before: str
    after: str


class Spelling:
    """Finds assignments in names.

    Parameters
    ----------
    assignments : iterable of str
        The assignments' names, of which the longest that fits counts.
    """

    def __init__(self, assignments: Iterable[str]) -> None:
        self._known = sorted(assignments, key=lambda name: (-len(name), name))
        self._exact = {_simple(name): name for name in self._known}
        spellings = [(name, r"[ _-]+".join(map(re.escape, re.split(r"[ _-]+", name)))) for name in self._known]
        self._apart = [(name, re.compile(rf"(?<![^\W_]){text}(?![^\W_])", re.I)) for name, text in spellings]
        self._anywhere = [(name, re.compile(text, re.I)) for name, text in spellings if len(name) > 5]

    def is_assignment(self, name: str) -> bool:
        """Return whether a folder is named after an assignment."""
        return _simple(name) in self._exact

    def find(self, name: str) -> Named | None:
        """Return the assignment that a name contains; None if it contains none."""
        for known, pattern in (*self._apart, *self._anywhere):
            if match := pattern.search(name):
                return Named(known, name[: match.start()].strip(BETWEEN), name[match.end() :].strip(BETWEEN))
        return None

    def tail(self, name: str) -> tuple[str, bool]:
        """Return what a file's name says about the student, and whether it stands beside an assignment's name."""
        stem = stem_of(as_text(name))
        named = self.find(stem)
        if named is None:
            return without_homework(stem), False
        if named.before and named.before.casefold() not in COPIES and not is_only_work(named.before):
            return named.before, True
        is_name = any(map(str.isalpha, named.after)) and not is_work(named.after)
        return (named.after, True) if is_name else ("", False)

    def names_nobody(self, name: str) -> bool:
        """Return whether a file's name holds an assignment, or words for work, and nothing that may be a student's."""
        return is_only_work(self.tail(name)[0] or "hw")


def is_work(name: str) -> bool:
    """Return whether a folder's name says what was done, such as ``HW4`` or ``CS101 submissions``, and not by whom."""
    return is_date(name) or any(map(_is_word, re.split(r"[\W_]+", name.casefold())))


def is_only_work(name: str) -> bool:
    """Return whether a name holds nothing but such words, numbers or a date, and so nothing that may be a student's."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word and not word.isdecimal()]
    return is_date(name) or (bool(words) and all(map(_is_word, words)))


def _is_word(word: str) -> bool:
    return word in _WORDS or _NUMBERED.fullmatch(word) is not None


def without_homework(stem: str) -> str:
    """Return a name without ``hw04`` or the like at either end, if anything is left."""
    return _HOMEWORK_AT_AN_END.sub("", stem).strip(BETWEEN) or stem


def stem_of(name: str) -> str:
    """Return a file's name without the endings that notebooks, archives and documents have."""
    return _SUFFIXES.sub("", name) or name


def as_text(name: str) -> str:
    """Normalize a name: one student's name has one form on every system; bytes that are no text become numbers."""
    return unicodedata.normalize("NFC", name.encode(errors="backslashreplace").decode())


def _simple(name: str) -> str:
    return re.sub(r"[ _-]+", "_", name.casefold())


def natural(path: Path, member: str = "") -> list[tuple[int, str]]:
    """Return a key that sorts numbers in names by value (-10 after -2), and a name before the same with an ending."""
    text = f"{path.with_suffix('')}/{member}"
    return [(int(digits or 0), other) for digits, other in re.findall(r"(\d{0,18})(\D*)", text)]


def shown(name: str) -> str:
    """Return a name as messages show it: without control characters, and not longer than a line."""
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in as_text(name))
    return text if len(text) <= 120 else f"{text[:80]}…{text[-39:]}"
