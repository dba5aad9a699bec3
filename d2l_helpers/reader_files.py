"""Keep what a reader has done in small JSON files of their own, which several kernels may change."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from d2l_helpers import atomic

__all__ = ["change", "path_of", "read"]

_LARGEST = 100_000  # bytes
_SECONDS_LOCKED = 0.2


def path_of(name: str) -> Path:
    """Return the path of the reader's file of this name; the file need not exist."""
    from platformdirs import user_state_path

    return user_state_path("d2l-helpers", appauthor=False) / name


def read(file: Path) -> Any:
    """Return the contents of a file; None if there is no file, or a damaged one, which the next change replaces."""
    try:
        return None if file.stat().st_size > _LARGEST else json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def change(file: Path, new: Callable[[Any], Any]) -> None:
    """Replace the contents of a file by what `new` makes of them; if that fails, nothing changes.

    Parameters
    ----------
    file : Path
        One of `path_of`.
    new : callable
        Gets what `read` returns, and returns what JSON can write.
    """
    from filelock import FileLock, Timeout

    with suppress(OSError, NotImplementedError, Timeout):  # NotImplementedError: a file system without locks
        file.parent.mkdir(parents=True, exist_ok=True)
        # Otherwise one of two kernels would overwrite what the other wrote
        with FileLock(f"{file}.lock", timeout=_SECONDS_LOCKED):
            atomic.write(file, json.dumps(new(read(file)), sort_keys=True).encode())
