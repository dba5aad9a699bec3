"""Ctrl-C and SIGTERM: the first ends a batch in order, the second at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupts"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 1.4  # seconds that a block gets to end by itself


class Interrupts:
    """Takes interrupts while its ``with`` block runs.

    Attributes
    ----------
    number : int
        The signal that came; 0 before.
    """

    def __init__(self) -> None:
        self.number = 0
        self._stop: Callable[[], None] | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):  # as nohup sets SIGHUP
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @property
    def status(self) -> int:
        """The exit status that tells a shell of the signal: 130 for Ctrl-C."""
        return 128 + self.number

    @contextmanager
    def handled_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` at the first interrupt, in place of raising KeyboardInterrupt amid what is being written."""
        self._stop = stop
        try:
            yield
        finally:
            self._stop = None

    @contextmanager
    def ending(self) -> Iterator[None]:
        """End the block by KeyboardInterrupt where `stop` did not end it in time, as while a gradebook is locked."""
        before = signal.signal(signal.SIGALRM, self._end_block)
        try:
            yield
        except KeyboardInterrupt:
            if not self.number:
                raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.number:  # all files are written as a whole or not at all, and the kernel ends the sandboxes with us
            os._exit(128 + number)
        self.number = number
        if not self._stop:
            raise KeyboardInterrupt
        self._stop()
        if signal.getsignal(signal.SIGALRM) == self._end_block:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)

    def _end_block(self, _: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt
