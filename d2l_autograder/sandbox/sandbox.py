"""A student's Python, in a sandbox: cells and calls go in, values come out, and every end has a verdict.

Time, memory and death are measured from here. What comes from inside is an answer, never a mark.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from signal import Signals
from types import TracebackType
from typing import Any

from d2l_autograder.sandbox import accounts, bubblewrap, mounts
from d2l_autograder.sandbox.arrays import Array
from d2l_autograder.sandbox.inside import SETTINGS, Inside, environment, options
from d2l_autograder.sandbox.jail import Jail
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.replies import Reply, read_reply
from d2l_autograder.sandbox.unconfined import Unconfined
from d2l_autograder.sandbox.values import encode
from d2l_autograder.sandbox.verdicts import Lost, Usage, Verdict
from d2l_autograder.sandbox.wire import Channel, Frame
from d2l_helpers.errors import BadFrame, FrameTimeout, PeerGone, SandboxError, WireError

__all__ = ["Sandbox"]

_ATTEMPTS = 3
_NEARLY = 0.9  # of a limit: what died this close to it died of it


class Sandbox:
    """One Python process in a sandbox, for one submission; use it in a ``with`` statement.

    The thread that starts it must live as long as it does: the kernel ends it together with that thread, so that a
    killed grader leaves nothing behind.

    Parameters
    ----------
    limits : Limits, optional
        What it may use.
    inside : Inside, optional
        What it has ready.
    is_confined : bool, optional
        False runs the code as any other program, for one's own notebooks.

    Attributes
    ----------
    ending : Lost or None
        How it ended, if a request ended it.
    seconds : float
        What its requests took so far.

    Raises
    ------
    SandboxError
        From `start`, if a program is missing or the sandbox fails by no fault of a student's.
    """

    def __init__(self, limits: Limits | None = None, inside: Inside | None = None, is_confined: bool = True) -> None:
        self.limits, self.inside, self.is_confined = limits or Limits(), inside or Inside(), is_confined
        self.ending: Lost | None = None
        self._jail: Jail | Unconfined | None = None
        self._channel: Channel | None = None
        self.seconds = 0.0

    def __enter__(self) -> Sandbox:
        if self._jail is None:
            self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    @property
    def usage(self) -> Usage:
        """What it had used when the last request, or it itself, ended."""
        return self._jail.usage if self._jail else Usage()

    def start(self) -> None:
        """Start it, and wait until it is ready; a fault of ours is tried again."""
        if self.is_confined:
            bubblewrap.require_programs()
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
        """Run a cell's source.

        Parameters
        ----------
        cell : str
            Its id, for tracebacks.
        source : str
            As the notebook has it; lines in IPython's own syntax are left out, and named in the reply.
        seconds : float, optional
            At most this; ``limits.seconds`` by default.

        Raises
        ------
        Lost
            If it did not run to its end.
        SandboxError
            If the sandbox has already ended, or is used wrongly.
        """
        return self._ask({"do": "run", "cell": cell, "source": source}, (), seconds)

    def call(
        self, name: str, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None, seconds: float | None = None
    ) -> Reply:
        """Call what has this name inside; raises as `run` does, and ArgumentError for what cannot be sent."""
        arrays: list[Array] = []
        given = [encode(value, arrays) for value in args]
        keywords = [[key, encode(value, arrays)] for key, value in (kwargs or {}).items()]
        return self._ask({"do": "call", "name": name, "args": given, "kwargs": keywords}, arrays, seconds)

    def get(self, name: str, seconds: float | None = None) -> Reply:
        """Get what has this name inside; raises as `run` does."""
        return self._ask({"do": "get", "name": name}, (), seconds)

    def end(self) -> None:
        """Kill all that runs inside, and remove all that it had; safe to call twice."""
        if self._channel:
            self._channel.close()
        if self._jail:
            self._jail.end()

    def _start(self) -> None:
        with ExitStack() as stack:
            requests, requests_out = _pipe(stack)
            replies_in, replies = _pipe(stack)
            self._jail = self._jail_around((requests, replies))
            self._channel = Channel(os.dup(replies_in), os.dup(requests_out), self.limits.frame)
        try:
            ident = self._send(options(self.inside, self.limits, self.is_confined), (), self.limits.start_seconds)
            frame = self._channel.receive(self.limits.start_seconds)
        except WireError as error:
            self._channel.close()
            raise self._jail.fault(f"Python did not start inside ({type(error).__name__})") from error
        if frame.header != {"status": "ready", "id": ident}:
            raise self._jail.fault(f"Python did not start inside ({frame.header})")
        self._jail.silence()

    def _jail_around(self, pipes: tuple[int, int]) -> Jail | Unconfined:
        if not self.is_confined:
            return Unconfined(self.limits, SETTINGS | self.inside.environment, pipes, self.inside.data)
        python = [sys.executable, "-P", "-s", "-B", mounts.WORKER, *map(str, pipes)]
        return Jail(python, self.limits, environment(self.inside), pipes, self.inside.data)

    def _send(self, request: dict[str, Any], arrays: Sequence[Array], seconds: float) -> int:
        assert self._channel is not None
        ident = secrets.randbits(32)  # code inside cannot answer a request ahead
        self._channel.send(Frame(request | {"id": ident}, arrays), seconds)
        return ident

    def _ask(self, request: dict[str, Any], arrays: Sequence[Array], seconds: float | None) -> Reply:
        if self._jail is None or self._channel is None or self.ending:
            raise _is_over(self.ending)
        allowed = min(seconds or self.limits.seconds, self.limits.total_seconds - self.seconds)
        began = time.monotonic()
        try:
            ident = self._send(request, arrays, allowed)
            watch = None if self._jail.group else self._watch
            frame = self._channel.receive(allowed - (time.monotonic() - began), watch)
            return read_reply(frame, ident, time.monotonic() - began)
        except WireError as error:
            self.ending = self._autopsy(error, allowed)
        except Lost as lost:
            if not lost.is_over:
                raise
            self.ending = lost
        finally:
            self._jail.measure()
            self.seconds += time.monotonic() - began
            if self.ending:
                self.end()
        raise self.ending

    def _watch(self) -> None:
        """End it when its processes together use too much, where no control group does that."""
        assert self._jail is not None
        used = sum(map(accounts.private_memory, self._jail.processes()))
        if used > self.limits.memory:
            raise Lost(Verdict.MEMORY, f"more memory than the {_size(self.limits.memory)} allowed", is_over=True)

    def _autopsy(self, error: WireError, allowed: float) -> Lost:
        """Find out how it ended."""
        assert self._jail is not None
        if isinstance(error, FrameTimeout):
            return Lost(Verdict.TIMEOUT, f"no result within {allowed:.3g} seconds", is_over=True)
        if isinstance(error, BadFrame):
            return Lost(Verdict.BAD_ANSWER, "what came back was no answer", is_over=True)
        assert isinstance(error, PeerGone)
        died_by_itself = self._jail.wait(1.0)  # else it only closed the pipe
        self._jail.end()
        return _verdict_on(self._jail, died_by_itself)


def _verdict_on(jail: Jail | Unconfined, died_by_itself: bool) -> Lost:
    status, used, limits = jail.status or 0, jail.usage, jail.limits
    # The kernel counts its kills in a group. Elsewhere a process that cannot allocate may abort.
    was_too_large = jail.was_out_of_memory if jail.group else used.memory > _NEARLY * limits.memory
    if was_too_large:
        return Lost(Verdict.MEMORY, f"more memory than the {_size(limits.memory)} allowed", is_over=True)
    if status == 128 + Signals.SIGXCPU or used.cpu_seconds > limits.total_seconds + 1:
        return Lost(Verdict.TIMEOUT, f"more than {limits.total_seconds:.3g} seconds of computing", is_over=True)
    was_killed = status - 128 in list(Signals)  # other numbers are what it ended with by itself, such as MXNet's 255
    how = f"it was ended by {Signals(status - 128).name}" if was_killed else f"it ended with status {status}"
    return Lost(Verdict.DIED, f"Python ended; {how if died_by_itself else 'it closed the connection'}", is_over=True)


def _size(count: float) -> str:
    return f"{count / (1 << 20):.0f} MB"


def _pipe(stack: ExitStack) -> tuple[int, int]:
    fds = os.pipe()
    for fd in fds:
        stack.callback(os.close, fd)
    return fds


def _is_over(ending: Lost | None) -> SandboxError:
    return SandboxError(
        "This sandbox takes no more requests.",
        got=f"one that has ended: {ending}" if ending else "one that was not started",
        expected="one that runs",
        remedy="start another; Session does, and replays the cells",
    )
