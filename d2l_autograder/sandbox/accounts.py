"""What a process has used, as the kernel tells in /proc."""

from __future__ import annotations

import os
from pathlib import Path

from d2l_autograder.sandbox.verdicts import Usage

__all__ = ["of_process", "private_memory"]

_TICKS = os.sysconf("SC_CLK_TCK")


def of_process(pid: int) -> Usage:
    """Give a process's CPU time, with that of its children that have ended, and its peak of memory; 0 once gone."""
    try:
        # The name, in parentheses, may hold anything
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return Usage(0.0, sum(map(int, fields[11:15])) / _TICKS, _sum(Path(f"/proc/{pid}/status"), "VmHWM:"))
    except (OSError, ValueError, IndexError):
        return Usage()


def private_memory(pid: int) -> int:
    """Give the bytes that a process holds for itself or in shared memory, each shared page as its share of it.

    Of a process that does not show its pages, what it shares counts whole.
    """
    try:
        return _sum(Path(f"/proc/{pid}/smaps_rollup"), "Pss_Anon:", "Pss_Shmem:")
    except (OSError, ValueError):
        pass
    try:
        return _sum(Path(f"/proc/{pid}/status"), "RssAnon:", "RssShmem:")
    except (OSError, ValueError):
        return 0


def _sum(path: Path, *names: str) -> int:
    lines = path.read_text(errors="replace").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(names))
