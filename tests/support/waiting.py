"""Wait for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["until"]


def until(is_so: Callable[[], bool], what: str = "") -> None:
    """Wait up to a minute until something is so; then fail, and say what was waited for."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
