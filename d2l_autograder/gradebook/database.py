"""nbgrader's gradebook as a file: transactions that end whole or not at all, and errors that say what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from d2l_helpers.errors import RecordError

__all__ = ["Database", "read_only", "remedy_for", "unreadable", "unusable"]

_Found = TypeVar("_Found")
_PATIENCE = 20.0  # seconds to wait for another program that writes to the gradebook
_TICK = 0.2  # seconds that sqlite waits by itself, during which Ctrl-C has to wait, too
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}  # as some network file systems say it
_REMEDIES = {
    "SQLITE_BUSY": "end the other program, such as another d2l-grade or a formgrader, and grade again",
    "SQLITE_LOCKED": "end the other program, such as another d2l-grade or a formgrader, and grade again",
    "SQLITE_READONLY": "make the file and its folder writable, and grade again",
    "SQLITE_CANTOPEN": "make the file and its folder writable, and grade again",
    "SQLITE_PERM": "make the file and its folder writable, and grade again",
    "SQLITE_FULL": "free some space, and grade again: what was in the gradebook is still there",
    "SQLITE_IOERR": "look whether the disk is full or faulty, and grade again",
}
_SPOILT = (
    "move the file away, or put a backup in its place, and grade again: the marks are kept in results/, but a "
    "teacher's own scores and comments are only in the gradebook"
)


class Database:
    """An open gradebook.

    Parameters
    ----------
    file : Path
        The database; it need not exist yet.

    Raises
    ------
    RecordError
        If the file is there, and is no sound database.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        if os.path.lexists(file) and not (file.exists() and stat.S_ISREG(file.stat().st_mode)):
            raise unusable(file, "something that is no file", _SPOILT)  # opening a pipe would wait for ever
        with ExitStack() as opened:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                self._lock = os.open(file.with_name(".gradebook.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
            except OSError as error:
                raise unusable(file, error, _REMEDIES["SQLITE_CANTOPEN"]) from error
            opened.callback(os.close, self._lock)
            with self._explained():
                self._connection = sqlite3.connect(file, timeout=_TICK, isolation_level=None)
                opened.callback(self._connection.close)
                (found,) = self._patiently(lambda: self._connection.execute("PRAGMA quick_check(1)").fetchone())
            if found != "ok":
                raise unusable(file, found, _SPOILT)
            self.close = opened.pop_all().close

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other graders from writing: to register cells, nbgrader may remove what they have just added."""
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all that the block writes, or nothing where it raises an error or the process is killed.

        Raises
        ------
        RecordError
            If the database cannot be written.
        """
        with self._locked(fcntl.LOCK_SH), self._explained():
            # IMMEDIATE: what the block reads stays true until it writes
            self._patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
                self._patiently(lambda: self._connection.execute("COMMIT"))
            except BaseException:
                with suppress(sqlite3.Error):  # after some errors sqlite has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._lock, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise unusable(self.file, "locked by another grader", _REMEDIES["SQLITE_BUSY"]) from None
                time.sleep(0.05)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                break
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _patiently(self, act: Callable[[], _Found]) -> _Found:
        """Try again while another program holds the database, in steps that Ctrl-C can end."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return act()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise unusable(self.file, error, remedy_for(getattr(error, "sqlite_errorname", ""))) from error


@contextmanager
def read_only(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook that is not changed; raises RecordError if it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
            yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise unreadable(file, error, remedy_for(getattr(error, "sqlite_errorname", ""))) from error


def remedy_for(name: str) -> str:
    """Return what to do about an error of sqlite, by its name, such as SQLITE_IOERR_WRITE."""
    return _REMEDIES.get("_".join(name.split("_")[:2]), _SPOILT)


def unreadable(file: Path, got: object, remedy: str) -> RecordError:
    """Return the error of a gradebook that cannot be read."""
    return RecordError(
        "Cannot read nbgrader's gradebook.",
        got=f"{file}: {got}",
        expected="a gradebook of nbgrader 0.9.6, with the marks of d2l-grade grade",
        remedy=remedy,
    )


def unusable(file: Path, got: object, remedy: str) -> RecordError:
    """Return the error of a gradebook that cannot be written."""
    return RecordError(
        "Cannot write nbgrader's gradebook.",
        got=f"{file}: {got}",
        expected="a gradebook of nbgrader 0.9.6 that can be written",
        remedy=remedy,
    )
