"""One bubblewrap process: start it, put it under its limits, end it, and take its account.

Bubblewrap is told to wait before it runs anything, so that its first process is in its control group, and held by a
file descriptor that no other process can take over, before any code of a student's runs. That process is the first
of its own process namespace: when it is killed, the kernel kills all others with it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from d2l_autograder.sandbox import accounts, bubblewrap, cgroup, mounts, seccomp
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.verdicts import Usage
from d2l_helpers.errors import SandboxError

__all__ = ["Jail"]

_TO_DIE = 10.0  # seconds that the kernel gets to end all processes


class Jail:
    """A command in a sandbox.

    The thread that starts it must live as long as it: the kernel kills it together with that thread.

    Parameters
    ----------
    command : sequence of str
        What to run inside, by its absolute path there.
    limits : Limits
        How much it may use.
    environment : dict of str to str
        All of its environment.
    keep : sequence of int, optional
        Descriptors that it inherits, besides /dev/null as 0, 1 and 2.
    data : Path, optional
        The folder with the dataset.

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
    ) -> None:
        bubblewrap.require_programs()
        self.limits = limits
        self.usage = Usage()
        self.status: int | None = None
        self._started = time.monotonic()
        self._first = self._first_pid = -1
        self._process: subprocess.Popen[bytes] | None = None
        self.group: cgroup.Cgroup | None = None
        self.was_out_of_memory = False
        self._stack = ExitStack()
        try:
            self._start(command, environment, keep, data)
        except BaseException:
            self.end()
            raise

    def _start(
        self, command: Sequence[str], environment: dict[str, str], keep: Sequence[int], data: Path | None
    ) -> None:
        self.group = cgroup.make(self.limits)
        with ExitStack() as given:
            info, info_inside = _pipe(self._stack, given)
            release_inside, release = _pipe(given, self._stack)
            fds = {
                "--info-fd": info_inside,
                "--block-fd": release_inside,
                "--seccomp": _read_end(given, seccomp.program()),
            }
            labels = [] if data is None else [_read_end(given, mounts.stand_in_labels())]
            file_system = mounts.arguments(data, *labels)
            self._process = subprocess.Popen(
                bubblewrap.command_line(command, self.limits, environment, file_system, fds, self._stack),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[*keep, *fds.values(), *labels],
                env={},  # the sandbox's first process would show it
                start_new_session=True,  # an interrupt from the keyboard is ours to handle
            )
        self._hold(info)
        try:
            os.write(release, b"x")
        except BrokenPipeError as error:  # it has already given up
            raise self.fault("bubblewrap did not build the sandbox") from error

    def _hold(self, info: int) -> None:
        """Take hold of the first process inside, before it may run."""
        text, deadline = b"", time.monotonic() + self.limits.start_seconds
        while select.select([info], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if not (part := os.read(info, 4096)):
                break
            text += part
        try:
            self._first_pid = int(json.loads(text)["child-pid"])
            self._first = os.pidfd_open(self._first_pid)
            if self.group:
                self.group.add(self._first_pid)
        except (ValueError, KeyError, OSError) as error:
            raise self.fault("bubblewrap did not build the sandbox") from error

    def processes(self) -> Iterator[int]:
        """Give the processes inside, as they are numbered outside."""
        waiting = [self._first_pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            with suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    waiting += map(int, (thread / "children").read_text().split())

    def end(self) -> None:
        """Kill everything inside and take the account; safe to call twice."""
        process = self._process
        if process is not None and self.status is None:
            if self._first >= 0:
                self.measure()
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._first, signal.SIGKILL)
                self._reap(process, _TO_DIE)
            if self.status is None:  # it never came to that, or hangs
                process.kill()
                self._reap(process, _TO_DIE)
        self._close()

    def wait(self, seconds: float) -> bool:
        """Wait for it to end by itself, and take the account; says whether it did."""
        if self._process and self.status is None:
            self._reap(self._process, seconds)
        return self.status is not None

    def fault(self, what: str) -> SandboxError:
        """Make the error for a fault that is ours, with what bubblewrap said."""
        self.wait(0.5)
        said = ""
        process = self._process
        if process is not None and process.stderr and not process.stderr.closed:
            os.set_blocking(process.stderr.fileno(), False)
            said = (process.stderr.read(2000) or b"").decode(errors="replace").strip()
        return SandboxError(
            f"The sandbox has failed: {what}.",
            got=said or f"status {self.status} and no message",
            expected="a process that runs apart from all others",
            remedy=bubblewrap.advice(said),
        )

    def silence(self) -> None:
        """Stop listening to what it writes about its start."""
        if self._process and self._process.stderr:
            self._process.stderr.close()

    def measure(self) -> None:
        """Take note of what the processes have used so far: no account of the dead reaches us past bubblewrap."""
        cpu, memory = (self.group.cpu_seconds, self.group.peak) if self.group else (0.0, 0)
        if not (cpu and memory):  # not every kernel tells: then of each process
            used = [accounts.of_process(pid) for pid in self.processes()]
            cpu = max(cpu, sum(each.cpu_seconds for each in used))
            memory = max(memory, *(each.memory for each in used))
        seconds = time.monotonic() - self._started
        self.usage = Usage(seconds, max(cpu, self.usage.cpu_seconds), max(memory, self.usage.memory))

    def _reap(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        pidfd = os.pidfd_open(process.pid)
        try:
            if not select.select([pidfd], [], [], seconds)[0]:
                return
        finally:
            os.close(pidfd)
        process.wait()
        self.status = process.returncode
        if self._first >= 0:  # bubblewrap does not wait for the processes that are left over inside
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            select.select([self._first], [], [], _TO_DIE)
        self.measure()
        self.was_out_of_memory = bool(self.group and self.group.is_out_of_memory)

    def _close(self) -> None:
        self.silence()
        if self._first >= 0:
            os.close(self._first)
            self._first = -1
        if self.group:
            self.group.remove()
        self._stack.close()


def _pipe(read_owner: ExitStack, write_owner: ExitStack) -> tuple[int, int]:
    read, write = os.pipe()
    read_owner.callback(os.close, read)
    write_owner.callback(os.close, write)
    return read, write


def _read_end(owner: ExitStack, contents: bytes) -> int:
    """Give a descriptor from which these bytes, fewer than a pipe holds, can be read."""
    read, write = os.pipe()
    owner.callback(os.close, read)
    os.write(write, contents)
    os.close(write)
    return read
