"""A cluster at work: one thread with an event loop speaks to it, and the grader's threads wait for that one.

Each of the grader's threads has one submission at a time, as in the local batch.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, Protocol, TypeVar

from d2l_autograder.batch.cluster.crew import Crew, State, Worker
from d2l_autograder.batch.cluster.dispatch import Dispatch
from d2l_autograder.batch.marker import Marker
from d2l_autograder.faults import said_by
from d2l_autograder.results import Result
from d2l_autograder.running import Running, Stopped
from d2l_helpers.errors import ClusterError

__all__ = ["ClusterWorkplace", "Connection", "unreachable"]

_LOOK = 0.5  # seconds between two looks at the workers
_TO_WAIT = 120.0  # seconds without any worker that can mark, before the run ends
_TO_IMPROVE = 5.0  # seconds where there are workers, and none of them can
_GO_ON = "what is marked is kept, and the same command goes on from there"
Found = TypeVar("Found")


class Connection(Protocol):
    """A connection to a scheduler."""

    async def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the scheduler says of its workers, by address; raises OSError if it does not answer."""

    async def send(self, address: str, function: Callable[..., str], *arguments: Any) -> str:
        """Call a function in a thread of a worker; raises Failed, or Lost."""


Connect = Callable[[], AbstractAsyncContextManager[Connection]]


class ClusterWorkplace:
    """Where a cluster marks.

    Parameters
    ----------
    address : str
        The scheduler's, for messages.
    connect : callable
        Returns a connection as a context; raises ClusterError.
    marker : Marker
        What the workers must mark like.
    course : tuple
        The arguments of `task.open_course`.
    running : Running
        Ends what waits for the cluster.
    note : callable
        Tells the teacher which workers take no work.
    """

    def __init__(
        self,
        address: str,
        connect: Connect,
        marker: Marker,
        course: tuple[str, str, bytes],
        running: Running,
        note: Callable[[str], None],
    ) -> None:
        self._address, self._connect, self._running, self._note = address, connect, running, note
        self._marker, self._course = marker, course
        self._crew = Crew()
        self._is_ready, self._is_closed = threading.Event(), False
        self._mine = threading.local()  # the worker that a thread's turn has found
        self._calls: set[_Call] = set()
        self._lost: ClusterError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def opened(self, to_close: float) -> Iterator[None]:
        """Enter when a worker can mark; at the end, give the connection so many seconds to close.

        Raises
        ------
        ClusterError
            If the scheduler cannot be reached, or none of its workers can mark.
        Stopped
            If the batch is stopped meanwhile.
        """
        thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        thread.start()
        try:
            while not self._is_ready.wait(0.1):
                self._running.check()
            if self._lost:
                raise self._lost
            yield
        finally:
            self._is_closed = True
            thread.join(min(to_close, 0.5) if self._running.is_stopped else to_close)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Enter when a worker can take a submission."""
        self._mine.worker = self._call(self._crew.take())
        try:
            yield
        finally:
            if self._mine.worker and self._loop:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._crew.give_back, self._mine.worker)

    def mark(self, student: str, name: str, contents: bytes) -> Result:
        """Have a submission marked by the worker that this thread's turn has found, or by another one."""
        worker, self._mine.worker = self._mine.worker, None
        return self._call(self._dispatch.mark(worker, student, name, contents))

    def _call(self, coroutine: Coroutine[Any, Any, Found]) -> Found:
        assert self._loop is not None
        call = _Call(asyncio.run_coroutine_threadsafe(coroutine, self._loop))
        self._calls.add(call)
        self._running.add(call)
        try:
            self._check()
            result: Found = call.result.result()
            return result
        except concurrent.futures.CancelledError:
            self._check()
            raise Stopped from None
        finally:
            self._running.forget([call])
            self._calls.discard(call)

    def _check(self) -> None:
        if self._lost:
            raise self._lost
        self._running.check()

    def _run(self) -> None:
        """Run the event loop until the workplace is closed, or the cluster is lost."""
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._lose(error)
        self._is_ready.set()

    def _lose(self, error: BaseException) -> None:
        """End all calls with an error."""
        self._lost = self._lost or (error if isinstance(error, ClusterError) else unreachable(self._address, error))
        for call in list(self._calls):
            call.kill()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._connect() as connection:
            self._dispatch = Dispatch(self._crew, connection.send, self._marker, self._course, self._note)
            try:
                await self._watch(connection)
            except Exception as error:
                self._lose(error)  # before the loop ends the calls
            finally:
                self._dispatch.close()

    async def _watch(self, connection: Connection) -> None:
        """Look after the workers until the scheduler is lost, or no worker has been there for a while."""
        usable = time.monotonic()
        while not self._is_closed:
            try:
                found = await connection.workers()
            except OSError as error:
                raise _gone(self._address, error) from error
            for worker in self._crew.update(found):
                self._dispatch.examine(worker)
            if self._crew.usable:
                self._is_ready.set()
                usable = time.monotonic()
            workers = list(self._crew.workers.values())
            is_hopeless = workers and all(worker.state is State.UNFIT for worker in workers)
            if time.monotonic() - usable > (_TO_IMPROVE if is_hopeless else _TO_WAIT):
                raise _nobody(self._address, workers)
            await asyncio.sleep(_LOOK)


class _Call:
    """A coroutine that a thread waits for."""

    def __init__(self, result: concurrent.futures.Future[Any]) -> None:
        self.result = result

    def kill(self) -> None:
        """Cancel it, from any thread."""
        self.result.cancel()


def unreachable(address: str, error: BaseException) -> ClusterError:
    """Return the error of a cluster that cannot be used at all."""
    return ClusterError(
        "The cluster cannot be used.",
        got=f"{address}: {said_by(error)}",
        expected="a scheduler that was started with dask scheduler, and with certificates of the same authority",
        remedy="start it, or leave --cluster out: this machine then marks alone",
    )


def _gone(address: str, error: BaseException) -> ClusterError:
    return ClusterError(
        "The cluster's scheduler is lost.",
        got=f"{address}: {said_by(error)}",
        expected="a scheduler that answers",
        remedy=f"start scheduler and workers again: {_GO_ON}",
    )


def _nobody(address: str, workers: list[Worker]) -> ClusterError:
    def said(worker: Worker) -> str:
        return worker.why or ("silent" if worker.is_silent else "not yet examined")

    found = [f"{worker.name} at {worker.address}: {said(worker)}" for worker in workers]
    return ClusterError(
        "No worker of the cluster can mark.",
        got="; ".join(found) or f"no worker at {address}",
        expected="a worker with the same version, the same answer key, and a sandbox",
        remedy=f"start workers, or repair those that are named: {_GO_ON}",
    )
