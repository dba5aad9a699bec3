"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write", "write_once"]


def write(file: Path, contents: bytes, mode: int = 0o644) -> None:
    """Put a file in its place at once; what it replaces is whole until then."""
    temporary = _beside(file, contents, mode)
    temporary.replace(file)


def write_once(file: Path, contents: bytes, mode: int = 0o644) -> bool:
    """Put a file in its place unless there is one; says whether it did. Of two processes, one does."""
    temporary = _beside(file, contents, mode)
    try:
        os.link(temporary, file)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def _beside(file: Path, contents: bytes, mode: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:50]}.", dir=file.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(contents)
        stream.flush()
        os.fsync(stream.fileno())
        os.fchmod(stream.fileno(), mode)
    return Path(name)
