"""What an exercise takes from the student's id: the numbers of its question, or the order of its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from d2l_helpers.variants import mine

__all__ = ["Numbers", "Options", "Variant"]


@dataclass(frozen=True)
class Numbers:
    """Numbers that differ from student to student.

    Attributes
    ----------
    name : str
        The exercise's name.
    question : str
        What the student's own numbers are, with their names in braces, as in ``"the bias ends {off:g} too high"``.
    rows : sequence of mapping
        The numbers by their names, a mapping for each variant; the first has the numbers of the notebook's text.
    prompt : mapping of str to str, optional
        What stands in a handed-out notebook in the place of parts of its text, so that no student reads two numbers.
    """

    name: str
    question: str
    rows: Sequence[Mapping[str, Any]]
    prompt: Mapping[str, str] = field(default_factory=dict)

    def numbers(self, *names: str) -> dict[str, Any]:
        """Return the numbers that count here, by their names: all of them, or those that are asked for."""
        row = mine(self.name, self.rows)
        return {name: row[name] for name in names or row}

    def number(self, name: str) -> Any:
        """Return one of the numbers that count here."""
        return self.numbers(name)[name]

    def told(self, text: str) -> str:
        """Return a text with the numbers in the places of their names."""
        return text.format_map(self.numbers())

    def asked(self) -> tuple[str, dict[str, str]]:
        """Return the question; it has no options."""
        return self.told(self.question), {}

    def shown(self, answer: Any) -> Any:
        """Return a fixed answer as it is: only `Options` have other names for it."""
        return answer


@dataclass(frozen=True)
class Options:
    """Options whose letters differ from student to student.

    Attributes
    ----------
    name : str
        The exercise's name.
    texts : tuple of str
        The options in the order of the notebook's text.
    prompt : mapping of str to str, optional
        What stands in a handed-out notebook in the place of parts of its text.
    """

    name: str
    texts: tuple[str, ...]
    prompt: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def letters(self) -> str:
        """The letters, in the alphabet's order."""
        return "abcdefghij"[: len(self.texts)]

    def told(self, text: str) -> str:
        """Return a text as it is: no letter stands in it."""
        return text

    def asked(self) -> tuple[str, dict[str, str]]:
        """Return that a letter is asked for, and the text of each option by its letter."""
        texts = [self.texts[place] for place in self._order()]
        return "the options have these letters", dict(zip(self.letters, texts, strict=True))

    def shown(self, answer: Any) -> Any:
        """Return the letter under which the student sees an option, given its letter in the notebook's text."""
        if not isinstance(answer, str) or len(answer) != 1 or answer not in self.letters:
            return answer
        return self.letters[self._order().index(self.letters.index(answer))]

    def meant(self, letter: str) -> str:
        """Return the letter that an option has in the notebook's text, given the student's letter for it."""
        return self.letters[self._order()[self.letters.index(letter)]]

    def _order(self) -> list[int]:
        """Return the places of the options in the notebook's text, in the student's order."""
        places = list(range(len(self.texts)))
        rest, order = mine(self.name), []
        while places:  # the number's digits in a number system of changing base, so that 0 is the order of the text
            rest, digit = divmod(rest, len(places))
            order.append(places.pop(digit))
        return order


Variant = Numbers | Options
