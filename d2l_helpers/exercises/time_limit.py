"""An end to code that does not end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["OutOfTime", "call_limited"]

Result = TypeVar("Result")

_AGAIN = 0.1  # seconds; one exception may be swallowed, by `except:` or in a finalizer


class OutOfTime(BaseException):
    """The time is up; no Exception, so that ``except Exception`` lets it pass."""


def call_limited(seconds: float, function: Callable[[], Result]) -> Result:
    """Call a function, and raise OutOfTime in it after `seconds`, again and again until it ends.

    Only Python code in the main thread of a Unix process can be stopped so; elsewhere there is no limit. A single call
    into a library is waited for, and a loop that swallows every exception goes on until the kernel is restarted.

    Raises
    ------
    OutOfTime
        If the time was up before the function ended, also if the function swallowed that and gave a result.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return function()
    is_over, rings = False, 0

    def ring(*_: object) -> None:
        nonlocal rings
        if is_over:
            return
        rings += 1
        raise OutOfTime

    started = time.monotonic()
    delay, interval = signal.getitimer(signal.ITIMER_REAL)  # somebody else's, who will have it back
    handler = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        result = function()
    finally:
        # No call before this: Python looks for signals at calls, and an alarm here would leave the timer running
        is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)  # None: set by a library in C
        if delay:
            signal.setitimer(signal.ITIMER_REAL, max(delay - (time.monotonic() - started), 0.001), interval)
    if rings:
        raise OutOfTime
    return result
