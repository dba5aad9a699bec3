"""Notebooks as files: read them without trust, record them with a fresh kernel, find what is wrong with them."""

from d2l_helpers.notebooks.compose import compose, stubs
from d2l_helpers.notebooks.file import normalise, read_notebook, to_bytes
from d2l_helpers.notebooks.links import set_links
from d2l_helpers.notebooks.lint import lint_notebook
from d2l_helpers.notebooks.prose import check_prose
from d2l_helpers.notebooks.record import KERNEL_ENVIRONMENT, record_notebook

__all__ = [
    "KERNEL_ENVIRONMENT",
    "check_prose",
    "compose",
    "lint_notebook",
    "normalise",
    "read_notebook",
    "record_notebook",
    "set_links",
    "stubs",
    "to_bytes",
]
