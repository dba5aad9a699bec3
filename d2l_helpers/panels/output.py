"""Capture what the reader's function prints on the training thread, for its panel and not for the last cell."""

from __future__ import annotations

import builtins
import getpass
import html
import io
import logging
import re
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from d2l_helpers.errors import TrainingError
from d2l_helpers.messages import shell

__all__ = ["Printed", "captured", "refuse_kernel_input"]

_LINES = 10
_LONGEST = 200  # characters of a line
_MOST_AT_ONCE = 50_000  # characters at the end of one print that are looked at
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours and movements of the cursor

_captures = threading.local()  # `write` of each thread whose output is captured


class Printed:
    """The last ten lines of what is written, each of at most 200 characters, as a terminal would show them."""

    def __init__(self) -> None:
        self._lines = deque([""], maxlen=_LINES + 1)  # the last one is being written
        self._column = 0
        self._is_cut = False

    def __len__(self) -> int:
        return len(self._shown())

    def write(self, text: str) -> None:
        """Continue where the last text ended; a carriage return goes back to the line's beginning."""
        lines = _CONTROL_SEQUENCE.sub("", text[-_MOST_AT_ONCE:]).split("\n")
        for number, line in enumerate(lines):
            if number:
                self._is_cut = self._is_cut or len(self._lines) > _LINES
                self._lines.append("")
                self._column = 0
            for returns, piece in enumerate(line.split("\r")):
                self._overwrite(piece, 0 if returns else self._column)

    def html(self, fewest: int = 0) -> str:
        """Return the lines with their caption, as high as at least `fewest` lines; an empty text for no lines."""
        lines = self._shown()
        if not lines and not fewest:
            return ""
        text = "\n".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines)
        text = html.escape(text.encode("utf-8", "replace").decode("utf-8"))  # a lone surrogate cannot be sent
        is_cut = self._is_cut or (len(self._lines) > _LINES and self._lines[-1])
        caption = f"Printed, the last {_LINES} lines" if is_cut else "Printed"
        look = f"margin:0;padding:0;line-height:1.4;min-height:{1.4 * max(fewest, len(lines)):.1f}em"
        wrap = "white-space:pre-wrap;overflow-wrap:anywhere"
        return f'<div role="group" aria-label="{caption}">{caption}<pre style="{look};{wrap}">{text}</pre></div>'

    def _overwrite(self, piece: str, column: int) -> None:
        line = self._lines[-1]
        kept = line[:column] + piece + line[column + len(piece) :]
        self._lines[-1] = kept[: _LONGEST + 1]
        self._column = min(column + len(piece), _LONGEST + 1)

    def _shown(self) -> list[str]:
        lines = list(self._lines)
        return (lines if lines[-1] else lines[:-1])[-_LINES:]


@contextmanager
def captured(write: Callable[[str], None]) -> Iterator[None]:
    """Pass what this thread prints or displays to `write`, and refuse input; other threads print and read as before.

    Notes
    -----
    Of what `display` shows, only the text is passed on. `input` and reads of ``sys.stdin`` raise TrainingError: nobody
    is asked while a panel trains, and the training thread would wait for ever. In a kernel, `refuse_kernel_input` is
    needed too.
    """
    publisher = _display_publisher()
    _captures.write = write
    sys.stdout, sys.stderr = _wrapped(sys.stdout, _Output), _wrapped(sys.stderr, _Output)
    sys.stdin = _wrapped(sys.stdin, _Input)
    streams = {id(stream.stream): stream for stream in (sys.stdout, sys.stderr)}
    moved = [handler for handler in _handlers() if id(getattr(handler, "stream", None)) in streams]
    for handler in moved:
        handler.stream = streams[id(handler.stream)]
    if publisher:
        publisher.register_hook(_shown)
    try:
        yield
    finally:
        if publisher:
            publisher.unregister_hook(_shown)
        for handler in moved:
            handler.stream = _unwrapped(handler.stream)
        # If other code has replaced our stream, leave theirs; ours passes everything on if they put it back
        sys.stdout, sys.stderr, sys.stdin = _unwrapped(sys.stdout), _unwrapped(sys.stderr), _unwrapped(sys.stdin)
        del _captures.write


