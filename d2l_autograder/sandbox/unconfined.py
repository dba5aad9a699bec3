"""A jail's stand-in without walls, for one's own notebooks on a machine that has no sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from d2l_autograder.sandbox import accounts, mounts
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.verdicts import Usage
from d2l_helpers.errors import SandboxError

__all__ = ["Unconfined"]

_TO_DIE = 10.0


class Unconfined:
    """The worker as a plain process: only its time and its memory are watched, from outside.

    Parameters
    ----------
    limits : Limits
        How much it may use.
    environment : dict of str to str
        Is added to ours.
    keep : sequence of int
        Descriptors that it inherits: the pipes.
    data : Path, optional
        The folder with the dataset; the test labels lie there, too.
    """

    group = None
    was_out_of_memory = False

    def __init__(
        self, limits: Limits, environment: dict[str, str], keep: Sequence[int], data: Path | None = None
    ) -> None:
        self.limits, self.usage = limits, Usage()
        self.status: int | None = None
        self._started = time.monotonic()
        self._home = tempfile.TemporaryDirectory(prefix="d2l-unconfined-")
        places = {"HOME": self._home.name, "TMPDIR": self._home.name, "PYTHONPATH": str(mounts.PACKAGE.parent)}
        if data is not None:
            places["D2L_DATA"] = str(data)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", str(Path(__file__).with_name("worker.py")), *map(str, keep)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=list(keep),
            cwd=self._home.name,
            env={**os.environ, **environment, **places},
            start_new_session=True,
        )

    def processes(self) -> Iterator[int]:
        """Give the process; those that it starts are not followed."""
        yield self._process.pid

    def wait(self, seconds: float) -> bool:
        """Wait for it to end by itself; says whether it did."""
        with suppress(subprocess.TimeoutExpired):
            returned = self._process.wait(seconds)
            self.status = returned if returned >= 0 else 128 - returned
        return self.status is not None

    def end(self) -> None:
        """Kill it and what is in its session; safe to call twice."""
        if self.status is None:
            self.measure()
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self.wait(_TO_DIE)
        self._home.cleanup()

    def measure(self) -> None:
        """Take note of what the process has used so far."""
        used = accounts.of_process(self._process.pid)
        seconds = time.monotonic() - self._started
        cpu, memory = max(used.cpu_seconds, self.usage.cpu_seconds), max(used.memory, self.usage.memory)
        self.usage = Usage(seconds, cpu, memory)

    def silence(self) -> None:
        """It says nothing as it is."""

    def fault(self, what: str) -> SandboxError:
        """Make the error for a fault that is ours."""
        return SandboxError(
            f"Python has failed: {what}.",
            got=f"status {self.status}" if self.wait(0.5) else "no answer",
            expected="a process that serves",
            remedy="run python -c 'import d2l_helpers, mxnet' in this environment",
        )
