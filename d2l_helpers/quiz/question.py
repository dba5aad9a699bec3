"""A question of the quiz."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["QuizQuestion"]


@dataclass(frozen=True)
class QuizQuestion:
    """A question with one right answer and two or three wrong ones.

    Attributes
    ----------
    notebook : str
        The notebook that answers it, by its number, such as "04".
    text : str
        The question, understandable by itself.
    right : str
        The right answer, in a few words.
    why : str
        One sentence that explains the right answer.
    wrong : dict of str to str
        Each wrong answer, and a sentence that says what would make it true.
    """

    notebook: str
    text: str
    right: str
    why: str
    wrong: dict[str, str]
