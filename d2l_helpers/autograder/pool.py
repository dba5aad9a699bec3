"""Sandboxes that are started ahead: importing MXNet takes a second, taking a ready sandbox none.

Each is for one submission. The kernel ends a sandbox together with the thread that started it, so the pool's threads
live until the pool is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType

from d2l_helpers.autograder.isolation import Sandbox
from d2l_helpers.errors import SandboxError

__all__ = ["Pool"]


class Pool:
    """Keeps some sandboxes ready; use it in a ``with`` statement.

    Parameters
    ----------
    start : callable
        Gives a sandbox that is started.
    ready : int
        How many to keep.
    """

    def __init__(self, start: Callable[[], Sandbox], ready: int) -> None:
        self._start = start
        self._found: SimpleQueue[Sandbox | Exception | None] = SimpleQueue()  # None: there will be no more
        self._wanted = threading.Semaphore(ready)
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._keep_ready, daemon=True) for _ in range(ready)]

    def __enter__(self) -> Pool:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._is_over.set()
        self._wanted.release(len(self._threads))
        for thread in self._threads:
            thread.join()
        while not self._found.empty():
            if isinstance(left := self._found.get(), Sandbox):
                left.end()
        self._found.put(None)

    def take(self) -> Sandbox:
        """Give a sandbox that nobody has used; the taker ends it.

        Raises
        ------
        SandboxError
            If none could be started, or the pool is closed.
        """
        found = self._found.get()
        if found is None:
            self._found.put(None)  # for the next taker
            raise SandboxError(
                "There are no more sandboxes.",
                got="a pool that is closed",
                expected="one that is open",
                remedy="take sandboxes inside its with statement",
            )
        self._wanted.release()
        if isinstance(found, Exception):
            raise found
        return found

    def _keep_ready(self) -> None:
        while True:
            self._wanted.acquire()
            if self._is_over.is_set():
                return
            try:
                self._found.put(self._start())
            except Exception as error:
                self._found.put(error)
