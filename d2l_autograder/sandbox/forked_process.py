"""A sandbox of bubblewrap's whose Python is forked from a template: MXNet need not be imported again.

Bubblewrap builds the sandbox and starts a program in it that only waits. The worker, forked outside, then enters all of
the sandbox's namespaces and its control group, with the same limits and under the same filter of system calls.
"""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from d2l_autograder.sandbox.bubblewrap import own_user
from d2l_autograder.sandbox.process import ConfinedProcess, pipe
from d2l_autograder.sandbox.settings import Limits
from d2l_autograder.sandbox.template import HOLDER, Template
from d2l_helpers.errors import SandboxError

__all__ = ["ForkedProcess"]

_SECONDS_TO_TELL = 1.0  # that the exit status may take after the end


class ForkedProcess(ConfinedProcess):
    """A worker in a sandbox, forked from a template; otherwise as `ConfinedProcess`.

    Parameters
    ----------
    template : Template
        Which forks the worker.
    limits, data, files
        As for `ConfinedProcess`.
    pipes : sequence of int
        The worker's two pipes: its requests and its replies.
    """

    def __init__(
        self,
        template: Template,
        limits: Limits,
        pipes: Sequence[int],
        data: Path | None = None,
        files: Sequence[Path] = (),
    ) -> None:
        self._template, self._pipes = template, tuple(pipes)
        self._told = b""
        self._status = -1  # from which the worker's number and its exit status are read
        super().__init__([HOLDER], limits, {}, (), data, files)

    def _start(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        keep: Sequence[int],
        data: Path | None,
        files: Sequence[Path],
        stdio: tuple[int, int] = (subprocess.DEVNULL, subprocess.DEVNULL),
    ) -> None:
        with ExitStack() as ours:
            with ExitStack() as holders:  # closed before the wait: where bubblewrap ends, there is nothing to wait for
                read, life = pipe(holders, ours)  # the holder ends when nobody has `life` any more
                alive, written = pipe(ours, holders)
                self._status, told = pipe(self._stack, ours)
                os.write(life, b"x")  # which comes back as soon as the sandbox is built
                super()._start(command, environment, keep, data, files, (read, written))
            if not self._comes(alive, b"x"):
                raise self.fault("bubblewrap did not build the sandbox")
            user = own_user(self._stack) if os.geteuid() == 0 else -1  # not the holder's, which it could end
            self._template.fork(self.limits, user, [*self._pipes, told, life, self._pidfd])
        worker = self._number(self.limits.start_seconds)
        if worker < 0:
            self._template.give_up()
            raise self.fault("the worker did not enter the sandbox")
        self._entered = (worker,)
        try:
            if self.group:
                self.group.add(worker)
        except OSError as error:
            raise self.fault("the worker did not enter the sandbox's control group") from error

    def fault(self, what: str) -> SandboxError:
        """Return the error; after a worker that has entered and failed, the next Python starts inside."""
        if self._entered:
            self._template.give_up()
        return super().fault(what)

    def _comes(self, fd: int, expected: bytes) -> bool:
        is_there = select.select([fd], [], [], self.limits.start_seconds)[0]
        return bool(is_there) and os.read(fd, len(expected)) == expected

    def _number(self, seconds: float) -> int:
        """Read the next number that the process which waits for the worker writes; -1 where none comes."""
        while b"\n" not in self._told:
            if not select.select([self._status], [], [], seconds)[0]:
                return -1
            if not (part := os.read(self._status, 64)):
                return -1
            self._told += part
        number, _, self._told = self._told.partition(b"\n")
        return int(number)

    def _reap(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        super()._reap(process, seconds)
        if self.status is None or not self._entered:  # without a worker, nobody would write its status
            return
        if (status := self._number(_SECONDS_TO_TELL)) >= 0:
            self.status = status  # the worker's; bubblewrap's is that of the program that waits
