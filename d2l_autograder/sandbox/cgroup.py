"""Control groups, version 1 and 2, where this user may make one: the only limit on the sum of several processes.

A group lies below the one that we are in, so that a container's own limits hold for it too. Its name has our process
id: what a killed grader leaves behind is empty, and the next one removes it.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.sandbox.limits import Limits

__all__ = ["Cgroup", "leftovers", "make"]

_PREFIX = "d2l-sandbox-"
_NEEDED = ("memory", "pids")
_WELCOME = ("cpu", "cpuacct")  # one share for each sandbox, however many threads it has
_numbers = itertools.count()


@dataclass(frozen=True)
class Cgroup:
    """The folders of one sandbox's group: one for each controller in version 1, one in version 2.

    Attributes
    ----------
    memory : Path
        Where memory is limited and counted.
    folders : tuple of Path
        All of them.
    """

    memory: Path
    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Move a process into the group; its later children are born there."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    @property
    def peak(self) -> int:
        """The most memory it has used, in bytes; 0 where the kernel does not tell."""
        return max(_number(self.memory / name) for name in ("memory.max_usage_in_bytes", "memory.peak"))

    @property
    def cpu_seconds(self) -> float:
        """The CPU time that its processes have used; 0 where the kernel does not tell."""
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
        """Whether the kernel has killed one of its processes for memory."""
        for name in ("memory.oom_control", "memory.events"):
            with suppress(OSError):
                found = re.search(r"^oom_kill (\d+)$", (self.memory / name).read_text(), re.MULTILINE)
                if found and int(found[1]) > 0:
                    return True
        return False

    def remove(self) -> None:
        """Remove the folders; the group's processes are dead, and the kernel may need a moment to count them out."""
        for folder in self.folders:
            _remove(folder)


def make(limits: Limits, root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Cgroup | None:
    """Make a group with these limits.

    Parameters
    ----------
    limits : Limits
        Its memory and processes are set.
    root, own : Path, optional
        Where the file system of groups is mounted, and the file that tells which groups we are in.

    Returns
    -------
    Cgroup or None
        None where this user may not, or the kernel cannot.
    """
    try:
        parents = _parents(root, own.read_text())
    except OSError:
        return None
    if parents is None:
        return None
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    group = Cgroup(parents["memory"] / name, tuple(dict.fromkeys(folder / name for folder in parents.values())))
    for folder in dict.fromkeys(parents.values()):
        for stale in leftovers(folder):
            _remove(stale, patience=0.0)
    try:
        for folder in group.folders:
            folder.mkdir()
        _limit(group, limits)
    except OSError:
        group.remove()
        return None
    return group


def leftovers(folder: Path) -> list[Path]:
    """List the groups in a folder that belong to no living process."""
    found = (re.fullmatch(_PREFIX + r"(\d+)-\d+", path.name) for path in folder.glob(f"{_PREFIX}*"))
    return [folder / match[0] for match in found if match and not Path("/proc", match[1]).exists()]


def _limit(group: Cgroup, limits: Limits) -> None:
    settings = {
        "memory.limit_in_bytes": limits.memory,
        "memory.memsw.limit_in_bytes": limits.memory,  # else it would swap instead of ending
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


def _parents(root: Path, own: str) -> dict[str, Path] | None:
    """Find the folder in which to make a group, for each controller; None unless all that are needed are there."""
    paths = {}
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path.lstrip("/")
    if all((root / controller).is_dir() for controller in _NEEDED):
        found = {name: _nearest(root / name, paths.get(name, "")) for name in _NEEDED + _WELCOME}
        usable = {name: folder for name, folder in found.items() if folder}
        return usable if set(_NEEDED) <= set(usable) else None
    return _parent_of_version_2(root, paths.get("", ""))


def _nearest(mount: Path, path: str) -> Path | None:
    """The group we are in, or the mount itself where a container shows us less than our path."""
    for folder in (mount / path, mount):
        if (folder / "cgroup.procs").exists() and os.access(folder, os.W_OK):
            return folder
    return None


def _parent_of_version_2(root: Path, path: str) -> dict[str, Path] | None:
    """The nearest group above ours, or ours, that hands the controllers down and that we may write to.

    In version 2 a group with processes of its own hands down none, except the root's.
    """
    folder = root / path
    for candidate in (folder, *folder.parents):
        control = candidate / "cgroup.subtree_control"
        with suppress(OSError):
            given = control.read_text().split()
            movable = os.access(candidate, os.W_OK) and os.access(candidate / "cgroup.procs", os.W_OK)
            if movable and set(_NEEDED) <= set(given):
                return dict.fromkeys(_NEEDED, candidate)
        if candidate == root:
            break
    return None


def _remove(folder: Path, patience: float = 2.0) -> None:
    deadline = time.monotonic() + patience
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
