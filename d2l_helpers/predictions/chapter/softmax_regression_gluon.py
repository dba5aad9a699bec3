"""Define the questions of notebooks/07_softmax_regression_gluon.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = ()
