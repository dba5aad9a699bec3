"""Call functions later, each on a thread that does not keep the process alive."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

__all__ = ["Pace", "later"]


def later(seconds: float, action: Callable[[], None]) -> None:
    """Call `action` once, after so many seconds, on another thread."""
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


class Pace:
    """Keep a pause between the calls of an action: what is requested during the pause is one call at its end.

    The caller holds a lock of its own during `request`, and during the action, which calls `note`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last, self._is_waiting = seconds, -math.inf, False

    def request(self, action: Callable[[], None]) -> None:
        """Call `action` now, or at the end of the pause if no call waits for that end already."""
        if self._is_waiting:
            return
        remaining = self._last + self._seconds - time.monotonic()
        if remaining <= 0:
            action()
        else:
            self._is_waiting = True
            later(remaining, action)

    def note(self) -> None:
        """Begin a pause."""
        self._last, self._is_waiting = time.monotonic(), False
