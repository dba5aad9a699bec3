"""Whether other programs of the machine kept a sandbox from running, so that a timeout may not be its own fault."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Turns", "is_known", "turns_of", "was_starved"]

_SHARE = 1 / 3  # of the time: a sandbox that waited longer than that was starved, if it ran less than the rest
_FULL = re.compile(r"^full .*total=(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Turns:
    """How often a sandbox's threads ran, and waited although they could have run.

    Attributes
    ----------
    when : float
        The time of the measurement, in seconds.
    ran : float
        Seconds of CPU time of all threads together.
    waited : dict of int to float
        For each thread, by its number, the seconds that it waited for a CPU.
    stalled : float
        Seconds in which no program of the machine could run for lack of memory, or because all waited for a disk.
    """

    when: float
    ran: float
    waited: dict[int, float]
    stalled: float = 0.0


def turns_of(pids: Iterable[int]) -> Turns:
    """Measure the processes with these numbers; what the kernel does not tell counts as 0."""
    ran, waited = 0.0, {}
    for pid in pids:
        with suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(OSError, ValueError):
                    on_cpu, in_queue, _ = map(int, (thread / "schedstat").read_text().split())
                    ran += on_cpu / 1e9
                    waited[int(thread.name)] = in_queue / 1e9
    return Turns(time.monotonic(), ran, waited, sum(map(_stalled, ("io", "memory"))))


def was_starved(before: Turns, after: Turns) -> bool:
    """Return whether other programs kept a sandbox from running between two measurements.

    A sandbox whose threads ran for most of the time was not starved, however many more of them wanted to run; one that
    slept was not, either.
    """
    seconds = after.when - before.when
    longest = max((waited - before.waited.get(thread, 0.0) for thread, waited in after.waited.items()), default=0.0)
    waited = max(longest, after.stalled - before.stalled)
    return waited > _SHARE * seconds and after.ran - before.ran < (1 - _SHARE) * seconds


def is_known() -> bool:
    """Return whether this kernel tells how long a thread has waited for a CPU."""
    return Path("/proc/self/schedstat").exists()


def _stalled(resource: str) -> float:
    with suppress(OSError):
        found = _FULL.search(Path(f"/proc/pressure/{resource}").read_text())
        return int(found[1]) / 1e6 if found else 0.0
    return 0.0
