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
        self._found: SimpleQueue[Sandbox | Exception] = SimpleQueue()
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

    def take(self) -> Sandbox:
        """Give a sandbox that nobody has used; the taker ends it.

        Raises
        ------
        SandboxError
            If none could be started.
        """
        found = self._found.get()
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
