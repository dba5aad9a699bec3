"""A gate through which many pass at a time, or one alone: a readers–writer lock that can be left at an interrupt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Gate"]

_SECONDS = 0.1  # between two looks at whether the wait is over


class Gate:
    """Lets threads pass together, or one of them alone, when the others have left; meanwhile no other enters.

    Parameters
    ----------
    check : callable, optional
        Called now and then while a thread waits; what it raises ends the wait.
    """

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._changed = threading.Condition()
        self._inside = 0  # threads that passed together
        self._waiting = 0  # threads that want to be alone
        self._is_alone = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Pass together with others; wait while a thread is alone or waits to be."""
        self._enter(lambda: not self._is_alone and not self._waiting, lambda: self._count(1))
        try:
            yield
        finally:
            self._leave(lambda: self._count(-1))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Pass alone; wait until all others have left. A thread that has passed with others must leave first."""
        with self._changed:
            self._waiting += 1
        try:
            self._enter(lambda: not self._is_alone and not self._inside, lambda: self._set_alone(True))
        finally:
            self._leave(self._stop_waiting)
        try:
            yield
        finally:
            self._leave(lambda: self._set_alone(False))

    def _enter(self, is_free: Callable[[], bool], enter: Callable[[], None]) -> None:
        with self._changed:
            while not self._changed.wait_for(is_free, _SECONDS):
                self._check()
            enter()

    def _leave(self, leave: Callable[[], None]) -> None:
        with self._changed:
            leave()
            self._changed.notify_all()

    def _count(self, change: int) -> None:
        self._inside += change

    def _set_alone(self, value: bool) -> None:
        self._is_alone = value

    def _stop_waiting(self) -> None:
        self._waiting -= 1
