"""What this machine's kernel does not limit for this user, so that the sandbox's own measures stand in for it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from d2l_autograder.sandbox import cgroup
from d2l_autograder.sandbox.settings import Limits

__all__ = ["Limit", "limits_not_held"]

_IN_A_GROUP = "let the grader make a control group for each sandbox; d2l-grade doctor says how"


class Limit(NamedTuple):
    """A limit that does not hold by itself.

    Attributes
    ----------
    what : str
        What is not limited.
    why : str
        Why, and what the sandbox does instead.
    remedy : str
        What to do so that the kernel limits it.
    """

    what: str
    why: str
    remedy: str


def limits_not_held() -> list[Limit]:
    """Return the limits that hold only as far as the grader can measure, or not at all; none where all hold."""
    group = cgroup.make(Limits())
    try:
        has_shares = group is not None and any(
            (folder / name).exists() for folder in group.folders for name in ("cpu.shares", "cpu.weight")
        )
    finally:
        if group:
            group.remove()
    found = []
    if group is None:
        found.append(_MEMORY)
    if not (has_shares or _has_autogroups()):
        found.append(_CPU)
    if os.geteuid() != 0:
        found.append(_USER)
        if _kernel() < (5, 14):
            found.append(_PROCESSES)
    return found


def _kernel() -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return tuple(map(int, found.groups())) if found else (0,)


def _has_autogroups() -> bool:
    """Return whether the kernel gives each session the same share of CPU time, as it does outside control groups."""
    with suppress(OSError):
        if Path("/proc/sys/kernel/sched_autogroup_enabled").read_text().strip() == "1":
            groups = Path("/proc/self/cgroup").read_text().splitlines()
            return all(line.endswith(":/") for line in groups if ":cpu" in line or line.startswith("0::"))
    return False


_MEMORY = Limit(
    "the memory of a submission's processes together",
    "this user may make no control group, so the grader adds up ten times a second what they use, and ends the sandbox "
    "of those that use too much; they can use more for a tenth of a second, and what the kernel holds for them is an "
    "estimate",
    _IN_A_GROUP,
)
_CPU = Limit(
    "an equal share of CPU time for each submission",
    "neither a control group nor an autogroup gives shares, so a submission of many processes slows others down; "
    "what others compute does not count against a submission",
    _IN_A_GROUP,
)
_USER = Limit(
    "what the kernel counts for each user",
    "all sandboxes run as the user who grades: one of them can use up the pipes of full size (fs.pipe-user-pages-soft) "
    "and the descriptors in messages (256) that the user may have, and another's processes may fail to exchange data",
    "grade as root, which gives each sandbox a user of its own, or with one job at a time: --jobs 1",
)
_PROCESSES = Limit(
    "the number of processes of each submission",
    "before Linux 5.14 the kernel counts the processes of all sandboxes of a user together, so that a submission with "
    "many processes keeps others from starting theirs",
    "grade as root, on a newer kernel, or with one job at a time: --jobs 1",
)
