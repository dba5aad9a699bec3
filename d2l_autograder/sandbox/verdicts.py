"""How things end for a student's function, and how long and how large it was, as seen from outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Lost", "Usage", "Verdict"]


class Verdict(StrEnum):
    """What becomes of one item.

    Only `RIGHT` earns points. `SANDBOX_FAULT` is ours: the item is tried again, then reported, and never counted
    against the student.
    """

    RIGHT = "right"
    WRONG = "wrong"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    DIED = "died"
    BAD_ANSWER = "bad_answer"
    NOT_ATTEMPTED = "not_attempted"
    SANDBOX_FAULT = "sandbox_fault"


@dataclass(frozen=True)
class Usage:
    """What a sandbox has used, measured from outside.

    Attributes
    ----------
    seconds : float
        From its start, by the clock on the wall.
    cpu_seconds : float
        Of all its processes.
    memory : int
        Peak in bytes: of all processes together where there is a cgroup, else of the largest.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0


class Lost(Exception):
    """A student's code gave no answer; a verdict on it, no failure of the program.

    Parameters
    ----------
    verdict : Verdict
        What became of it; never `RIGHT` and never `SANDBOX_FAULT`.
    message : str
        What happened, in words; what the student's code said of itself is quoted, capped and not to be believed.
    line : str, optional
        The line of the student's code, and its number, as the sandbox tells.
    is_over : bool, optional
        Whether the sandbox has ended with it.
    """

    def __init__(self, verdict: Verdict, message: str, line: str = "", is_over: bool = False) -> None:
        self.verdict, self.message, self.line, self.is_over = verdict, message, line, is_over
        super().__init__(f"{verdict}: {message}" + (f"\n  {line}" if line else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.verdict, self.message, self.line, self.is_over)