def _handlers() -> list[Any]:
    """Return the handlers of all loggers; each keeps the stream that was there when the handler was made."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [handler for logger in loggers for handler in getattr(logger, "handlers", ())]


def refuse_kernel_input(kernel: Any) -> None:
    """Make a kernel refuse to ask for input on a thread whose output is captured; call this on the cells' thread.

    Notes
    -----
    While a cell runs, ipykernel has its own methods in the place of `input` and `getpass`, and puts Python's back at
    the cell's end; Python's read ``sys.stdin``. Each cell looks the methods up on the kernel, so those set here stay.
    """
    for module, name, method in ((builtins, "input", "raw_input"), (getpass, "getpass", "getpass")):
        ask = getattr(kernel, method, None)
        if ask is None or isinstance(ask, _Question):
            continue
        setattr(kernel, method, _Question(ask))
        if getattr(module, name) == ask:  # the function that the running cell uses
            setattr(module, name, getattr(kernel, method))


class _Question:
    """A kernel's `raw_input` or `getpass`, which refuses a thread whose output is captured."""

    def __init__(self, ask: Callable[..., str]) -> None:
        self.ask = ask

    def __call__(self, prompt: object = "", *others: Any, **named: Any) -> str:
        if write := getattr(_captures, "write", None):
            write(str(prompt))  # as Python's own `input` does
            _refuse_input()
        return self.ask(prompt, *others, **named)


class _Stream:
    """A stream that behaves differently for a thread whose output is captured."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def close(self) -> None:
        """Close the stream, but not from a thread whose output is captured: other cells still use the stream."""
        if not hasattr(_captures, "write"):
            self.stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class _Output(_Stream):
    def write(self, text: str) -> int:
        write = getattr(_captures, "write", None)
        if write is None:
            return int(self.stream.write(text))
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if not hasattr(_captures, "write"):
            self.stream.flush()


class _Input(_Stream):
    def __getattr__(self, name: str) -> Any:
        if hasattr(_captures, "write") and name in ("read", "readline", "readlines", "buffer", "detach"):
            _refuse_input()
        return super().__getattr__(name)

    def fileno(self) -> int:
        # With a file number, `input` would read from a terminal and not call `readline`
        if hasattr(_captures, "write"):
            raise io.UnsupportedOperation("fileno")
        return int(self.stream.fileno())

    def __iter__(self) -> Iterator[str]:
        return iter(self.readline, "")

    def __next__(self) -> str:
        if line := self.readline():
            return str(line)
        raise StopIteration


def _refuse_input() -> NoReturn:
    raise TrainingError(
        "A panel's function cannot ask for input.",
        got="a call of input, or a read of sys.stdin",
        expected="a function that gets all that it needs as parameters",
        remedy="make the value a parameter with a default, such as train(lr=0.1)",
    )


# In many releases of Python, `print` and the prompt do not count their use of sys.stdout: if a fit ended while they
# compute the text of an object, and the stream of that fit were freed, Python would crash
_kept: deque[_Stream] = deque(maxlen=16)


def _wrapped(stream: Any, kind: type[_Stream]) -> Any:
    if isinstance(stream, kind):
        return stream
    wrapped = next((each for each in _kept if type(each) is kind and each.stream is stream), None)
    if wrapped is None:
        wrapped = kind(stream)
        _kept.append(wrapped)
    return wrapped


def _unwrapped(stream: Any) -> Any:
    return stream.stream if isinstance(stream, _Stream) else stream


def _display_publisher() -> Any:
    """Return a kernel's publisher, whose hooks are per thread; None outside a kernel."""
    publisher = getattr(shell(), "display_pub", None)
    return publisher if hasattr(publisher, "register_hook") else None


def _shown(message: dict[str, Any]) -> None:
    """Write the text of what was displayed; the hook returns None, so the kernel does not show it below a cell."""
    text = message["content"].get("data", {}).get("text/plain", "")
    if text:
        _captures.write(f"{text}\n")
