"""A lock on the folder of the results: of two graders at once, the second is told who the first is."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from d2l_helpers.errors import ArgumentError

__all__ = ["keep_locked", "locked"]

_NAME = ".d2l-grade.lock"
_LONGEST = 500  # bytes that another grader says of itself
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold the lock on a folder, which is made if it does not exist.

    The kernel releases the lock when this process ends, even by a kill, so no stale lock is left.

    Yields
    ------
    bool
        Whether the file system has locks. Without them, nothing stops a second grader.

    Raises
    ------
    ArgumentError
        If another grader holds the lock, or the folder cannot be written.
    """
    descriptor = _open(folder)
    try:
        yield _lock(descriptor, folder)
        with suppress(OSError):  # what is left is the same after each run
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@cache
def keep_locked(folder: Path) -> bool:
    """Hold the lock on a folder until this process ends; as `locked`, for programs that call us again and again."""
    return _lock(_open(folder), folder)


def _open(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    except OSError as error:
        raise ArgumentError(
            "Cannot write marks to this folder.",
            got=f"{error.filename or folder}: {error.strerror}",
            expected="a folder, new or not, in which this user may write",
            remedy="change its permissions, free some space, or pass another folder with --out",
        ) from error


def _lock(descriptor: int, folder: Path) -> bool:
    import fcntl  # here: Windows lacks it, and --help works there

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _in_use(os.pread(descriptor, _LONGEST, 0), folder) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return False
    about = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
    with suppress(OSError):  # on a full disk; the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(about).encode(), 0)
    return True


def _in_use(contents: bytes, folder: Path) -> ArgumentError:
    try:
        about = json.loads(contents)
        who = f"process {int(about['pid'])} on {str(about['host'])[:100]!r}, since {str(about['since'])[:30]!r}"
    except (ValueError, KeyError, TypeError):  # it has taken the lock a moment ago
        who = "another process"
    return ArgumentError(
        "Another grader is writing to this folder.",
        got=f"{folder}, in use by {who}",
        expected="one grader at a time on a folder of results",
        remedy="wait until the other has finished, or end it; then run the same command again, which loses nothing",
    )
