"""Interrupt the reader's code while it runs, by an exception that another thread raises in it."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from d2l_helpers.errors import is_readers, running_line
from d2l_helpers.training import loop

__all__ = ["ReadersCode", "Stopped"]

Result = TypeVar("Result")

# Functions of libraries that take a lock: an exception at their end would leave the lock taken for ever
_DELICATE = ("acquire", "release", "__enter__", "__exit__")
_LONGEST_LINE = 100  # characters shown of a line of code


class Stopped(BaseException):
    """Raised in the reader's code to end it; not an Exception, so that ``except Exception`` does not catch it."""


class ReadersCode:
    """The reader's code on the thread that makes this object; `interrupt`, on another thread, ends it.

    An exception from another thread is raised between any two steps of Python. It must be raised in the reader's code
    only: in this package's code, it would leave locks taken and pages half drawn. Therefore `run` enables interrupts,
    and `shield` disables them.

    Notes
    -----
    No lock guards the two flags, because the exception could be raised while the lock is taken. `interrupt` first sets
    `_is_raising`, then reads `_is_enabled`; the reader's thread first clears `_is_enabled`, then reads `_is_raising`.
    With the interpreter's global lock, one of the two always sees the other's flag. After interrupts are disabled, at
    most two exceptions can still be raised: one that was set before, and one that was just being set.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._is_enabled = False
        self._is_raising = False
        self._is_due = False  # an interrupt came while interrupts were disabled

    def run(self, call: Callable[[], Result]) -> Result:
        """Call the reader's code, in which `interrupt` may raise Stopped."""
        try:
            self._is_enabled = True
            return call()
        finally:
            # A store is one step of Python: no exception can be raised before it
            self._is_enabled = False
            try:
                self._drain()
            except Stopped:
                try:
                    self._drain()
                except Stopped:
                    self._drain()

    def shield(self, call: Callable[[], Result]) -> Result:
        """Call this package's code from the reader's code; no exception is raised in it.

        Raises
        ------
        Stopped
            Before `call`, if an interrupt came during an earlier call: a loop of prints is nearly always in one.
        """
        if threading.get_ident() != self._thread:  # a thread that the reader's code started
            return call()
        was_enabled = self._is_enabled
        self._is_enabled = False
        try:
            self._drain()  # an exception that is raised here still reaches the reader's code
            if was_enabled and self._is_due:
                self._is_due = False  # raise it once only: code that runs while Stopped is handled may print, too
                raise Stopped
            return call()
        finally:
            self._is_enabled = was_enabled

    def interrupt(self) -> bool:
        """Raise Stopped in the reader's code, if that runs; not while a library takes a lock, which would stay taken.

        Returns
        -------
        bool
            False if a library takes a lock or frees something now, so that the call should be repeated soon.
        """
        # The exception is raised where the thread is now: while this thread runs Python code, the other one waits
        if _is_delicate(sys._current_frames().get(self._thread)):
            return False
        self._is_raising = True
        try:
            self._is_due = not self._is_enabled
            if self._is_enabled:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Stopped))
        finally:
            self._is_raising = False
        return True

    def place(self) -> str:
        """Return the line of the reader's code that is running, with its function; an empty text if there is none."""
        line = running_line(sys._current_frames().get(self._thread))
        if line is None or line.line is None:
            return ""
        function = "" if line.name.startswith("<") else f"{line.name}(), "
        text = line.line if len(line.line) <= _LONGEST_LINE else f"{line.line[:_LONGEST_LINE]}…"
        return f"{function}line {line.lineno}: {text}"

    def is_in_a_fit(self) -> bool:
        """Return whether `fit` runs, which ends by itself, and not a function of the reader's that `fit` calls."""
        frame = sys._current_frames().get(self._thread)
        while frame and not is_readers(frame.f_code.co_filename):
            if frame.f_code.co_filename == loop.__file__:
                return True
            frame = frame.f_back
        return False

    def _drain(self) -> None:
        """Wait until no other thread is raising, and cancel an exception that is set but not raised yet."""
        while self._is_raising:
            time.sleep(0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), None)


def _is_delicate(frame: FrameType | None) -> bool:
    """Return whether a library takes a lock, or runs a finalizer, from which no exception propagates."""
    if frame is not None and any(word in frame.f_code.co_name for word in _DELICATE):
        return not is_readers(frame.f_code.co_filename)
    while frame is not None and not is_readers(frame.f_code.co_filename):
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
