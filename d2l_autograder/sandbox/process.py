"""One bubblewrap process: start it, put it under its limits, measure it, end it.

Bubblewrap is told to wait before it runs anything, so that its first process inside is in its control group, and held
by a pidfd, which no other process can take over, before any student's code runs. That process is the first of its own
process namespace: when it is killed, the kernel kills all others of the namespace with it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from d2l_autograder.sandbox import bubblewrap, cgroup, mounts, seccomp, start_faults
from d2l_autograder.sandbox.memory import SandboxMemory, Watch
from d2l_autograder.sandbox.settings import Limits
from d2l_autograder.sandbox.usage import Meter
from d2l_helpers.errors import SandboxError

__all__ = ["ConfinedProcess", "pipe"]

_SECONDS_TO_DIE = 10.0  # that the kernel gets to end all processes


class ConfinedProcess:
    """A command that bubblewrap runs, apart from all other processes.

    The thread that starts the command must live as long as the command: the kernel kills it together with that thread.

    Parameters
    ----------
    command : sequence of str
        What to run, by its absolute path inside.
    limits : Limits
        How much the processes inside may use.
    environment : dict of str to str
        The whole environment of the command.
    keep : sequence of int, optional
        Descriptors that the command inherits, besides /dev/null as 0, 1 and 2.
    data : Path, optional
        The folder with the dataset.
    files : sequence of Path, optional
        What lies beside the notebook.

    Attributes
    ----------
    first_pid : int
        The number, outside, of the first process inside.
    group : Cgroup or None
        The control group of the processes inside.
    status : int or None
        The exit status; None while the command runs.
    meter : Meter
        What the processes have used.
    was_out_of_memory : bool
        Whether the kernel has killed one of the processes for memory, or the watch all of them.

    Raises
    ------
    SandboxError
        If a program is missing, or bubblewrap cannot build the sandbox.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits,
        environment: dict[str, str],
        keep: Sequence[int] = (),
        data: Path | None = None,
        files: Sequence[Path] = (),
    ) -> None:
        bubblewrap.require_programs()
        self.limits = limits
        self.meter = Meter()
        self.status: int | None = None
        self.first_pid = -1
        self.group: cgroup.Cgroup | None = None
        self.was_out_of_memory = False
        self._pidfd = -1  # of the first process inside
        self._entered: tuple[int, ...] = ()  # processes inside whose parent is outside
        self._memory: SandboxMemory | None = None
        self._watch: Watch | None = None
        self._bwrap: subprocess.Popen[bytes] | None = None
        self._stack = ExitStack()
        try:
            self._start(command, environment, keep, data, files)
        except BaseException:
            self.end()
            raise

    def _start(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        keep: Sequence[int],
        data: Path | None,
        files: Sequence[Path],
        stdio: tuple[int, int] = (subprocess.DEVNULL, subprocess.DEVNULL),
    ) -> None:
        self.group = cgroup.make(self.limits)
        with ExitStack() as inherited:
            info, info_inside = pipe(self._stack, inherited)
            release_inside, release = pipe(inherited, self._stack)
            fds = {
                "--info-fd": info_inside,
                "--block-fd": release_inside,
                "--seccomp": _file(inherited, seccomp.program()),
            }
            labels = [] if data is None else [_file(inherited, mounts.stand_in_labels())]
            file_system = mounts.arguments(data, next(iter(labels), None), files)
            self._bwrap = subprocess.Popen(
                bubblewrap.command_line(command, self.limits, environment, file_system, fds, self._stack),
                stdin=stdio[0],
                stdout=stdio[1],
                stderr=subprocess.PIPE,
                pass_fds=[*keep, *fds.values(), *labels],
                env={},  # student code could read the grader's environment in /proc/1/environ
                start_new_session=True,  # an interrupt from the keyboard must reach the grader only
            )
        self._hold(info)
        try:
            os.write(release, b"x")
        except BrokenPipeError as error:  # bubblewrap has ended already
            raise self.fault("bubblewrap did not build the sandbox") from error

    def _hold(self, info: int) -> None:
        """Open the first process inside, set its limits and put it into the control group, before it may run."""
        text, deadline = b"", time.monotonic() + self.limits.start_seconds
        while select.select([info], [], [], max(0.0, deadline - time.monotonic()))[0] and (part := os.read(info, 4096)):
            text += part
        try:
            self.first_pid = int(json.loads(text)["child-pid"])
            self._pidfd = os.pidfd_open(self.first_pid)
            _limit(self.first_pid, self.limits)
            if self.group:
                self.group.add(self.first_pid)
        except (ValueError, KeyError, OSError) as error:
            raise self.fault("bubblewrap did not build the sandbox") from error

    def processes(self) -> Iterator[int]:
        """Yield the numbers, outside, of the processes inside."""
        waiting = [self.first_pid, *self._entered]
        while waiting:
            pid = waiting.pop()
            yield pid
            with suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    waiting += map(int, (thread / "children").read_text().split())

    def watch_memory(self) -> None:
        """Watch the memory of all processes together until the end, where no control group does."""
        if self.group is not None:
            return
        try:
            memory = self._memory = SandboxMemory(self.first_pid, int(self.limits.open_files))
        except OSError as error:
            raise self.fault(f"its memory cannot be watched ({error.strerror})") from error
        self._watch = Watch(lambda: memory.exceeds(int(self.limits.memory)), self._end_for_memory)

    def end(self) -> None:
        """Kill everything inside and measure what it used; safe to call twice."""
        process = self._bwrap
        if process is not None and self.status is None:
            if self._pidfd >= 0:
                self.measure()
                self._kill_all()
                self._reap(process, _SECONDS_TO_DIE)
            if self.status is None:  # bubblewrap has not started a process inside, or hangs
                process.kill()
                self._reap(process, _SECONDS_TO_DIE)
        self._close()

    def kill(self) -> None:
        """Kill everything inside without waiting; another thread may use the process meanwhile."""
        with suppress(OSError):  # it has ended already
            if self._pidfd >= 0:
                self._kill_all()
            elif self._bwrap:
                self._bwrap.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for the command to end by itself; return whether it did."""
        if self._bwrap and self.status is None:
            self._reap(self._bwrap, seconds)
        return self.status is not None

    def fault(self, what: str) -> SandboxError:
        """Return the error for a failure that is not the student's, with what bubblewrap printed."""
        self.wait(0.5)
        printed = ""
        process = self._bwrap
        if process and process.stderr and not process.stderr.closed:
            os.set_blocking(process.stderr.fileno(), False)
            printed = (process.stderr.read(2000) or b"").decode(errors="replace").strip()
        got = printed or f"status {self.status} and no message"
        fault = start_faults.explain(f"{what}: {got}")
        return SandboxError(
            f"The sandbox has failed: {what}.",
            got=f"{got}; {fault.cause}",
            expected="a process that runs apart from all others",
            remedy=fault.remedy,
        )

    def close_stderr(self) -> None:
        """Stop reading what bubblewrap prints about its start."""
        if self._bwrap and self._bwrap.stderr:
            self._bwrap.stderr.close()

    def measure(self) -> None:
        """Read the meter; it must happen while the processes live, as bubblewrap does not report what they used."""
        self.meter.measure(self.processes(), self.group)

    def _reap(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        pidfd = os.pidfd_open(process.pid)
        try:
            if not select.select([pidfd], [], [], seconds)[0]:
                return
        finally:
            os.close(pidfd)
        process.wait()
        self.status = process.returncode
        if self._pidfd >= 0:  # bubblewrap does not wait for processes that are left over inside
            self._kill_all()
            select.select([self._pidfd], [], [], _SECONDS_TO_DIE)
        self.measure()
        self.was_out_of_memory |= bool(self.group and self.group.is_out_of_memory)

    def _end_for_memory(self) -> None:
        self.was_out_of_memory = True
        self._kill_all()

    def _kill_all(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _close(self) -> None:
        self.close_stderr()
        if self._watch:
            self._watch.stop()
        if self._memory:
            self._memory.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        if self.group:
            self.group.remove()
        self._stack.close()


def pipe(read_owner: ExitStack, write_owner: ExitStack) -> tuple[int, int]:
    """Make a pipe whose ends are closed with their owners."""
    read, write = os.pipe()
    read_owner.callback(os.close, read)
    write_owner.callback(os.close, write)
    return read, write


def _file(owner: ExitStack, contents: bytes) -> int:
    """Return a descriptor from which these bytes can be read.

    A pipe would not do: once the pipes of a user have reached a total, a new one holds 4 KB, and the write would block.
    """
    try:
        fd = os.memfd_create("d2l-sandbox")
        owner.callback(os.close, fd)
    except OSError:  # a filter of system calls may refuse it; bubblewrap's own message says more
        fd = owner.enter_context(tempfile.TemporaryFile()).fileno()  # noqa: SIM115
    os.write(fd, contents)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _limit(pid: int, limits: Limits) -> None:
    """Set the kernel's limits of a process, which those that it starts inherit; a lower limit of this user's stays.

    Where the machine runs out of memory, the kernel then ends a process of a sandbox first.
    """
    Path(f"/proc/{pid}/oom_score_adj").write_text("1000")
    import resource  # here: Windows lacks it

    for name, wanted in limits.of_each_process().items():
        kind = getattr(resource, f"RLIMIT_{name}")
        most = resource.prlimit(pid, kind)[1]
        soft, hard = (value if most == resource.RLIM_INFINITY else min(value, most) for value in wanted)
        resource.prlimit(pid, kind, (soft, hard))
