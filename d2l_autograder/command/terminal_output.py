"""Print to a terminal, a pipe or nothing: what cannot be printed ends no batch."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from rich.console import Console, RenderableType

__all__ = ["Progress", "say"]


def say(shown: RenderableType | str, is_error: bool = False) -> None:
    """Print to standard output, or to standard error; do nothing where nobody reads it or its disk is full."""
    stream = sys.stderr if is_error else sys.stdout
    try:
        is_text = isinstance(shown, str)  # whose lines are not broken, so that another program can read them
        Console(file=stream, soft_wrap=is_text).print(shown, markup=False, highlight=False)
        stream.flush()
    except (OSError, ValueError, SystemExit):  # rich ends the program where a pipe has no reader
        _silence(stream.fileno() if not stream.closed else -1)


class Progress:
    """A stream for a progress bar, which ends no batch where its terminal is gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, if there is still something to write to."""
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush, if there is still something to write to."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _silence(descriptor: int) -> None:
    """Lead a stream to nowhere, or Python would fail once more when it flushes the stream at its end."""
    if descriptor >= 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
