"""What the reader's function prints on the worker's thread goes to its panel, not below the cell that ran last."""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from d2l_helpers.errors import TrainingError

__all__ = ["captured", "refuse_input"]

_captures = threading.local()  # `write` of the thread whose prints are captured


@contextmanager
def captured(write: Callable[[str], None]) -> Iterator[None]:
    """Hand what this thread prints or displays to `write`, and refuse `input`; other threads print as before.

    Notes
    -----
    Of what `display` shows, only the text is handed on. `input` raises TrainingError: nobody is asked while a panel
    trains, and MXNet's thread would wait for ever.
    """
    publisher = _display_publisher()
    _captures.write = write
    sys.stdout, sys.stderr = _wrapped(sys.stdout), _wrapped(sys.stderr)
    refuse_input()
    if publisher:
        publisher.register_hook(_shown)
    try:
        yield
    finally:
        if publisher:
            publisher.unregister_hook(_shown)
        # Somebody else's in its place stays: they will put ours back, which then passes everything on
        sys.stdout, sys.stderr = _unwrapped(sys.stdout), _unwrapped(sys.stderr)
        if isinstance(builtins.input, _Input):
            builtins.input = builtins.input.ask
        del _captures.write


def refuse_input() -> None:
    """Put an `input` in place that refuses a thread whose prints are captured, and asks for all others."""
    if not isinstance(builtins.input, _Input):
        builtins.input = _Input(builtins.input)


class _Stream:
    """An output stream whose text goes elsewhere if it comes from a thread whose prints are captured."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

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

    def close(self) -> None:
        """Stay open for a thread whose prints are captured: the stream below is that of all cells."""
        if not hasattr(_captures, "write"):
            self.stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class _Input:
    def __init__(self, ask: Callable[..., str]) -> None:
        self.ask = ask

    def __call__(self, prompt: object = "", /) -> str:
        if not hasattr(_captures, "write"):
            return self.ask(prompt)
        raise TrainingError(
            "A panel's function cannot ask for input.",
            got=f"input({prompt!r})" if prompt else "input()",
            expected="a function that gets all that it needs as parameters",
            remedy="make the value a parameter with a default, such as train(lr=0.1)",
        )


def _wrapped(stream: Any) -> Any:
    return stream if isinstance(stream, _Stream) else _Stream(stream)


def _unwrapped(stream: Any) -> Any:
    return stream.stream if isinstance(stream, _Stream) else stream


def _display_publisher() -> Any:
    """Return a kernel's publisher, whose hooks are per thread; None outside a kernel."""
    from IPython import get_ipython

    publisher = getattr(get_ipython(), "display_pub", None)
    return publisher if hasattr(publisher, "register_hook") else None


def _shown(message: dict[str, Any]) -> None:
    """Write the text of what was displayed; None keeps the kernel from showing it below some cell."""
    text = message["content"].get("data", {}).get("text/plain", "")
    if text:
        _captures.write(f"{text}\n")
