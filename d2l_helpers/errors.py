"""What can go wrong, as a tree. Each error says what failed, what we got, what we expected, and what to do next.

D2LHelpersError
├── ArgumentError          a value that a function cannot work with (also a ValueError)
├── DataError              the dataset
│   ├── DataUnavailable    no source could deliver it
│   └── DataCorrupt        the bytes are not the ones that were published
├── TrainingError          a fit that cannot go on
│   └── LossNotFinite      the loss became infinite or NaN (also an ArithmeticError)
├── LibraryUnusable        a library that is missing or of another version (also an ImportError)
├── RecordError            a metric that cannot be recorded or compared
├── NotebookError          a notebook that cannot be read, run or written
├── SandboxError           the sandbox for student code cannot be started, or failed by a fault of ours
└── WireError              what came out of a sandbox, or did not
    ├── BadFrame           bytes that are no message
    ├── FrameTimeout       no whole message within its time
    └── PeerGone           the other end is closed
"""

from __future__ import annotations

import traceback
from pathlib import Path
from types import FrameType, TracebackType

__all__ = [
    "ArgumentError",
    "BadFrame",
    "D2LHelpersError",
    "DataCorrupt",
    "DataError",
    "DataUnavailable",
    "FrameTimeout",
    "LibraryUnusable",
    "LossNotFinite",
    "NotebookError",
    "PeerGone",
    "RecordError",
    "SandboxError",
    "TrainingError",
    "WireError",
    "explain",
    "is_readers",
    "readers_line",
    "running_line",
]

_NOT_THE_READERS = {Path(__file__).parent, Path(traceback.__file__).parent}  # ours, and Python's own
_INSTALLED = {"site-packages", "dist-packages"}  # the second is Debian's name, and so Colab's


class D2LHelpersError(Exception):
    """Base of all our errors.

    Parameters
    ----------
    failed : str
        What could not be done.
    got : object
        What was met instead; shown as it prints.
    expected : str
        What would have worked.
    remedy : str
        What to do next, as a sentence the reader can follow.
    """

    def __init__(self, failed: str, *, got: object, expected: str, remedy: str) -> None:
        self.failed, self.got, self.expected, self.remedy = failed, got, expected, remedy
        rows = {"got": got, "expected": expected, "try": remedy}
        lines = (f"\n  {label + ':':<10}{_hang(value)}" for label, value in rows.items())
        super().__init__(failed + "".join(lines))

    def __reduce__(self) -> tuple[object, ...]:
        state = {"failed": self.failed, "got": str(self.got), "expected": self.expected, "remedy": self.remedy}
        return (_rebuild, (type(self), state))

    def _render_traceback_(
        self,
        etype: object = None,
        value: object = None,
        tb: TracebackType | None = None,
        tb_offset: object = None,
    ) -> list[str]:
        """Tell IPython how to show it: the reader's own line and the message, none of our frames."""
        cause = readers_line(self.__cause__.__traceback__) if self.__cause__ else None
        line = cause or readers_line(tb or self.__traceback__)
        where = [f"line {line.lineno}: {line.line}", ""] if line else []
        return [*where, f"{type(self).__name__}: {self}"]


class ArgumentError(D2LHelpersError, ValueError):
    """A value that a function cannot work with."""


class DataError(D2LHelpersError):
    """Something is wrong with the dataset."""


class DataUnavailable(DataError):
    """No source could deliver the dataset."""


class DataCorrupt(DataError):
    """A file's bytes are not the ones that were published."""


class TrainingError(D2LHelpersError):
    """A fit that cannot go on."""


class LossNotFinite(TrainingError, ArithmeticError):
    """The loss became infinite or NaN."""


class LibraryUnusable(D2LHelpersError, ImportError):
    """A library that is missing, does not start, or is of another version."""


class RecordError(D2LHelpersError):
    """A metric that cannot be recorded or compared."""


class NotebookError(D2LHelpersError):
    """A notebook that cannot be read, run or written."""


class SandboxError(D2LHelpersError):
    """The sandbox for student code cannot be started, or failed by a fault of ours; it never costs a student points."""


class WireError(D2LHelpersError):
    """Something is wrong with what comes from a sandbox."""


class BadFrame(WireError):
    """The bytes that came are no message."""


class FrameTimeout(WireError):
    """No whole message went through within its time."""


class PeerGone(WireError):
    """The other end of the pipe is closed."""


def readers_line(trace: TracebackType | None) -> traceback.FrameSummary | None:
    """Find the innermost line of the reader's own code in a traceback: not ours, not Python's, not a library's.

    Returns
    -------
    traceback.FrameSummary or None
        None if no line of it, with its text, is the reader's.
    """
    own = [frame for frame in traceback.extract_tb(trace) if frame.line and is_readers(frame.filename)]
    return own[-1] if own else None


def running_line(frame: FrameType | None) -> traceback.FrameSummary | None:
    """Find the innermost line of the reader's own code on a stack that is still running; None if there is none."""
    while frame:  # not the whole stack at once: beside code that runs, a deep one would take seconds
        code = frame.f_code
        if is_readers(code.co_filename):
            line = traceback.FrameSummary(code.co_filename, frame.f_lineno, code.co_name)
            if line.line:
                return line
        frame = frame.f_back
    return None


def explain(error: BaseException) -> str:
    """Say what happened in code that is the reader's: our errors as they are, others with the reader's line."""
    if isinstance(error, D2LHelpersError):
        return _text(error)
    said = f"{type(error).__name__}: {_text(error)}"
    if "Traceback (most recent call last)" in said:  # MXNet's, of its C++; the error is the last line
        said = said.strip().splitlines()[-1]
    line = readers_line(error.__traceback__)
    return f"{said}\n  line {line.lineno}: {line.line}" if line else said


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # the reader's own class may fail at that, too
        return "an error that cannot be shown"


def _hang(value: object) -> str:
    """Set each line of a value below its first, in the column beside the labels."""
    return str(value).replace("\n", "\n" + " " * 12)


def _rebuild(kind: type[D2LHelpersError], state: dict[str, str]) -> D2LHelpersError:
    return kind(**state)


def is_readers(filename: str) -> bool:
    """Tell whether a file is the reader's: not ours, not Python's, not a library's."""
    path = Path(filename)
    return _NOT_THE_READERS.isdisjoint(path.parents) and _INSTALLED.isdisjoint(path.parts)
