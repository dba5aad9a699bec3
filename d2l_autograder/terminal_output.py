"""Print to a terminal, a pipe or nothing: what cannot be printed ends no batch."""

from __future__ import annotations

import os
import sys

from rich.console import Console, RenderableType

__all__ = ["say"]


def say(shown: RenderableType | str, is_error: bool = False) -> None:
    """Print to standard output, or to standard error; do nothing where nobody reads it or its disk is full."""
    stream = sys.stderr if is_error else sys.stdout
    try:
        Console(file=stream, soft_wrap=is_error).print(shown, markup=False, highlight=False)
        stream.flush()
    except (OSError, ValueError, SystemExit):  # rich ends the program where a pipe has no reader
        _silence(stream.fileno() if not stream.closed else -1)


def _silence(descriptor: int) -> None:
    """Lead a stream to nowhere, or Python would fail once more when it flushes the stream at its end."""
    if descriptor >= 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
