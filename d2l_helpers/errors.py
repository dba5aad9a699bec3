"""Define the project's errors as a tree. Each says what failed, what was got, what was expected, and what to do next.

D2LHelpersError
├── ArgumentError          an argument that a function does not accept (also a ValueError)
├── DataError              the dataset is missing or corrupt
│   ├── DataUnavailable    no source provides a file
│   └── DataCorrupt        a file's bytes are not the published ones
├── TrainingError          a training or measuring run that cannot go on
│   └── LossNotFinite      the loss became infinite or NaN (also an ArithmeticError)
├── LibraryUnusable        a library that is missing or of another version (also an ImportError)
├── RecordError            a metric that cannot be recorded or compared
├── NotebookError          a notebook that cannot be read, run or written
├── ClusterError           the machines that mark together cannot be used, or are lost
├── SandboxError           the sandbox for student code cannot be started, or failed through no fault of the student
└── WireError              the exchange of messages with a sandbox failed
    ├── BadFrame           the bytes are not a message
    ├── FrameTimeout       a message took longer than its timeout
    └── PeerGone           the other end of the pipe is closed
"""

from __future__ import annotations

import reprlib
import traceback
from pathlib import Path
from types import FrameType, TracebackType

__all__ = [
    "ArgumentError",
    "BadFrame",
    "ClusterError",
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
    "leave_out_lines_of",
    "quote",
    "readers_line",
    "running_line",
]

_NOT_THE_READERS = {Path(__file__).parent, Path(traceback.__file__).parent}  # this package, and Python's library
_LEFT_OUT: set[Path] = set()  # files with a teacher's checks
_MOST_QUOTED = 60  # characters
_INSTALLED = {"site-packages", "dist-packages"}  # the second is the name on Debian and Colab


class D2LHelpersError(Exception):
    """Base class of the project's errors.

    Parameters
    ----------
    failed : str
        What could not be done.
    got : object
        What was found instead; shown as ``str`` shows it.
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
        """Return what IPython shows instead of a traceback: the reader's own line, and the message."""
        cause = readers_line(self.__cause__.__traceback__) if self.__cause__ else None
        line = cause or readers_line(tb or self.__traceback__)
        where = [f"line {line.lineno}: {line.line}", ""] if line else []
        return [*where, f"{type(self).__name__}: {self}"]


class ArgumentError(D2LHelpersError, ValueError):
    """An argument that a function does not accept."""


class DataError(D2LHelpersError):
    """The dataset is missing or corrupt."""


class DataUnavailable(DataError):
    """No source provides a file of the dataset."""


class DataCorrupt(DataError):
    """A file's bytes are not the published ones."""


class TrainingError(D2LHelpersError):
    """A training or measuring run that cannot go on."""


class LossNotFinite(TrainingError, ArithmeticError):
    """The loss became infinite or NaN."""


class LibraryUnusable(D2LHelpersError, ImportError):
    """A library that is missing, does not start, or is of another version."""


class RecordError(D2LHelpersError):
    """A metric that cannot be recorded or compared."""


class NotebookError(D2LHelpersError):
    """A notebook that cannot be read, run or written."""


class ClusterError(D2LHelpersError):
    """The machines that mark together cannot be used, or are lost."""


class SandboxError(D2LHelpersError):
    """The sandbox for student code cannot be started, or failed; no student loses points for that."""


class WireError(D2LHelpersError):
    """The exchange of messages with a sandbox failed."""


class BadFrame(WireError):
    """The bytes are not a message."""


class FrameTimeout(WireError):
    """A message took longer than its timeout."""


class PeerGone(WireError):
    """The other end of the pipe is closed."""


def readers_line(trace: TracebackType | None) -> traceback.FrameSummary | None:
    """Return the innermost line of the reader's own code in a traceback: not this package's, Python's or a library's.

    Returns
    -------
    traceback.FrameSummary or None
        None if no line whose text is known is the reader's.
    """
    own = [frame for frame in traceback.extract_tb(trace) if frame.line and is_readers(frame.filename)]
    return own[-1] if own else None


def running_line(frame: FrameType | None) -> traceback.FrameSummary | None:
    """Return the innermost line of the reader's own code on a running stack; None if there is none."""
    while frame:  # not traceback.extract_stack: a deep stack would take seconds while other code runs
        code = frame.f_code
        if is_readers(code.co_filename):
            line = traceback.FrameSummary(code.co_filename, frame.f_lineno, code.co_name)
            if line.line:
                return line
        frame = frame.f_back
    return None


def explain(error: BaseException) -> str:
    """Describe an error to the reader: the project's by its message, others with the line of the reader's code."""
    if isinstance(error, D2LHelpersError):
        return _text(error)
    text = f"{type(error).__name__}: {_text(error)}"
    # MXNet adds the traceback of its C++ code; only the last line says what failed
    if "Traceback (most recent call last)" in text:
        name = type(error).__name__
        text = f"{name}: {text.strip().splitlines()[-1].removeprefix(f'{name}: ')}"
    line = readers_line(error.__traceback__)
    return f"{text}\n  line {line.lineno}: {line.line}" if line else text


def quote(value: object) -> str:
    """Return a value as an error quotes it, in at most 60 characters; only its type if Python cannot show it."""
    try:
        shown = repr(value) if isinstance(value, str) else reprlib.repr(value)
        return shown if len(shown) <= _MOST_QUOTED else f"{shown[:_MOST_QUOTED]}…"
    except Exception:  # such as an integer of more than 4,300 digits
        return f"something of type {type(value).__name__}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # __str__ of the reader's own class may raise anything
        return "an error that cannot be shown"


def _hang(value: object) -> str:
    """Indent the lines of a value to the column beside the labels."""
    return str(value).replace("\n", "\n" + " " * 12)


def _rebuild(kind: type[D2LHelpersError], state: dict[str, str]) -> D2LHelpersError:
    return kind(**state)


def is_readers(filename: str) -> bool:
    """Return whether a file is the reader's: not this package's, Python's or a library's."""
    path = Path(filename)
    if path in _LEFT_OUT:
        return False
    return _NOT_THE_READERS.isdisjoint(path.parents) and _INSTALLED.isdisjoint(path.parts)


def leave_out_lines_of(file: Path) -> None:
    """Quote no line of this file to a reader from now on: it is not the reader's, but a teacher's module of checks."""
    _LEFT_OUT.add(file)
