"""Remember a reader's guesses, in this kernel and in the reader's file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
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
    return kept | {name: _with_first_of(kept.get(name), guess) for name, guess in _here.items()}


def remember(question: Question, guess: Guess) -> None:
    """Remember a guess in this kernel and in the reader's file; not where notebooks are recorded."""
    if is_recording():
        return
    _here[question.name] = guess

    def added(content: Any) -> dict[str, Any]:
        kept = _kept(content)
        kept[question.name] = _with_first_of(kept.get(question.name), guess)
        return {name: asdict(one) for name, one in kept.items()}

    reader_files.change(reader_files.path_of(_FILE), added)


def _with_first_of(kept: Guess | None, guess: Guess) -> Guess:
    """Return a guess; what the file says about the first one stays, as another kernel may have compared it."""
    return guess if kept is None or kept.first is None else replace(guess, first=kept.first)


def _kept(content: Any) -> dict[str, Guess]:
    """Return the guesses in a file's content, which may be anything."""
    return {
        name: Guess(entry["said"], entry.get("first"))
        for name, entry in (content if isinstance(content, dict) else {}).items()
        if isinstance(entry, dict)
        and isinstance(entry.get("said"), str)
        and isinstance(entry.get("first"), bool | None)
    }
