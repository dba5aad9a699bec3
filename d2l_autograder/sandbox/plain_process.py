"""The worker as a plain process, for one's own notebooks on a machine that has no sandbox."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from d2l_autograder.sandbox import mounts
from d2l_autograder.sandbox.memory import Watch, private_memory
from d2l_autograder.sandbox.settings import VARIABLES, Limits
from d2l_autograder.sandbox.usage import Meter
from d2l_helpers.errors import SandboxError

__all__ = ["PlainProcess"]

_SECONDS_TO_DIE = 10.0


class PlainProcess:
    """The worker without a sandbox: only its time and its memory are watched, from outside.

    It has the methods and attributes of `ConfinedProcess`.

    Parameters
    ----------
    limits : Limits
        How much the process may use.
    keep : sequence of int
        Descriptors that the process inherits: the pipes.
    data : Path, optional
        The folder with the dataset, including the test labels.
    files : sequence of Path, optional
        What lies beside the notebook: copied into the folder where code runs.
    """

    group = None

    def __init__(
        self, limits: Limits, keep: Sequence[int], data: Path | None = None, files: Sequence[Path] = ()
    ) -> None:
        self.limits, self.meter = limits, Meter()
        self.status: int | None = None
        self.was_out_of_memory = False
        self._watch: Watch | None = None
        self._home = tempfile.TemporaryDirectory(prefix="d2l-plain-")
        for file in files:
            shutil.copy(file, self._home.name)
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
            env={**os.environ, **VARIABLES, **places},
            start_new_session=True,
        )
        self.first_pid = self._process.pid

    def processes(self) -> Iterator[int]:
        """Yield the number of the process; the processes that it starts are not followed."""
        yield self.first_pid

    def watch_memory(self) -> None:
        """Watch the memory of the process until the end."""
        self._watch = Watch(lambda: private_memory(self.first_pid) > self.limits.memory, self._end_for_memory)

    def wait(self, seconds: float) -> bool:
        """Wait for the process to end by itself; return whether it did."""
        with suppress(subprocess.TimeoutExpired):
            returned = self._process.wait(seconds)
            self.status = returned if returned >= 0 else 128 - returned
        return self.status is not None

    def kill(self) -> None:
        """Kill the process and all others of its session without waiting."""
        with suppress(OSError):
            if self.status is None:
                os.killpg(self.first_pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process and all others of its session; safe to call twice."""
        if self.status is None:
            self.measure()
            with suppress(ProcessLookupError):
                os.killpg(self.first_pid, signal.SIGKILL)
            self.wait(_SECONDS_TO_DIE)
        if self._watch:
            self._watch.stop()
        self._home.cleanup()

    def measure(self) -> None:
        """Read the meter."""
        self.meter.measure(self.processes())

    def close_stderr(self) -> None:
        """Do nothing: what the process prints goes to /dev/null from the start."""

    def _end_for_memory(self) -> None:
        self.was_out_of_memory = True
        self.kill()

    def fault(self, what: str) -> SandboxError:
        """Return the error for a failure that is not the notebook's."""
        return SandboxError(
            f"Python has failed: {what}.",
            got=f"status {self.status}" if self.wait(0.5) else "no answer",
            expected="a worker that answers requests",
            remedy="run python -c 'import d2l_helpers, mxnet' in this environment",
        )
