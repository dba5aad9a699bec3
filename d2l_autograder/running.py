"""The sandboxes that run in a batch, all of which an interrupt ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence

from d2l_autograder.sandbox import Sandbox

__all__ = ["Running", "Stopped"]

_SECONDS = 0.6  # for threads to end


class Stopped(BaseException):
    """The batch was stopped; no Exception, so that nothing on the way takes it for a failure of the student's code."""


class Running:
    """Started sandboxes; any thread may start one, and any may stop all.

    Attributes
    ----------
    is_stopped : bool
        Whether no further sandbox may start.
    """

    def __init__(self) -> None:
        self.is_stopped = False
        self._sandboxes: set[Sandbox] = set()

    def check(self) -> None:
        """Raise Stopped if the batch was stopped: what a killed sandbox returns must not count."""
        if self.is_stopped:
            raise Stopped

    def start(self, sandbox: Sandbox) -> Sandbox:
        """Start a sandbox in this thread."""
        self.check()
        self._sandboxes.add(sandbox)
        return sandbox.__enter__()

    def forget(self, sandboxes: Iterable[Sandbox]) -> None:
        """Take sandboxes out that have ended."""
        self._sandboxes.difference_update(sandboxes)

    def end(self, threads: Sequence[threading.Thread]) -> None:
        """Kill what runs until all threads have ended; those that end too late are left behind."""
        self.is_stopped = True
        deadline = time.monotonic() + _SECONDS
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            for sandbox in list(self._sandboxes):
                sandbox.kill()  # the thread that waits for it sees its end, and stops
            time.sleep(0.01)
