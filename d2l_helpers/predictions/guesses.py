"""Remember a reader's guesses, in this kernel and in the reader's file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from d2l_helpers import reader_files
from d2l_helpers.predictions.question import Question
from d2l_helpers.records import is_recording

__all__ = ["Guess", "all_guesses", "guess_of", "remember"]

_FILE = "predictions.json"
_here: dict[str, Guess] = {}  # of this kernel


@dataclass(frozen=True)
class Guess:
    """A guess, and whether it was right.

    Attributes
    ----------
    said : str
        The guess, as `Question.read` returns it.
    first : bool or None
        Whether the first guess that was compared with a result was right; None before that. Later guesses do not change
        it: by then the reader had seen the result.
    """

    said: str
    first: bool | None = None


def guess_of(question: Question) -> Guess | None:
    """Return the reader's guess: of this kernel, or else of their file; none where notebooks are recorded."""
    return all_guesses().get(question.name)


def all_guesses() -> dict[str, Guess]:
    """Return the reader's guesses by the questions' names; none where notebooks are recorded."""
    if is_recording():
        return {}
    kept = _kept(reader_files.read(reader_files.path_of(_FILE)))
    return kept | _here


def remember(question: Question, guess: Guess) -> None:
    """Remember a guess in this kernel and in the reader's file; not where notebooks are recorded."""
    if is_recording():
        return
    _here[question.name] = guess
    entry = {question.name: asdict(guess)}
    reader_files.change(reader_files.path_of(_FILE), lambda kept: {**_as_dict(kept), **entry})


def _kept(content: Any) -> dict[str, Guess]:
    """Return the guesses in a file's content, which may be anything."""
    return {
        name: Guess(entry["said"], entry.get("first"))
        for name, entry in _as_dict(content).items()
        if isinstance(entry, dict) and isinstance(entry.get("said"), str) and entry.get("first") in (True, False, None)
    }


def _as_dict(content: Any) -> dict[str, Any]:
    return content if isinstance(content, dict) else {}
