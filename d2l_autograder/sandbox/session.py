"""A submission's cells and functions, in one sandbox after another.

When a function ends its sandbox, another one is started and the cells run again, so that the next function finds what
it needs. A call that fails after other calls in the same sandbox is tried once more by itself: what one function has
left running must not cost another its points. What ran out of its time is not run again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any

from d2l_autograder.sandbox.replies import Lost, Name, Reply, Verdict
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.settings import Limits

__all__ = ["Session"]

_LEAST = 0.01  # seconds; with less time left, no request is started

Request = Callable[[Sandbox, float], Reply]


@dataclass(frozen=True)
class _Cell:
    """A cell, and the limit of its time."""

    ident: str
    source: str
    seconds: float | None

    def run(self, sandbox: Sandbox, seconds: float) -> Reply:
        """Run it in a sandbox."""
        return sandbox.run(self.ident, self.source, seconds)


@dataclass
class _Account:
    """What all sandboxes of one submission have used together."""

    seconds: float = 0.0
    endless: dict[tuple[str, str], Lost] = field(default_factory=dict)  # by id and source: cells that ran out of time


class Session:
    """A submission that runs; use it in a ``with`` statement.

    Parameters
    ----------
    limits : Limits
        What each sandbox may use; ``total_seconds`` holds for the whole session, the starts of its sandboxes included.
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
        self._cells: list[_Cell] = []
        self._is_used = False  # whether a function has been called in this sandbox
        self._is_disturbed = False  # whether something ran when the present function was first called there
        self._last = ""  # the function that was called last

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    @property
    def seconds(self) -> float:
        """What counts of the submission's time so far."""
        return self._account.seconds

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

        A cell that ran out of time in any session of the submission fails at once with what was said of it there.

        Parameters
        ----------
        cell : str
            The cell's id.
        source : str
            As the notebook has it.
        seconds : float, optional
            The limit of its time; ``limits.seconds`` by default.

        Raises
        ------
        Lost
            If the cell did not run to its end. Where only an error ended the cell, what it did before stays.
        SandboxError
            If the sandbox fails by no fault of the student's.
        """
        one = _Cell(cell, source, seconds)
        try:
            if known := self._account.endless.get((cell, source)):
                raise known
            reply = self._request(one.run, seconds)
        except Lost as lost:
            if lost.is_over:
                self._blame(one, lost)
            else:
                self._cells.append(one)
            raise
        self._cells.append(one)
        return reply

    def call(self, name: str, args: Sequence[Any] = (), seconds: float | None = None) -> Reply:
        """Call a function of the submission; raises as `run` does, and ArgumentError for what cannot be sent."""
        function = next((each.name for each in args if isinstance(each, Name)), name)
        if self._sandbox and function != self._last:  # what a function has left running may disturb the next one
            self._is_disturbed, self._last = self._is_used and self._sandbox.is_busy, function
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
            if not (lost.is_over and was_used) or (lost.verdict == Verdict.TIMEOUT and not self._is_disturbed):
                raise
        return self._once(self._ready(), request, seconds)

    def _ready(self) -> Sandbox:
        """Return a sandbox in which the cells have run."""
        while self._sandbox is None:
            self._remaining()
            sandbox = self._sandbox = self._supply()
            self._account.seconds += sandbox.seconds
            self._is_used = self._is_disturbed = False
            for cell in list(self._cells):
                try:
                    self._once(sandbox, cell.run, cell.seconds)
                except Lost as lost:
                    if lost.is_over:  # although it did not end the first sandbox: start once more without this cell
                        self._blame(cell, lost)
                        self._cells.remove(cell)
                        break
        return self._sandbox

    def _once(self, sandbox: Sandbox, request: Request, seconds: float | None) -> Reply:
        remaining, before = self._remaining(), sandbox.seconds
        try:
            return request(sandbox, min(seconds or self.limits.seconds, remaining))
        except Lost as lost:
            if lost.is_over:
                self.end()
            raise
        finally:
            self._account.seconds += sandbox.seconds - before

    def _blame(self, cell: _Cell, lost: Lost) -> None:
        self.guilty[cell.ident] = lost
        if lost.verdict == Verdict.TIMEOUT:
            self._account.endless[cell.ident, cell.source] = lost

    def _remaining(self) -> float:
        remaining = self.limits.total_seconds - self._account.seconds
        if remaining < _LEAST:
            raise Lost(Verdict.TIMEOUT, f"the {self.limits.total_seconds:.3g} seconds for all of it are over")
        return remaining
