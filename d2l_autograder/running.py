"""The sandboxes and the calls to other machines that run in a batch, all of which an interrupt ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from d2l_autograder.sandbox import Sandbox

__all__ = ["Killable", "Running", "Stopped"]

_SECONDS = 0.6  # for threads to end


class Stopped(BaseException):
    """The batch was stopped; no Exception, so that nothing on the way takes it for a failure of the student's code."""


class Killable(Protocol):
    """What a thread waits for until it ends or is killed."""

    def kill(self) -> None:
        """End it, from any thread."""


class Running:
    """Started sandboxes and calls; any thread may start one, and any may stop all.

    Attributes
    ----------
    is_stopped : bool
        Whether no further one may start.
    """

    def __init__(self) -> None:
        self.is_stopped = False
        self._started: set[Killable] = set()

    def check(self) -> None:
        """Raise Stopped if the batch was stopped: what a killed sandbox returns must not count."""
        if self.is_stopped:
            raise Stopped

    def start(self, sandbox: Sandbox) -> Sandbox:
        """Start a sandbox in this thread."""
        self.check()
        self.add(sandbox)
        return sandbox.__enter__()

    def add(self, one: Killable) -> None:
        """Take in what is to be killed when the batch is stopped."""
        self._started.add(one)

    def forget(self, ended: Iterable[Killable]) -> None:
        """Take out what has ended."""
        self._started.difference_update(ended)

    def end(self, threads: Sequence[threading.Thread]) -> None:
        """Kill what runs until all threads have ended; those that end too late are left behind."""
        self.is_stopped = True
        deadline = time.monotonic() + _SECONDS
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            for one in list(self._started):
                one.kill()  # the thread that waits for it sees its end, and stops
            time.sleep(0.01)
