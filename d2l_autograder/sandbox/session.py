"""A submission's cells and functions, in one sandbox after another.

When a function ends its sandbox, another one is started and the cells run again, so that the next function finds what
it needs. A call that fails after other calls in the same sandbox is tried once more by itself: what one function has
left running must not cost another its points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from d2l_autograder.sandbox.replies import Lost, Reply, Verdict
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.settings import Limits

__all__ = ["Session"]

_LEAST = 0.01  # seconds; with less time left, no request is started

Request = Callable[[Sandbox, float], Reply]


class Session:
    """A submission that runs; use it in a ``with`` statement.

    Parameters
    ----------
    limits : Limits
        What each sandbox may use; ``total_seconds`` holds for all requests of the session together.
    supply : callable
        Returns a sandbox that is started and unused. The session ends each sandbox that it gets.

    Attributes
    ----------
    guilty : dict of str to Lost
        The cells that ended a sandbox, and how; they are not run again.
    was_starved : bool
        Whether a request timed out while other programs of the machine kept the sandbox from running.
    """

    def __init__(self, limits: Limits, supply: Callable[[], Sandbox]) -> None:
        self.limits = limits
        self.guilty: dict[str, Lost] = {}
        self.was_starved = False
        self._supply = supply
        self._sandbox: Sandbox | None = None
        self._cells: list[tuple[str, str]] = []
        self._spent = 0.0
        self._is_used = False  # whether anything but the cells has run in this sandbox

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

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
            reply = self._request(lambda sandbox, allowed: sandbox.run(cell, source, allowed), seconds)
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
        return self._probe(lambda sandbox, allowed: sandbox.call(name, args, allowed), seconds)

    def get(self, name: str, seconds: float | None = None) -> Reply:
        """Return the value of a variable of the submission; raises as `run` does."""
        return self._probe(lambda sandbox, allowed: sandbox.get(name, allowed), seconds)

    def end(self) -> None:
        """End the sandbox; a further request starts another one."""
        if self._sandbox:
            self._sandbox.end()
        self._sandbox = None

    def _probe(self, request: Request, seconds: float | None) -> Reply:
        try:
            return self._request(request, seconds)
        finally:
            self._is_used = self._sandbox is not None

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
            sandbox = self._sandbox = self._supply()
            self._is_used = False
            for number, (cell, source) in enumerate(self._cells):
                try:
                    self._once(sandbox, lambda inside, allowed: inside.run(cell, source, allowed), None)  # noqa: B023
                except Lost as lost:
                    if lost.is_over:  # although it did not end the first sandbox: start once more without this cell
                        self.guilty[cell] = lost
                        del self._cells[number]
                        break
        return self._sandbox

    def _once(self, sandbox: Sandbox, request: Request, seconds: float | None) -> Reply:
        remaining = self.limits.total_seconds - self._spent
        if remaining < _LEAST:
            raise Lost(Verdict.TIMEOUT, f"the {self.limits.total_seconds:.3g} seconds for all of it are over")
        before = sandbox.seconds
        try:
            return request(sandbox, min(seconds or self.limits.seconds, remaining))
        except Lost as lost:
            self.was_starved |= lost.is_starved
            if lost.is_over:
                self.end()
            raise
        finally:
            self._spent += sandbox.seconds - before
