"""What processes have used, as the kernel reports it in /proc; psutil does not know the peak of memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Usage", "usage_of"]

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


def usage_of(pid: int) -> Usage:
    """Return a process's CPU time, including that of its ended children, and its peak of memory; 0 once it is gone."""
    try:
        # The process's name, in parentheses, may itself contain spaces and parentheses
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return Usage(0.0, sum(map(int, fields[11:15])) / _TICKS, _sum(Path(f"/proc/{pid}/status"), "VmHWM:"))
    except (OSError, ValueError, IndexError):
        return Usage()


def _sum(path: Path, *names: str) -> int:
    lines = path.read_text(errors="replace").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(names))
