"""Draw the questions of a quiz, in a new order each time, and count the right answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from d2l_helpers.quiz.question import QuizQuestion
from d2l_helpers.quiz.questions import classification, regression

__all__ = ["ALL", "Drawn", "draw", "letters_of", "score"]

ALL = (*regression.QUESTIONS, *classification.QUESTIONS)
_LETTERS = "abcd"


@dataclass(frozen=True)
class Drawn:
    """A question with its choices in the order in which they are shown.

    Attributes
    ----------
    question : QuizQuestion
        The question.
    choices : tuple of str
        The right answer and the wrong ones.
    """

    question: QuizQuestion
    choices: tuple[str, ...]

    @property
    def options(self) -> dict[str, str]:
        """The letter and the text of each choice."""
        return dict(zip(_LETTERS, self.choices, strict=False))

    def is_right(self, letter: str) -> bool:
        """Return whether the choice of this letter is the right one."""
        return self.options[letter] == self.question.right

    def explanation(self, letter: str) -> str:
        """Return the explanation of a choice: why it is right; or what would make it right, and the right answer."""
        question = self.question
        if self.is_right(letter):
            return question.why
        return f"{question.wrong[self.options[letter]]} The right answer: {question.right}. {question.why}"


def draw(number: int, generator: random.Random) -> list[Drawn]:
    """Draw questions from all notebooks as evenly as possible, each at most once, and shuffle their choices.

    Parameters
    ----------
    number : int
        How many, at least 1 and at most all that there are.
    generator : random.Random
        A generator of its own: the notebook's generators go on as if there had been no quiz.
    """
    by_notebook: dict[str, list[QuizQuestion]] = {}
    for question in generator.sample(ALL, len(ALL)):
        by_notebook.setdefault(question.notebook, []).append(question)
    stacks = generator.sample(list(by_notebook.values()), len(by_notebook))
    chosen: list[QuizQuestion] = []
    while len(chosen) < number:
        for stack in stacks:
            if stack and len(chosen) < number:
                chosen.append(stack.pop())
    chosen.sort(key=lambda question: question.notebook)
    return [Drawn(one, tuple(generator.sample([one.right, *one.wrong], 1 + len(one.wrong)))) for one in chosen]


def letters_of(text: str, drawn: Sequence[Drawn]) -> list[str] | None:
    """Read one letter for each question, such as "abca"; None if there are too many, too few or other letters."""
    letters = [character for character in text.casefold() if not character.isspace() and character not in ",;"]
    fits = len(letters) == len(drawn) and all(one in each.options for one, each in zip(letters, drawn, strict=True))
    return letters if fits else None


def score(drawn: Sequence[Drawn], letters: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Count for each notebook how many answers were right, and of how many."""
    counts: dict[str, tuple[int, int]] = {}
    for one, letter in zip(drawn, letters, strict=False):
        right, of = counts.get(one.question.notebook, (0, 0))
        counts[one.question.notebook] = right + one.is_right(letter), of + 1
    return counts
