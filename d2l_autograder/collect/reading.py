"""Read a file that was handed in: only a regular file, never through a link, and never more than was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["read_file"]


def read_file(file: Path, most: int) -> bytes:
    """Read a regular file, at most one byte more than `most`: links are not followed, pipes not opened.

    Raises
    ------
    NotebookError
        If the file is not a regular file, or cannot be read.
    """
    try:
        with open(file, "rb", opener=_open_regular) as stream:
            size = os.fstat(stream.fileno()).st_size  # read() sets aside as much memory as it is asked for
            return stream.read(min(most, size) + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise NotebookError(
            "This submission cannot be read.",
            got=getattr(error, "strerror", None) or str(error),
            expected="a notebook file",
            remedy="hand in the notebook itself",
        ) from None


def _open_regular(file: str, _: int) -> int:
    if not stat.S_ISREG(os.lstat(file).st_mode):
        raise OSError("a link, a folder or a pipe")
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # the file may have been replaced since lstat
        os.close(descriptor)
        raise OSError("a link, a folder or a pipe")
    return descriptor
