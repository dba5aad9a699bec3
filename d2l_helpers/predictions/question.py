"""Define questions to predict, with choices, for a number or for a short text, and judge the guesses."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.records import number_of

__all__ = ["Choice", "ChoiceQuestion", "NumberQuestion", "Question", "TextQuestion", "Verdict"]

_LETTERS = "abcdefgh"
_LONGEST = 60  # characters of a guess
_GROUPED = r"[1-9]\d{0,2}(?:,\d{3})+\.\d+|[1-9]\d{0,2}(?:,\d{3}){2,}"  # 1,234.5 or 1,234,567
_PLAIN = r"\d+(?:[.,]\d*)?|[.,]\d+"
_NUMBER = re.compile(rf"([-+]?)(?:({_GROUPED})|({_PLAIN}))(e[-+]?\d{{1,3}})?", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2},\d{3}")  # 1,500: fifteen hundred or one and a half


@dataclass(frozen=True)
class Verdict:
    """What is said about a guess once the result is known.

    Attributes
    ----------
    is_right : bool
        Whether the guess is right.
    text : str
        One sentence about the guess; may be empty.
    """

    is_right: bool
    text: str = ""


@dataclass(frozen=True)
class Choice:
    """One of a question's choices.

    Attributes
    ----------
    text : str
        What stands on the button: a few words that can follow "You said".
    otherwise : str
        One sentence for a reader who chose it and is wrong: what would have to hold for it to be right.
    """

    text: str
    otherwise: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What all questions have in common; notebooks use its three kinds.

    Attributes
    ----------
    name : str
        What `predict` and `compare` call it by, unique in a kernel; a measured number is recorded under it.
    text : str
        The whole question, understandable without the text around it.
    shown : str or callable
        How the result is said: a clause such as ``"it is {:.2f} times"``, which follows "You said …;". A string is
        formatted with the result; a callable returns the clause.
    note : str
        A sentence that follows in any case; may be empty.
    """

    name: str
    text: str
    shown: str | Callable[[Any], str] = "it is {}"
    note: str = ""

    def clause(self, result: Any) -> str:
        """Return how the result is said, such as "it is 2.72 times"."""
        return self.shown.format(result) if isinstance(self.shown, str) else self.shown(result)

    def options(self) -> dict[str, str]:
        """Return the letter and the text of each choice; empty where the guess is typed."""
        return {}

    def read(self, guess: object) -> str:
        """Return a guess in the form in which it is kept.

        Raises
        ------
        ArgumentError
            If it cannot be a guess for this question.
        """
        raise NotImplementedError

    def said(self, guess: str) -> str:
        """Return a guess as it follows "You said"."""
        return guess

    def judge(self, guess: str, result: Any) -> Verdict:
        """Judge a guess, as `read` returned it, by the measured result."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ChoiceQuestion(Question):
    """A question with two to eight choices, which are called a, b, c, ….

    Attributes
    ----------
    choices : tuple of Choice
        In the order in which they are shown.
    right : callable
        Computes from the measured result which choice is right, as its index from 0.
    """

    choices: tuple[Choice, ...]
    right: Callable[[Any], int]

    def options(self) -> dict[str, str]:
        """Return the letter and the text of each choice."""
        return {letter: choice.text for letter, choice in zip(_LETTERS, self.choices, strict=False)}

    def read(self, guess: object) -> str:
        """Return the letter of the choice, which may also be given by its text."""
        said = str(guess).strip().strip("()").casefold() if isinstance(guess, str) else ""
        for letter, text in self.options().items():
            if said in (letter, text.casefold()):
                return letter
        letters = ", ".join(map(repr, self.options()))
        raise _no_guess(guess, f"one of the letters {letters}", f"write helpers.predict({self.name!r}, 'a')")

    def said(self, guess: str) -> str:
        """Return the text of the choice, in quotes."""
        return f"“{self.options()[guess]}”"

    def judge(self, guess: str, result: Any) -> Verdict:
        """Compare the choice with the right one; a wrong one gets its own sentence."""
        index = _LETTERS.index(guess)
        is_right = index == self.right(result)
        return Verdict(is_right, "" if is_right else self.choices[index].otherwise)


@dataclass(frozen=True, kw_only=True)
class NumberQuestion(Question):
    """A question whose answer is a number.

    Attributes
    ----------
    unit : str
        What stands behind the field and the guess, such as "times"; may be empty.
    near : float
        How far a right guess may be from the result, as a fraction of the result.
    within : float
        The same as an amount; the larger of the two counts.
    """

    unit: str = ""
    near: float = 0.1
    within: float = 0.0

    def read(self, guess: object) -> str:
        """Return the number; a text may have a unit after it, and a comma for the decimal point."""
        number = _typed_number(guess) if isinstance(guess, str) else number_of(guess)
        if number is None or not math.isfinite(number):
            raise _no_guess(guess, "a number, such as 2.5 or 1500", f"write helpers.predict({self.name!r}, 2.5)")
        return f"{number:.10g}"

    def said(self, guess: str) -> str:
        """Return the number with its unit."""
        return f"{guess} {self.unit}".strip()

    def judge(self, guess: str, result: Any) -> Verdict:
        """Accept a guess near enough to the result; say whether any other guess is too high or too low."""
        number, measured = float(guess), float(result)
        if abs(number - measured) <= max(self.near * abs(measured), self.within):
            return Verdict(True)
        return Verdict(False, "Your guess is too high." if number > measured else "Your guess is too low.")


@dataclass(frozen=True, kw_only=True)
class TextQuestion(Question):
    """A question whose answer is a word or two.

    Attributes
    ----------
    right : callable
        Computes from the measured result the texts that are right; capitals and punctuation do not matter.
    """

    right: Callable[[Any], Collection[str]]

    def read(self, guess: object) -> str:
        """Return the text, of at most 60 characters."""
        text = " ".join(guess.split()) if isinstance(guess, str) else ""
        if not _words(text) or len(text) > _LONGEST or not text.isprintable():
            raise _no_guess(guess, f"a word or two, at most {_LONGEST} characters", "write the guess in quotes")
        return text

    def said(self, guess: str) -> str:
        """Return the text in quotes."""
        return f"“{guess}”"

    def judge(self, guess: str, result: Any) -> Verdict:
        """Compare the words."""
        return Verdict(_words(guess) in {_words(text) for text in self.right(result)})


def _typed_number(text: str) -> float | None:
    """Read a number with or without a unit; None if there is none, or if it could be read in two ways."""
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    found = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if found is None or any(character.isnumeric() for character in text[found.end() :]):  # 1/2, 3 or 4
        return None
    sign, grouped, plain, power = found.groups()
    if plain and _AMBIGUOUS.fullmatch(plain):
        return None
    return float(sign + (plain.replace(",", ".") if plain else grouped.replace(",", "")) + (power or ""))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _no_guess(guess: object, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("This is not a possible guess.", got=quote(guess), expected=expected, remedy=remedy)
