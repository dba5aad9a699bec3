"""How much of its time a request has used: what it computes counts, and what other programs of the machine do not."""

from __future__ import annotations

import time

from d2l_autograder.sandbox.any_process import AnyProcess
from d2l_autograder.sandbox.usage import read_from_disk, want_to_run

__all__ = ["PATIENCE", "Clock"]

PATIENCE = 5
"""How many times a limit the wall clock may show, whatever is computed: no request runs for longer."""

_TICK = 0.1  # seconds between two looks at the processes
_LONGEST = 0.3  # seconds that a look may count as idle: a grader that was kept from looking knows no more


class Clock:
    """The time of one request, by looks at the sandbox's processes ten times a second.

    Parameters
    ----------
    process : AnyProcess
        What runs the request.

    Attributes
    ----------
    computed : float
        Seconds of CPU time of all processes together, from the first look on.
    idle : float
        Seconds in which no thread ran or wanted to run, and nothing came from a disk: all slept, or waited for one
        another.
    """

    def __init__(self, process: AnyProcess) -> None:
        self.computed = self.idle = 0.0
        self._process = process
        self._began = self._looked = time.monotonic()
        self._cpu: float | None = None
        self._read = 0  # bytes from a disk
        self._pids: set[int] = set()

    @property
    def wall(self) -> float:
        """Seconds since the request began."""
        return time.monotonic() - self._began

    @property
    def used(self) -> float:
        """Seconds that count: those computed and those idle, and where these cannot be told, a share of the wall's."""
        return max(self.computed + self.idle, self.wall / PATIENCE)

    def said(self, allowed: float) -> str:
        """Say in words why the time that was allowed is over."""
        if self.computed + self.idle < allowed:
            return f"no result within {self.wall:.0f} seconds, although it computed in only {self.computed:.2g} of them"
        if self.computed < self.idle:
            return f"it waited for {allowed:.3g} seconds without computing"
        return f"it computed for more than {allowed:.3g} seconds"

    def look(self) -> None:
        """Count what has passed since the last look, unless that was just now; most requests end before the first."""
        before, pids, passed = self._cpu, self._pids, time.monotonic() - self._looked
        if passed < _TICK:
            return
        self._looked += passed
        self._process.measure()
        self._cpu, self._pids = self._process.meter.usage.cpu_seconds, set(self._process.processes())
        if before is None:
            self._comes_from_disk()
            return
        computed, known = self._cpu - before, min(passed, _LONGEST)
        if self._process.group is None and self._pids != pids:  # nobody counts those that began and ended in between
            computed = max(computed, known)
        self.computed += computed
        if 2 * computed < passed and not want_to_run(self._pids) and not self._comes_from_disk():
            self.idle += max(0.0, known - computed)

    def _comes_from_disk(self) -> bool:
        """Return whether something has come from a disk since the last such look."""
        before = self._read
        self._read = max(before, read_from_disk(self._pids))
        return self._read > before
