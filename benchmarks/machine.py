"""What a run was measured on, and what else the machine did meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

__all__ = ["Machine"]

_BUSY = 0.2  # cores that others use, from which on times are not trusted


class Machine:
    """The machine, watched from now on.

    Parameters
    ----------
    has_sandboxes : bool, optional
        Whether the run marks submissions. Linux adds the time of their workers to none of the processes that we wait
        for, so that it would count as others'.

    Attributes
    ----------
    load : float
        How many cores were in use during the second before the run.
    """

    def __init__(self, has_sandboxes: bool = False) -> None:
        self.load, self._has_sandboxes = _load(), has_sandboxes
        self._started, self._used, self._used_by_us = time.monotonic(), _used(), _used_by_us()

    def others(self) -> float:
        """Return how many cores others have used on average since the watch began, other virtual machines included.

        Of a run with sandboxes, it is how many are in use during the second after the run.
        """
        if self._has_sandboxes:
            return _load()
        seconds = time.monotonic() - self._started
        return max(0.0, (_used() - self._used - (_used_by_us() - self._used_by_us)) / seconds)

    def describe(self) -> dict[str, str]:
        """Return date, commit, processor, versions and load as text, by the names of the history's columns."""
        others = self.others()
        return {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
            "commit": _commit(),
            "processor": _processor(),
            "cores": str(len(os.sched_getaffinity(0))),
            "python": platform.python_version(),
            "mxnet": version("mxnet"),
            "numpy": version("numpy"),
            "load_before": f"{self.load:.2f}",
            "load_of_others": f"{others:.2f}",
            "machine": "busy" if max(self.load, others) > _BUSY else "at rest",
        }


def _load() -> float:
    """Return how many cores are in use during a second."""
    return float(psutil.cpu_percent(1.0)) / 100 * (psutil.cpu_count() or 1)


def _used() -> float:
    """Return the seconds for which all processors have worked, or were taken away by other virtual machines."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def _used_by_us() -> float:
    """Return the processor seconds of this process and of all its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _commit() -> str:
    """Return the commit, with a plus sign if files differ from it; nothing outside a clone."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--abbrev=9", "--exclude=*", "--dirty=+"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _processor() -> str:
    """Return the processor's model."""
    models = Path("/proc/cpuinfo")
    lines = models.read_text().splitlines() if models.exists() else []
    found = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()
