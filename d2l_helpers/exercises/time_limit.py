"""End a call that computes for too long, however busy the machine is."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["OutOfTime", "call_limited"]

Result = TypeVar("Result")

_AGAIN = 0.1  # seconds between two looks at the clocks, and between exceptions: `except:` may swallow one


class OutOfTime(BaseException):
    """Raised at the time limit; not an Exception, so that ``except Exception`` does not catch it."""


def call_limited(cpu_seconds: float, wall_seconds: float, function: Callable[[], Result]) -> Result:
    """Call a function, and raise OutOfTime in it, repeatedly, once it has used up its time.

    The CPU time of the calling thread is limited, so other programs do not shorten the learner's time. The wall clock
    ends a function that uses no CPU time: one that sleeps, or waits for other threads, such as MXNet's.

    Both limits hold for Python code in the main thread of a Unix process; elsewhere there are none. A call into a
    library is waited for, and a loop that catches every exception runs until the kernel is restarted.

    Parameters
    ----------
    cpu_seconds, wall_seconds : float
        The limits; neither is noticed before the smaller of the two has passed on the wall clock.
    function : callable
        What is called, without arguments.

    Raises
    ------
    OutOfTime
        If the function did not end within its time, also if it caught the exception and returned a result. Its text
        is the limit that was exceeded.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return function()
    is_over, exceeded = False, ""
    started, cpu_started = time.monotonic(), time.thread_time()

    def ring(*_: object) -> None:
        nonlocal exceeded
        if is_over:
            return
        if not exceeded and time.thread_time() - cpu_started >= cpu_seconds:
            exceeded = f"{cpu_seconds:g} seconds of computing"
        elif not exceeded and time.monotonic() - started >= wall_seconds:
            exceeded = f"{wall_seconds:g} seconds"
        if exceeded:
            raise OutOfTime(exceeded)

    delay, interval = signal.getitimer(signal.ITIMER_REAL)  # another user's timer, which is restored below
    handler = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(cpu_seconds, wall_seconds), _AGAIN)
        result = function()
    finally:
        # Python handles signals at calls: an alarm in a call before this line would leave the timer running
        is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)  # None: the handler was set by a library in C
        if delay:
            signal.setitimer(signal.ITIMER_REAL, max(delay - (time.monotonic() - started), 0.001), interval)
    if exceeded:
        raise OutOfTime(exceeded)
    return result
