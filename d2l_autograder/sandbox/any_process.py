"""What a sandbox asks of the process that it runs code in, however that process is confined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from d2l_autograder.sandbox.cgroup import Cgroup
from d2l_autograder.sandbox.settings import Limits
from d2l_autograder.sandbox.usage import Meter
from d2l_helpers.errors import SandboxError

__all__ = ["AnyProcess"]


class AnyProcess(Protocol):
    """A process as `ConfinedProcess` documents it."""

    limits: Limits
    meter: Meter
    status: int | None
    was_out_of_memory: bool
    first_pid: int

    @property
    def group(self) -> Cgroup | None:
        """The control group of the processes inside."""

    def processes(self) -> Iterator[int]:
        """Yield the numbers of all processes inside."""

    def watch_memory(self) -> None:
        """Watch the memory of all processes inside until the end."""

    def wait(self, seconds: float) -> bool:
        """Wait for the command to end by itself; return whether it did."""

    def kill(self) -> None:
        """Kill everything inside, from any thread."""

    def end(self) -> None:
        """Kill everything inside, and remove what it leaves; safe to call twice."""

    def measure(self) -> None:
        """Read the meter."""

    def close_stderr(self) -> None:
        """Stop reading what is printed about a start that failed."""

    def fault(self, what: str) -> SandboxError:
        """Return the error for a failure that is not the student's."""
