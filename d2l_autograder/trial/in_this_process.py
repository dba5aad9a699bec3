"""An answer of the key in the place of a submission's, called in this process: for the key's own trial."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from d2l_autograder.assignment import Item
from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_autograder.marking.marking import Answers, mark_answer
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.random_generators import generator
from d2l_autograder.results import Mark
from d2l_autograder.sandbox import Lost, Verdict

__all__ = ["InThisProcess", "mark"]


class InThisProcess:
    """An answer of the key, called in this process as a submission's is called inside a sandbox.

    Parameters
    ----------
    answer : object
        A function, or a number or letter.
    """

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def value(self, name: str) -> Any:
        """Return the answer."""
        return self.answer

    def call(self, name: str, through: SandboxFunction | None, arguments: tuple[Any, ...]) -> Any:
        """Call the answer, or what is called in its place; raises Lost."""
        try:
            return evaluate(self.answer, through, arguments)
        except Exception as error:  # the answer's own code may raise anything
            raise Lost(Verdict.ERROR, f"{type(error).__name__}: {error}") from error

    def alone(self, name: str, number: int) -> AbstractContextManager[Answers]:
        """Yield the answer itself."""
        return nullcontext(self)


def mark(item: Item, answer: Any, secret: bytes = b"of a trial") -> Mark:
    """Mark an answer of the key.

    Parameters
    ----------
    item : Item
        The exercise and its key.
    answer : object
        A function, or a number or letter.
    secret : bytes, optional
        On which random arguments depend.
    """
    return mark_answer(item, InThisProcess(answer), lambda *place: generator(secret, *place))
