"""The notebooks of the chapter."""

from __future__ import annotations

__all__ = ["CHAPTER", "module_of"]

CHAPTER = (
    "00_start_here",
    "01_linear_regression",
    "02_linear_regression_scratch",
    "03_linear_regression_gluon",
    "04_softmax_regression",
    "05_fashion_mnist",
    "06_softmax_regression_scratch",
    "07_softmax_regression_gluon",
    "08_softmax_regression_keras",
    "09_review",
)


def module_of(notebook: str) -> str:
    """Return the name of the modules of a notebook of the chapter: the notebook's name without its number."""
    return notebook.partition("_")[2]
