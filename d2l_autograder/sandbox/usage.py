"""What processes use, as the kernel reports it in /proc; psutil does not know the peak of memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from d2l_autograder.sandbox.cgroup import Cgroup

__all__ = ["Meter", "Usage", "read_from_disk", "want_to_run"]

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """What a sandbox has used, measured from outside.

    Attributes
    ----------
    seconds : float
        Wall-clock time since its start.
    cpu_seconds : float
        CPU time of all its processes.
    memory : int
        Peak in bytes: of all processes together where there is a control group, else of the largest one.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0


class Meter:
    """Adds up what the processes of a sandbox use, from one measurement to the next.

    Attributes
    ----------
    usage : Usage
        What they had used at the last measurement.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._started, self._cpu = time.monotonic(), 0.0

    def measure(self, pids: Iterable[int], group: Cgroup | None = None) -> None:
        """Update `usage`; processes that have ended are known to their control group, or to who waited for them."""
        cpu, memory = (group.cpu_seconds, group.peak) if group else (0.0, 0)
        if not (cpu and memory):  # no group, or a kernel that does not count both for a group
            used = [_used_by(pid) for pid in pids]
            cpu = max(cpu, sum(seconds for seconds, _ in used))
            memory = max(memory, *(peak for _, peak in used), 0)
        # Without a group the sum falls where a process ends and nobody waits for it; what others compute still counts
        seconds = self.usage.cpu_seconds + max(0.0, cpu - self._cpu)
        self._cpu = cpu
        self.usage = Usage(time.monotonic() - self._started, seconds, max(memory, self.usage.memory))


def want_to_run(pids: Iterable[int]) -> bool:
    """Return whether a thread of these processes runs or waits for a CPU."""
    for pid in pids:
        with suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(OSError, IndexError):
                    if _fields(thread / "stat")[0] == "R":
                        return True
    return False


def read_from_disk(pids: Iterable[int]) -> int:
    """Return the bytes that these processes have had read from a disk, rather than from memory.

    The state D is no proof of that: who has called vfork has it, too, for as long as the child likes.
    """
    total = 0
    for pid in pids:
        with suppress(OSError):  # also a kernel that does not count this
            total += int(Path(f"/proc/{pid}/io").read_text().partition("\nread_bytes: ")[2].split("\n")[0])
    return total


def _used_by(pid: int) -> tuple[float, int]:
    """Return a process's CPU time, including that of its ended children, and its peak of memory; 0 once it is gone."""
    try:
        cpu = sum(map(int, _fields(Path(f"/proc/{pid}/stat"))[11:15])) / _TICKS
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
        return cpu, sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))
    except (OSError, ValueError, IndexError):
        return 0.0, 0


def _fields(stat: Path) -> list[str]:
    """Return the fields behind a process's name, which may itself contain spaces and parentheses."""
    return stat.read_text(errors="replace").rpartition(")")[2].split()
