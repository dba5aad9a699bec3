"""A submission's cells and functions, in one sandbox after another.

When a function ends its sandbox, another one is started and the cells run again, so that the next function finds what
it needs. A call that fails after other calls in the same sandbox is tried once more by itself: what one function has
left running must not cost another its points.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from d2l_autograder.sandbox.replies import Lost, Reply, Verdict
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.settings import Limits

__all__ = ["Session"]

_LEAST = 0.01  # seconds; with less time left, no request is started
# Restarts whose time is not counted: an honest submission needs a few, and a busy machine makes each of them slow
_FREE_RESTARTS = 3

Request = Callable[[Sandbox, float], Reply]


@dataclass
class _Account:
    """What all sandboxes of one submission have used together."""

    seconds: float = 0.0
    restarts: int = 0
    was_starved: bool = False


class Session:
    """A submission that runs; use it in a ``with`` statement.

    Parameters
    ----------
    limits : Limits
        What each sandbox may use; ``total_seconds`` holds for all requests of the session together, and for all
        restarts but the first few.
    supply : callable
        Returns a sandbox that is started and unused. The session ends each sandbox that it gets.
    account : _Account, optional
        What other sessions of the same submission have used; `beside` passes it on.

    Attributes
    ----------
    guilty : dict of str to Lost
        The cells that ended a sandbox, and how; they are not run again.
    """

    def __init__(self, limits: Limits, supply: Callable[..., Sandbox], account: _Account | None = None) -> None:
        self.limits = limits
        self.guilty: dict[str, Lost] = {}
        self._account = account or _Account()
        self._supply = supply
        self._sandbox: Sandbox | None = None
        self._cells: list[tuple[str, str]] = []
        self._is_used = False  # whether a function has been called in this sandbox
        self._has_started = False

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    @property
    def was_starved(self) -> bool:
        """Whether a request timed out while other programs of the machine kept the sandbox from running."""
        return self._account.was_starved

    @property
    def seconds(self) -> float:
        """What all requests of the submission have taken so far."""
        return self._account.seconds

    @property
    def is_patient(self) -> bool:
        """Whether there were so few restarts that their time is not counted."""
        return self._account.restarts <= _FREE_RESTARTS

    def beside(self, hash_seed: int = 0) -> Session:
        """Return a session for the same submission: other sandboxes, no cells, and the same account of time.

        Parameters
        ----------
        hash_seed : int, optional
            Python's hash seed in its sandboxes. Hashes of text differ from one Python to the next; a number that is
            not 0 shows what depends on them.
        """
        supply = partial(self._supply, hash_seed=hash_seed) if hash_seed else self._supply
        return Session(self.limits, supply, self._account)

    def run(self, cell: str, source: str, seconds: float | None = None) -> Reply:
        """Run a cell, and remember it for the next sandbox unless it ends this one.

        Parameters
        ----------
        cell : str
            The cell's id.
        source : str
            As the notebook has it.
        seconds : float, optional
            The timeout; ``limits.seconds`` by default.

        Raises
        ------
        Lost
            If the cell did not run to its end. Where only an error ended the cell, what it did before stays.
        SandboxError
            If the sandbox fails by no fault of the student's.
        """
        try:
            reply = self._request(partial(_run, cell, source), seconds)
        except Lost as lost:
            if lost.is_over:
                self.guilty[cell] = lost
            else:
                self._cells.append((cell, source))
            raise
        self._cells.append((cell, source))
        return reply

    def call(self, name: str, args: Sequence[Any] = (), seconds: float | None = None) -> Reply:
        """Call a function of the submission; raises as `run` does, and ArgumentError for what cannot be sent."""
        try:
            return self._request(lambda sandbox, allowed: sandbox.call(name, args, allowed), seconds)
        finally:
            self._is_used = self._sandbox is not None

    def get(self, name: str, seconds: float | None = None) -> Reply:
        """Return the value of a variable of the submission; raises as `run` does."""
        return self._request(lambda sandbox, allowed: sandbox.get(name, allowed), seconds)

    def end(self) -> None:
        """End the sandbox; a further request starts another one."""
        if self._sandbox:
            self._sandbox.end()
        self._sandbox = None

    def _request(self, request: Request, seconds: float | None) -> Reply:
        was_used = self._is_used and self._sandbox is not None
        try:
            return self._once(self._ready(), request, seconds)
        except Lost as lost:
            if not (lost.is_over and was_used):
                raise
        return self._once(self._ready(), request, seconds)

    def _ready(self) -> Sandbox:
        """Return a sandbox in which the cells have run."""
        while self._sandbox is None:
            sandbox = self._sandbox = self._start()
            self._is_used = False
            for number, (cell, source) in enumerate(self._cells):
                try:
                    self._once(sandbox, partial(_run, cell, source), None)
                except Lost as lost:
                    if lost.is_over:  # although it did not end the first sandbox: start once more without this cell
                        self.guilty[cell] = lost
                        del self._cells[number]
                        break
        return self._sandbox

    def _start(self) -> Sandbox:
        """Start a sandbox; cells that end one after the other must not take more time than a submission has."""
        self._remaining()
        if not self._has_started:
            self._has_started = True
            return self._supply()
        self._account.restarts += 1
        with self._counting():
            return self._supply()

    def _once(self, sandbox: Sandbox, request: Request, seconds: float | None) -> Reply:
        remaining, before = self._remaining(), sandbox.seconds
        try:
            with self._counting():  # also the time that it takes to end the sandbox
                return request(sandbox, min(seconds or self.limits.seconds, remaining))
        except Lost as lost:
            self._account.was_starved |= lost.is_starved
            if lost.is_over:
                self.end()
            raise
        finally:
            if self.is_patient:
                self._account.seconds += sandbox.seconds - before

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count the time of what runs inside, once there were more than a few restarts."""
        began = time.monotonic()
        try:
            yield
        finally:
            if not self.is_patient:
                self._account.seconds += time.monotonic() - began

    def _remaining(self) -> float:
        remaining = self.limits.total_seconds - self._account.seconds
        if remaining < _LEAST:
            raise Lost(Verdict.TIMEOUT, f"the {self.limits.total_seconds:.3g} seconds for all of it are over")
        return remaining


def _run(name: str, source: str, sandbox: Sandbox, seconds: float) -> Reply:
    return sandbox.run(name, source, seconds)
