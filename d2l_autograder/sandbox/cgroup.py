"""Control groups, version 1 and 2, where this user may make one: the only limit on the sum of several processes.

`delegation` finds where a group may be made. Its name contains the grader's process id: a killed grader leaves an
empty group behind, and the next grader removes that group.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from d2l_autograder.sandbox import delegation
from d2l_autograder.sandbox.settings import Limits

__all__ = ["Cgroup", "make"]

_PREFIX = "d2l-sandbox-"
_numbers = itertools.count()


@dataclass(frozen=True)
class Cgroup:
    """One sandbox's group: a folder for each controller in version 1, one folder in version 2.

    Attributes
    ----------
    memory : Path
        Where memory is limited and counted.
    folders : tuple of Path
        All folders of the group.
    limits_swap : bool
        Whether what the group has in swap counts, too.
    """

    memory: Path
    folders: tuple[Path, ...]
    limits_swap: bool = False

    def add(self, pid: int) -> None:
        """Move a process into the group; the kernel starts its later children there."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    @property
    def peak(self) -> int:
        """The peak of memory that the group has used, in bytes; before Linux 5.19, version 2 knows only the present."""
        names = ("memory.max_usage_in_bytes", "memory.peak", "memory.current")
        return max(_number(self.memory / name) for name in names)

    @property
    def cpu_seconds(self) -> float:
        """The CPU time that the group's processes have used; 0 where the kernel does not count it."""
        for folder in self.folders:
            if nanoseconds := _number(folder / "cpuacct.usage"):
                return nanoseconds / 1e9
            with suppress(OSError):
                found = re.search(r"^usage_usec (\d+)$", (folder / "cpu.stat").read_text(), re.MULTILINE)
                if found:
                    return int(found[1]) / 1e6
        return 0.0

    @property
    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed one of the group's processes for memory."""
        for name in ("memory.oom_control", "memory.events"):
            with suppress(OSError):
                found = re.search(r"^oom_kill (\d+)$", (self.memory / name).read_text(), re.MULTILINE)
                if found and int(found[1]) > 0:
                    return True
        return False

    def remove(self) -> None:
        """Remove the folders, and wait while the kernel still counts the group's dead processes."""
        for folder in self.folders:
            _remove(folder)


def make(limits: Limits, root: Path = delegation.ROOT, own: Path = delegation.OWN) -> Cgroup | None:
    """Make a group with these limits.

    Parameters
    ----------
    limits : Limits
        The limits on memory and processes are set.
    root, own : Path, optional
        Where the file system of groups is mounted, and the file that lists the grader's own groups.

    Returns
    -------
    Cgroup or None
        None where this user may not make one, or the kernel has none.
    """
    try:
        parents = delegation.parents(root, own)
    except OSError:
        return None
    if parents is None:
        return None
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    folders = tuple(dict.fromkeys(folder / name for folder in parents.values()))
    for folder in dict.fromkeys(parents.values()):
        for stale in _stale(folder):
            _remove(stale, seconds=0.0)
    group = Cgroup(parents["memory"] / name, folders)
    try:
        for folder in folders:
            folder.mkdir()
        _limit(group, limits)
    except OSError:
        group.remove()
        return None
    swap = ("memory.memsw.limit_in_bytes", "memory.swap.max")
    return replace(group, limits_swap=any((group.memory / file).exists() for file in swap))


def _stale(folder: Path) -> list[Path]:
    """List the groups in a folder whose graders are dead."""
    found = (re.fullmatch(_PREFIX + r"(\d+)-\d+", path.name) for path in folder.glob(f"{_PREFIX}*"))
    return [folder / match[0] for match in found if match and not Path("/proc", match[1]).exists()]


def _limit(group: Cgroup, limits: Limits) -> None:
    settings = {
        "memory.limit_in_bytes": limits.memory,
        "memory.memsw.limit_in_bytes": limits.memory,  # without it, the group would swap instead of being killed
        "memory.max": limits.memory,
        "memory.swap.max": 0,
        "memory.oom.group": 0,
        "pids.max": limits.processes,
    }
    for folder in group.folders:
        for name, value in settings.items():
            if (folder / name).exists():
                (folder / name).write_text(str(int(value)))
    if not any((group.memory / name).exists() for name in ("memory.limit_in_bytes", "memory.max")):
        raise OSError("this group cannot limit memory")


def _remove(folder: Path, seconds: float = 2.0) -> None:
    deadline = time.monotonic() + seconds
    while folder.exists():
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0
