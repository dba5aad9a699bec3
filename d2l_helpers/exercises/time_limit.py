"""End a call after a time limit."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["OutOfTime", "call_limited"]

Result = TypeVar("Result")

_AGAIN = 0.1  # seconds between exceptions, of which `except:` or a finalizer may swallow one


class OutOfTime(BaseException):
    """Raised at the time limit; no Exception, so that ``except Exception`` does not catch it."""


def call_limited(seconds: float, function: Callable[[], Result]) -> Result:
    """Call a function, and raise OutOfTime in it after `seconds`, again and again until it ends.

    The limit holds for Python code in the main thread of a Unix process; elsewhere there is none. A call into a library
    is waited for, and a loop that catches every exception runs until the kernel is restarted.

    Raises
    ------
    OutOfTime
        If the function did not end within its time, also if it caught the exception and returned a result.
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
    delay, interval = signal.getitimer(signal.ITIMER_REAL)  # another user's timer, which is restored below
    handler = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        result = function()
    finally:
        # Python handles signals at calls: an alarm in a call before this line would leave the timer running
        is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)  # None: the handler was set by a library in C
        if delay:
            signal.setitimer(signal.ITIMER_REAL, max(delay - (time.monotonic() - started), 0.001), interval)
    if rings:
        raise OutOfTime
    return result
