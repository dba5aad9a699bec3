"""End the reader's code while it runs, by an exception that another thread raises in it."""

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

# Functions of libraries by which a lock is taken: an exception at their end would leave it taken, for good
_DELICATE = ("acquire", "release", "__enter__", "__exit__")
_LONGEST_LINE = 100  # characters shown of a line of code


class Stopped(BaseException):
    """Raised in the reader's code to end it; no Exception, so that ``except Exception`` does not catch it."""


class ReadersCode:
    """The reader's code on the thread that makes this object; `interrupt`, on another thread, ends it.

    An exception from another thread is raised between any two steps of Python. It must reach the reader's code only:
    in ours, it would leave locks taken and pages half drawn. So `run` and `shield` open and close the way for it.

    Notes
    -----
    No lock guards the two flags, because the exception could be raised while the lock is taken. `interrupt` first says
    that it is raising, then looks whether the way is open; the other side first closes the way, then looks whether
    somebody is raising. With the interpreter's global lock, one of the two always sees the other. After the way is
    closed at most two exceptions can still arrive: one that was set before, and one that was just being set.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._is_open = False
        self._is_raising = False
        self._is_due = False  # an interrupt came while the way was closed

    def run(self, call: Callable[[], Result]) -> Result:
        """Call the reader's code, in which `interrupt` may raise Stopped."""
        try:
            self._is_open = True
            return call()
        finally:
            # A store is one step: no exception can come before it
            self._is_open = False
            try:
                self._drain()
            except Stopped:
                try:
                    self._drain()
                except Stopped:
                    self._drain()

    def shield(self, call: Callable[[], Result]) -> Result:
        """Call code of ours from within the reader's: no exception is raised in it.

        Raises
        ------
        Stopped
            Before `call`, if an interrupt came during an earlier one: a loop of prints is hardly ever outside of them.
        """
        if threading.get_ident() != self._thread:  # a thread that the reader started
            return call()
        was_open = self._is_open
        self._is_open = False
        try:
            self._drain()  # what still arrives here passes on to the reader's code
            if was_open and self._is_due:
                self._is_due = False  # once: what is now closed on the way out may print, too
                raise Stopped
            return call()
        finally:
            self._is_open = was_open

    def interrupt(self) -> bool:
        """Raise Stopped in the reader's code, if it runs; not while a library takes a lock, which would stay taken.

        Returns
        -------
        bool
            False if a library takes a lock or frees something now, so that one should come again soon.
        """
        # It arrives where the thread is now: while this thread runs Python code, the other does not
        if _is_delicate(sys._current_frames().get(self._thread)):
            return False
        self._is_raising = True
        try:
            self._is_due = not self._is_open
            if self._is_open:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Stopped))
        finally:
            self._is_raising = False
        return True

    def place(self) -> str:
        """Return which line of the reader's code is running, with its function; nothing if none is."""
        line = running_line(sys._current_frames().get(self._thread))
        if line is None or line.line is None:
            return ""
        function = "" if line.name.startswith("<") else f"{line.name}(), "
        text = line.line if len(line.line) <= _LONGEST_LINE else f"{line.line[:_LONGEST_LINE]}…"
        return f"{function}line {line.lineno}: {text}"

    def is_in_a_fit(self) -> bool:
        """Tell whether `fit` is at work, not some function of the reader's that it calls: then it ends by itself."""
        frame = sys._current_frames().get(self._thread)
        while frame and not is_readers(frame.f_code.co_filename):
            if frame.f_code.co_filename == loop.__file__:
                return True
            frame = frame.f_back
        return False

    def _drain(self) -> None:
        """Wait until nobody is raising, and take back what has not arrived yet."""
        while self._is_raising:
            time.sleep(0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), None)


def _is_delicate(frame: FrameType | None) -> bool:
    """Tell whether a library takes a lock, or frees an array in a finalizer, out of which no exception can pass on."""
    if frame is not None and any(word in frame.f_code.co_name for word in _DELICATE):
        return not is_readers(frame.f_code.co_filename)
    while frame is not None and not is_readers(frame.f_code.co_filename):
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
