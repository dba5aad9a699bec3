"""Files that are there as a whole or not at all, on file systems without hard links too."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from filelock import FileLock

__all__ = ["write", "write_once"]


def write(file: Path, contents: bytes | memoryview, mode: int | None = None) -> None:
    """Write a file; what it replaces stays whole until then.

    Parameters
    ----------
    file : Path
        Where; its folder is made if it is not there.
    contents : bytes
        All of it.
    mode : int, optional
        Its permissions; by default those of the file that it replaces, or 0o644.

    Raises
    ------
    OSError
        If it cannot be written. The file is then as it was.
    """
    if mode is None:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:50]}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:  # such as a full disk, or Ctrl-C
        Path(name).unlink()
        raise


def write_once(file: Path, contents: bytes, mode: int | None = None) -> bool:
    """Write a file unless there is one; return whether it was written. Of two processes, one writes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.parent / ".lock"):  # not os.link: exFAT and SMB have no hard links
        if file.is_symlink() or file.exists():
            return False
        write(file, contents, mode)
    return True
