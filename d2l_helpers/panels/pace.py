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

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._last, self._due = -math.inf, math.inf
        self._lock, self._acting = threading.Lock(), threading.Lock()

    def request(self, pause: float) -> None:
        """Call the action soon: at once, or `pause` seconds after the last call began, unless a call is due earlier."""
        with self._lock:
            now = time.monotonic()
            due = max(self._last + pause, now)
            if due >= self._due:
                return
            self._due = due
        later(due - now, self._call)

    def _call(self) -> None:
        with self._acting:  # otherwise the calls of a slow action would pile up
            with self._lock:
                now = time.monotonic()
                if math.isinf(self._due):  # it was due earlier, and has been called
                    return
                if now < self._due:  # another request came since, or the timer's clock is ahead of this one
                    later(self._due - now, self._call)
                    return
                self._last, self._due = now, math.inf
            self._action()
