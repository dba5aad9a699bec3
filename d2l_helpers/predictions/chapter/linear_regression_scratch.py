"""Define the questions of notebooks/02_linear_regression_scratch.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = ()
