"""One Python process in a sandbox: cells and calls go in, values come out, and every way to end has a verdict.

Time, memory and death are measured from outside. What comes from inside is an answer, never a mark.
"""

from __future__ import annotations

import math
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from signal import Signals
from types import TracebackType
from typing import Any

from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.sandbox import bubblewrap, mounts, separate_user
from d2l_autograder.sandbox.any_process import AnyProcess
from d2l_autograder.sandbox.arrays import Array
from d2l_autograder.sandbox.clock import PATIENCE, Clock
from d2l_autograder.sandbox.forked_process import ForkedProcess
from d2l_autograder.sandbox.plain_process import PlainProcess
from d2l_autograder.sandbox.process import ConfinedProcess
from d2l_autograder.sandbox.replies import Lost, Reply, Verdict, encode, place_in, read_reply
from d2l_autograder.sandbox.settings import MB, Limits, Setup
from d2l_autograder.sandbox.template import template_for
from d2l_autograder.sandbox.usage import Usage, want_to_run
from d2l_autograder.sandbox.wire import Channel, Frame
from d2l_helpers.errors import BadFrame, PeerGone, SandboxError, WireError

__all__ = ["Sandbox"]

_ATTEMPTS = 3
_MOMENT = 0.005  # seconds
_NEARLY = 0.9  # of the memory limit: a process that dies with that much memory counts as out of memory


class Sandbox:
    """One Python process in a sandbox, for one submission; use it in a ``with`` statement.

    The thread that starts the sandbox must live as long as the sandbox: the kernel ends both together, so that a
    killed grader leaves no process behind.

    Parameters
    ----------
    limits : Limits, optional
        What the sandbox may use.
    setup : Setup, optional
        What the sandbox has ready, and what it must not show.
    is_confined : bool, optional
        False runs the code without a sandbox, for one's own notebooks.

    Attributes
    ----------
    ending : Lost or None
        How the sandbox ended, if a request ended it.
    process : AnyProcess or None
        The process that runs the code; None before the start.
    seconds : float
        What counts of the time of its start and of its requests, as by `Clock`.

    Raises
    ------
    SandboxError
        From `start`, if a program is missing, if the sandbox would show what `setup` wants hidden, or if the sandbox
        fails by no fault of the student's.
    """

    def __init__(self, limits: Limits | None = None, setup: Setup | None = None, is_confined: bool = True) -> None:
        self.limits, self.setup, self.is_confined = limits or Limits(), setup or Setup(), is_confined
        self.ending: Lost | None = None
        self.process: AnyProcess | None = None
        self.seconds = 0.0
        self._channel: Channel | None = None

    def __enter__(self) -> Sandbox:
        if self.process is None:
            self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    @property
    def usage(self) -> Usage:
        """What the sandbox had used when the last request, or the sandbox itself, ended."""
        return self.process.meter.usage if self.process else Usage()

    @property
    def is_busy(self) -> bool:
        """Whether something runs although no request does: what an earlier one has left."""
        for _ in range(2):  # the process itself may still be on its way to wait for the next request
            if self.process is None or not want_to_run(self.process.processes()):
                return False
            time.sleep(_MOMENT)
        return True

    def start(self) -> None:
        """Start the process and wait until it is ready; try a start that failed again."""
        if self.is_confined:
            (bubblewrap if self.limits.has_namespaces else separate_user).require_programs()
            mounts.require_hidden(self.setup.hidden, self.setup.data)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start()
                break
            except SandboxError:
                self.end()
                if attempt == _ATTEMPTS:
                    raise
            except BaseException:
                self.end()
                raise

    def run(self, cell: str, source: str, seconds: float | None = None) -> Reply:
        """Run a cell.

        Parameters
        ----------
        cell : str
            The cell's id, for tracebacks.
        source : str
            As the notebook has it; IPython's own syntax becomes Python before the code is sent.
        seconds : float, optional
            The limit of its time; ``limits.seconds`` by default.

        Raises
        ------
        Lost
            If the cell did not run to its end.
        SandboxError
            If the sandbox has already ended, or was not started.
        """
        return self._request({"do": "run", "cell": cell, "source": to_python(source)}, (), seconds)

    def call(self, name: str, args: Sequence[Any] = (), seconds: float | None = None) -> Reply:
        """Call the function of this name; raises as `run` does, and ArgumentError for what cannot be sent."""
        arrays: list[Array] = []
        encoded = [encode(value, arrays) for value in args]
        return self._request({"do": "call", "name": name, "args": encoded}, arrays, seconds)

    def get(self, name: str, seconds: float | None = None) -> Reply:
        """Return the value of the variable of this name; raises as `run` does."""
        return self._request({"do": "get", "name": name}, (), seconds)

    def end(self) -> None:
        """Kill everything that runs inside, and remove the sandbox's files and group; safe to call twice."""
        if self._channel:
            self._channel.close()
        if self.process:
            self.process.end()

    def kill(self) -> None:
        """Kill everything that runs inside, from any thread; the thread that uses the sandbox sees it die."""
        if process := self.process:
            process.kill()

    def _start(self) -> None:
        with ExitStack() as stack:
            requests, requests_out = _pipe(stack)
            replies_in, replies = _pipe(stack)
            self.process = self._new_process((requests, replies))
            self._channel = Channel(os.dup(replies_in), os.dup(requests_out), self.limits.frame)
        message = self.setup.first_message(self.limits, self.is_confined)
        try:
            ident = self._send(message, (), self.limits.start_seconds)
            frame = self._channel.receive(self.limits.start_seconds)
        except WireError as error:
            self._channel.close()
            raise self.process.fault(f"Python did not start inside ({type(error).__name__})") from error
        if frame.header.get("status") == "unprepared":
            raise _import_fault(frame.header["error"])
        if frame.header != {"status": "ready", "id": ident}:
            raise self.process.fault(f"Python did not start inside ({frame.header})")
        self.process.close_stderr()
        self.process.watch_memory()
        self.process.measure()
        self.seconds = max(self.usage.cpu_seconds, self.usage.seconds / PATIENCE)

    def _new_process(self, pipes: tuple[int, int]) -> AnyProcess:
        if not self.is_confined:
            return PlainProcess(self.limits, pipes, self.setup.data, self.setup.files)
        if not self.limits.has_namespaces:
            return separate_user.start(self.limits, self.setup, pipes)
        if template := template_for(self.setup):
            return ForkedProcess(template, self.limits, pipes, self.setup.data, self.setup.files)
        python = [sys.executable, "-P", "-s", "-B", mounts.WORKER, *map(str, pipes)]
        return ConfinedProcess(python, self.limits, self.setup.variables(), pipes, self.setup.data, self.setup.files)

    def _send(
        self,
        message: dict[str, Any],
        arrays: Sequence[Array],
        seconds: float,
        watch: Callable[[], None] | None = None,
    ) -> int:
        assert self._channel is not None
        ident = secrets.randbits(32)  # code inside must not be able to reply to a request in advance
        self._channel.send(Frame(message | {"id": ident}, arrays), seconds, watch)
        return ident

    def _request(self, message: dict[str, Any], arrays: Sequence[Array], seconds: float | None) -> Reply:
        if self.process is None or self._channel is None or self.ending:
            raise _not_running(self.ending)
        allowed = min(seconds or self.limits.seconds, self.limits.total_seconds - self.seconds)
        clock, place = Clock(self.process), 0

        def look() -> None:
            clock.look()
            if clock.used >= allowed:
                raise Lost(Verdict.TIMEOUT, clock.said(allowed), is_over=True, place=place)

        try:
            ident = self._send(message, arrays, math.inf, look)
            while (begun := place_in(frame := self._channel.receive(math.inf, look), ident)) is not None:
                place = begun
            return read_reply(frame, ident, clock.wall)
        except WireError as error:
            self.ending = self._ending_after(error)
        except Lost as lost:
            if not lost.is_over:
                raise
            self.ending = lost
        finally:
            self.process.measure()
            self.seconds += clock.used
            if self.ending:
                self.end()
        raise self.ending

    def _ending_after(self, error: WireError) -> Lost:
        """Return how the sandbox ended, given what went wrong on the pipe."""
        assert self.process is not None
        if isinstance(error, BadFrame):
            return Lost(Verdict.BAD_ANSWER, "what came back was no answer", is_over=True)
        assert isinstance(error, PeerGone)
        died_by_itself = self.process.wait(1.0)  # otherwise it has only closed the pipe
        self.process.end()
        return _ending_of(self.process, died_by_itself)


