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
    """Call an action soon after each request, on another thread, with a pause between the beginnings of two calls.

    The thread that requests never waits for the action. What is requested during a pause is one call at its end, and
    what is requested while the action takes longer than that is one call after it.
    """

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self._seconds, self._action = seconds, action
        self._last, self._is_due = -math.inf, False
        self._lock, self._acting = threading.Lock(), threading.Lock()

    def request(self) -> None:
        """Have the action called: now, or at the end of the pause."""
        with self._lock:
            if self._is_due:
                return
            self._is_due = True
            remaining = self._last + self._seconds - time.monotonic()
        later(max(remaining, 0.0), self._call)

    def _call(self) -> None:
        with self._acting:  # otherwise the calls of a slow action would pile up
            with self._lock:
                self._last, self._is_due = time.monotonic(), False
            self._action()
