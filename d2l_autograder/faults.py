"""Faults of a batch: what could not be done, for which file or student, why, and what the teacher can do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from d2l_helpers.errors import D2LHelpersError

__all__ = ["Fault", "Faults", "fault_of", "said_by"]

_LONGEST = 500  # characters of a reason
_AGAIN = "run the same command again"
_REMEDIES = {
    errno.ENOSPC: f"free some space, and {_AGAIN}",
    errno.EDQUOT: f"free some space, and {_AGAIN}",
    errno.EACCES: f"let this user read and write it, and {_AGAIN}",
    errno.EPERM: f"let this user read and write it, and {_AGAIN}",
    errno.EROFS: f"make the file system writable, or pass another folder with --out, and {_AGAIN}",
}


@dataclass(frozen=True)
class Fault:
    """Something that could not be done.

    Attributes
    ----------
    what : str
        What failed, with the student's name.
    why : str
        The reason, with the file's name.
    remedy : str
        What to do.
    """

    what: str
    why: str
    remedy: str


class Faults:
    """All that could not be done in a run, in the order in which it failed."""

    def __init__(self) -> None:
        self.found: dict[Fault, None] = {}  # in order, each once

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, fault: Fault) -> None:
        """Note a fault."""
        self.found[fault] = None

    @contextmanager
    def noted(self, what: str) -> Iterator[None]:
        """Note what the block raises, and go on after the block; an interrupt is no fault."""
        try:
            yield
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            self.add(fault_of(what, error))


def fault_of(what: str, error: BaseException) -> Fault:
    """Return the fault that an error is."""
    if isinstance(error, D2LHelpersError):
        return Fault(what, _short(f"{error.failed} {error.got}"), error.remedy)
    if isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename else ""
        remedy = _REMEDIES.get(error.errno or 0, f"look at the file and its folder, and {_AGAIN}")
        return Fault(what, _short(f"{file}{error.strerror or type(error).__name__}"), remedy)
    remedy = f"{_AGAIN}; if it fails again, report it with this message"
    return Fault(what, f"The grader has failed. {said_by(error)}", remedy)


def said_by(error: BaseException) -> str:
    """Return an error's type and message, cut to a length that a table can show."""
    try:
        return _short(f"{type(error).__name__}: {error}")
    except Exception:  # the error may hold what cannot be shown
        return type(error).__name__


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
