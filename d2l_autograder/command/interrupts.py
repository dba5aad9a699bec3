"""Ctrl-C and SIGTERM: the first ends a batch in order, within two seconds, and the second at once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["Interrupts"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 1.0  # seconds that a block gets to end by itself
_LONGEST = 1.8  # seconds from an interrupt to the end, whatever goes on then
_MESSAGE = b"\nInterrupted; what was marked is kept, and the rest is as it was. Run the same command again.\n"


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
        self._pipe: tuple[int, int] | None = None
        self._fd_before = -1

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):  # as nohup sets SIGHUP
                    self._before[number] = signal.signal(number, self._receive)
            self._watch()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._pipe:
            signal.set_wakeup_fd(self._fd_before)
            os.close(self._pipe[1])  # the thread that watches sees it, and ends
            self._pipe = None

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

    def _watch(self) -> None:
        """Have a thread end the process where the main thread does not, as amid an import or a write to a busy disk.

        Python writes the signal's number to the pipe at once, and calls the handler when the main thread goes on.
        """
        self._pipe = read, write = os.pipe()
        os.set_blocking(write, False)
        self._fd_before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        threading.Thread(target=_end_in_time, args=(read, frozenset(self._before)), daemon=True).start()

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


def _end_in_time(read: int, numbers: frozenset[int]) -> None:
    """Wait for one of the signals, and end the process some time later."""
    while came := os.read(read, 1):
        if came[0] in numbers:
            time.sleep(_LONGEST)
            with suppress(OSError):
                os.write(2, _MESSAGE)
            os._exit(128 + came[0])  # all files are written as a whole or not at all
    os.close(read)
