"""A submission's functions as the hidden probes call them: here, while they run in a sandbox.

When a function takes its sandbox with it, another sandbox is started and the cells run again, so that the next
function finds what it needs. A call that fails where others were before it is tried once more by itself: what one
function has left running must not cost another its points.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from d2l_autograder.sandbox.inside import Inside
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.replies import Reply
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.verdicts import Lost, Verdict

__all__ = ["Proxy", "Session"]

_LEAST = 0.01  # seconds worth starting a request for

Request = Callable[[Sandbox, float], Reply]


class Session:
    """A submission: its cells, and its functions by proxy; use it in a ``with`` statement.

    Parameters
    ----------
    limits : Limits, optional
        What each sandbox may use; ``total_seconds`` holds for all requests of the session together.
    inside : Inside, optional
        What each sandbox has ready.
    supply : callable, optional
        Gives a sandbox that is started and that no one has used; by default, a new one is
        started with `limits` and `inside`. The session ends each that it gets.

    Attributes
    ----------
    guilty : dict of str to Lost
        The cells that took a sandbox with them, and how; they are not run again.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        inside: Inside | None = None,
        supply: Callable[[], Sandbox] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.guilty: dict[str, Lost] = {}
        self._supply = supply or (lambda: Sandbox(self.limits, inside).__enter__())
        self._sandbox: Sandbox | None = None
        self._cells: list[tuple[str, str]] = []
        self._spent = 0.0
        self._is_used = False  # whether anything but the cells has run in this sandbox

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.end()

    def run(self, cell: str, source: str, seconds: float | None = None) -> Reply:
        """Run a cell, which is run again in each further sandbox unless it ends this one.

        Parameters
        ----------
        cell : str
            Its id.
        source : str
            As the notebook has it.
        seconds : float, optional
            At most this; the limits' by default.

        Raises
        ------
        Lost
            If it did not run to its end. What it had done by then stays, where only an error ended it.
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

    def call(
        self, name: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None, seconds: float | None = None
    ) -> Reply:
        """Call a function of the submission's; raises as `run` does."""
        return self._probe(lambda sandbox, allowed: sandbox.call(name, args, kwargs, allowed), seconds)

    def get(self, name: str, seconds: float | None = None) -> Reply:
        """Get the value that a name has; raises as `run` does."""
        return self._probe(lambda sandbox, allowed: sandbox.get(name, allowed), seconds)

    def proxy(self, name: str, seconds: float | None = None) -> Proxy:
        """Give a function that stands for the submission's function of this name."""
        return Proxy(self, name, seconds)

    def end(self) -> None:
        """End the sandbox; another is started should there be another request."""
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
        """Give a sandbox in which the cells have run."""
        while self._sandbox is None:
            sandbox = self._sandbox = self._supply()
            self._is_used = False
            for number, (cell, source) in enumerate(self._cells):
                try:
                    self._once(sandbox, lambda inside, allowed: inside.run(cell, source, allowed), None)  # noqa: B023
                except Lost as lost:
                    if lost.is_over:  # it did not the first time: without it, then
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
            if lost.is_over:
                self.end()
            raise
        finally:
            self._spent += sandbox.seconds - before


class Proxy:
    """Stands for a function of a submission: called here, it runs there.

    Parameters
    ----------
    session : Session
        The submission.
    name : str
        What the function is called there.
    seconds : float, optional
        For each call; the limits' by default.
    """

    def __init__(self, session: Session, name: str, seconds: float | None = None) -> None:
        self._session, self.__name__, self._seconds = session, name, seconds

    def __repr__(self) -> str:
        return f"<the submission's {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with NumPy's or MXNet's arrays, numbers, text, `Name`, and tuples, lists and dicts of them.

        Returns
        -------
        object
            Of the same kinds, with NumPy's arrays; they may hold NaN and have any shape and dtype.

        Raises
        ------
        Lost
            If it gave no such thing, with the verdict.
        SandboxError
            If the sandbox failed by no fault of the student's.
        ArgumentError
            If an argument cannot be sent.
        """
        return self._session.call(self.__name__, args, kwargs, self._seconds).value
