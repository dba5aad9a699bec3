"""See to it that each submission gets one result, whatever happens to workers.

A submission goes to another worker when its own is lost, is silent, fails or takes too long; the first valid result
counts, and no other is waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from d2l_autograder.batch.cluster.address import is_safe
from d2l_autograder.batch.cluster.crew import Crew, State, Worker
from d2l_autograder.batch.cluster.reply import Unfit, checked_result, require_same_course, require_same_program
from d2l_autograder.batch.cluster.task import describe, mark_task, open_course
from d2l_autograder.batch.marker import Marker
from d2l_autograder.batch.outcome import not_marked
from d2l_autograder.results import Result
from d2l_autograder.sandbox import clock
from d2l_helpers.errors import SandboxError

__all__ = ["Dispatch", "Failed", "Lost", "Send"]

_TRIES = 4
_LOOK = 0.5  # seconds between two looks at workers that have a submission
_LONG = 30.0  # seconds after which an idle worker tries a submission that another one still has
_PATIENCE = clock.PATIENCE + 1  # times the limit of a submission's time: what it may last, and wait before it begins
_TO_EXAMINE = 300.0  # seconds; the worker may have another grader's submissions to mark first

Send = Callable[..., Awaitable[str]]


class Failed(Exception):
    """A call on a worker that has returned nothing."""


class Lost(Failed):
    """A call that ended with the connection, which says nothing of the worker."""


@dataclass(frozen=True, eq=False)
class _Job:
    student: str
    name: str
    contents: bytes


class Dispatch:
    """Has submissions marked by the workers of a cluster.

    Its methods run in one event loop.

    Parameters
    ----------
    crew : Crew
        The workers.
    send : callable
        ``await send(worker.address, function, *arguments)`` calls a function on a worker and returns its text; raises
        Failed, or Lost.
    marker : Marker
        What the workers must mark like.
    course : tuple
        The arguments of `task.open_course`.
    note : callable
        Tells the teacher something.
    """

    def __init__(
        self, crew: Crew, send: Send, marker: Marker, course: tuple[str, str, bytes], note: Callable[[str], None]
    ) -> None:
        self._crew, self._send, self._marker, self._course, self._note = crew, send, marker, course, note
        self._examining: set[asyncio.Task[None]] = set()
        self._longest = _PATIENCE * marker.limits.total_seconds

    def examine(self, worker: Worker) -> None:
        """Begin to find out whether a worker would mark as this machine does; name one that would not."""
        worker.state = State.NEW
        task = asyncio.create_task(self._examine(worker))
        self._examining.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._examining.discard)

    def close(self) -> None:
        """Examine no more: a call that ends with the connection says nothing of its worker."""
        for task in self._examining:
            task.cancel()

    async def _examine(self, worker: Worker) -> None:
        try:
            async with asyncio.timeout(_TO_EXAMINE):
                await self._require_fit(worker)
        except TimeoutError:
            self._set_aside(worker, Unfit("it did not answer", "look at its log, and restart it"))
        except Failed as failed:
            said = Unfit(f"this project does not work there ({failed})", "install it as make cluster does")
            self._set_aside(worker, said)
        except Unfit as unfit:
            self._set_aside(worker, unfit)
        else:
            worker.state = State.FIT
            self._crew.hand_out()

    async def _require_fit(self, worker: Worker) -> None:
        """Ask a worker, again where the connection was lost, until it answers or leaves; raises Failed, or Unfit."""
        if not is_safe(worker.address):
            raise Unfit("others could read what it is sent", "start it with the three options --tls-…")
        while not worker.gone.is_set():
            with suppress(Lost):
                require_same_program(await self._send(worker.address, describe))
                require_same_course(await self._send(worker.address, open_course, *self._course), self._marker)
                return
            await asyncio.sleep(_LOOK)

    def _set_aside(self, worker: Worker, unfit: Unfit) -> None:
        """Send a worker no more work, and name the worker unless it has left."""
        worker.state, worker.why = State.UNFIT, str(unfit)
        if not worker.gone.is_set():
            self._note(f"The worker {worker.name} at {worker.address} takes no work: {unfit.why}. Try: {unfit.remedy}.")

    async def mark(self, worker: Worker, student: str, name: str, contents: bytes) -> Result:
        """Have a submission marked.

        Parameters
        ----------
        worker : Worker
            The first to try, which the crew has given for this.
        student, name, contents : str, str, bytes
            As for `Marker.mark`.
        """
        job, tried, failures = _Job(student, name, contents), [worker], list[Failed]()
        attempts = {self._start(job, worker): (worker, time.monotonic())}
        taking: asyncio.Task[Worker] | None = None
        try:
            while attempts or len(tried) < _TRIES:
                if taking is None and len(tried) < _TRIES and all(map(self._is_overdue, attempts.values())):
                    taking = asyncio.create_task(self._crew.take(tried))
                waited: list[asyncio.Task[Any]] = [*attempts, *([taking] if taking else [])]
                await asyncio.wait(waited, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                for attempt in [each for each in attempts if each.done()]:
                    del attempts[attempt]
                    if isinstance(outcome := attempt.result(), Result):
                        return outcome
                    failures.append(outcome)
                if taking and taking.done():
                    worker, taking = taking.result(), None
                    tried.append(worker)
                    attempts[self._start(job, worker)] = worker, time.monotonic()
        finally:
            for attempt in attempts:
                attempt.cancel()
            if taking and not taking.cancel():
                self._crew.give_back(taking.result())
        return not_marked(student, name, _tried_enough(failures))

    def _is_overdue(self, attempt: tuple[Worker, float]) -> bool:
        """Return whether another worker should try, too: the worker is silent, or others have nothing else to do."""
        worker, began = attempt
        return worker.is_silent or (time.monotonic() - began > _LONG and self._crew.has_idle_thread)

    def _start(self, job: _Job, worker: Worker) -> asyncio.Task[Result | Failed]:
        return asyncio.create_task(self._attempt(job, worker))

    async def _attempt(self, job: _Job, worker: Worker) -> Result | Failed:
        """Have one worker mark; a failure that another worker may not have is returned."""
        ident = self._course[0]
        sent = asyncio.ensure_future(self._send(worker.address, mark_task, ident, job.student, job.name, job.contents))
        gone = asyncio.ensure_future(worker.gone.wait())
        try:
            await asyncio.wait({sent, gone}, timeout=self._longest, return_when=asyncio.FIRST_COMPLETED)
            if not sent.done():
                if gone.done():
                    return Failed(f"the worker at {worker.address} was lost")
                raise Unfit(f"it has not marked a submission in {self._longest:.0f} seconds", "restart it")
            reply = checked_result(sent.result(), self._marker, job.student, job.name, job.contents)
        except Failed as failed:
            return failed
        except Unfit as unfit:
            self._set_aside(worker, unfit)
            return Failed(f"the worker at {worker.address}: {unfit.why}")
        finally:
            sent.cancel()
            gone.cancel()
            self._crew.give_back(worker)
        if reply.result and not reply.may_try:
            return reply.result
        if worker.state is State.FIT:
            self.examine(worker)
        return Failed(reply.result.detail if reply.result else f"the worker at {worker.address} was restarted")


def _tried_enough(failures: list[Failed]) -> SandboxError:
    return SandboxError(
        f"This submission was not marked, although {len(failures)} workers tried.",
        got="; ".join(dict.fromkeys(map(str, failures))),
        expected="a worker that lives until it has marked the submission",
        remedy="look at the workers' logs, and run the same command again",
    )
