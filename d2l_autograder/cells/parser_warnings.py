"""Silence what Python's parser says about a student's code, such as an unknown escape."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quietly"]

_filters = threading.RLock()  # warning filters belong to the process, so threads must not change them at once


@contextmanager
def quietly() -> Iterator[None]:
    """Silence all warnings of the code in a ``with`` statement; one thread at a time."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