def _ending_of(process: AnyProcess, died_by_itself: bool) -> Lost:
    status, used, limits = process.status or 0, process.meter.usage, process.limits
    # Without a control group, a process that cannot allocate may abort before the watch sees how much it uses
    if process.was_out_of_memory or (process.group is None and used.memory > _NEARLY * limits.memory):
        return _out_of_memory(limits)
    if status == 128 + Signals.SIGXCPU or used.cpu_seconds > limits.total_seconds + 1:
        return Lost(Verdict.TIMEOUT, f"more than {limits.total_seconds:.3g} seconds of CPU time", is_over=True)
    was_killed = status - 128 in list(Signals)  # not every status above 128 is a signal: MXNet ends with 255
    how = f"it was ended by {Signals(status - 128).name}" if was_killed else f"it ended with status {status}"
    return Lost(Verdict.DIED, f"Python ended; {how if died_by_itself else 'it closed the connection'}", is_over=True)


def _out_of_memory(limits: Limits) -> Lost:
    return Lost(Verdict.MEMORY, f"more memory than the {limits.memory / MB:.0f} MB allowed", is_over=True)


def _pipe(stack: ExitStack) -> tuple[int, int]:
    fds = os.pipe()
    for fd in fds:
        stack.callback(os.close, fd)
    return fds


def _not_running(ending: Lost | None) -> SandboxError:
    return SandboxError(
        "This sandbox takes no more requests.",
        got=f"one that has ended: {ending}" if ending else "one that was not started",
        expected="one that runs",
        remedy="start another; Session does, and runs the cells again",
    )


def _import_fault(error: dict[str, Any]) -> SandboxError:
    return SandboxError(
        "What the notebook imports cannot be imported where it is marked.",
        got=f"{error.get('type')}: {error.get('message')}",
        expected="packages of the environment that marks, and modules that FILES lists",
        remedy="install the package there, or list your own module in FILES and build the course again",
    )
