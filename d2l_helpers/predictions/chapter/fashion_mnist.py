"""Define the questions of notebooks/05_fashion_mnist.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = ()
