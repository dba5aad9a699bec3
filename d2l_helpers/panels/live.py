"""The one thread on which all panels train: MXNet is not made to be called from several threads at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache

__all__ = ["Job", "Worker", "the_worker"]


class Job:
    """A piece of work that can be asked to stop.

    Parameters
    ----------
    run : callable
        Called as ``run(job)`` on the worker's thread, once, even if it was cancelled before its turn came. It looks
        at `cancelled` first and then about every 50 ms, and handles its own errors.
    """

    def __init__(self, run: Callable[[Job], None]) -> None:
        self.run = run
        self._cancelled = threading.Event()
        self._finished = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it should stop, or should not start."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop; returns at once."""
        self._cancelled.set()

    def finish(self) -> None:
        """Say that it has ended."""
        self._finished.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended; says whether it has."""
        return self._finished.wait(timeout)


class Worker:
    """Runs jobs one after the other; a newer job cancels the one before it, whether that runs or waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[tuple[float, Job]] = deque()  # when it may start (time.monotonic), and what
        self._newest: Job | None = None
        self._thread = threading.Thread(target=self._work, name="d2l_helpers panels", daemon=True)
        self._thread.start()

    def submit(self, job: Job, delay: float = 0.0) -> None:
        """Take `job` for the newest; it starts after `delay` seconds, unless a newer one comes before."""
        with self._condition:
            if self._newest:
                self._newest.cancel()
            self._newest = job
            self._waiting.append((time.monotonic() + delay, job))
            self._condition.notify()

    def settle(self) -> None:
        """Wait until the newest job has ended, be it one that comes meanwhile; on the worker's own thread, do not."""
        waited_for = None
        while waited_for is not self._newest and threading.current_thread() is not self._thread:
            waited_for = self._newest
            if waited_for:
                waited_for.wait()

    def cancel(self) -> None:
        """Ask the newest job to stop."""
        if self._newest:
            self._newest.cancel()

    def _work(self) -> None:
        from mxnet import npx

        npx.set_np()  # MXNet keeps its modes for each thread
        while True:
            job = self._take()
            try:
                job.run(job)
            except BaseException:  # a job that breaks its promise must not take all panels with it
                logging.getLogger(__name__).exception("A panel's job failed.")
            finally:
                job.finish()

    def _take(self) -> Job:
        with self._condition:
            while True:
                remaining = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if remaining is not None and (remaining <= 0 or self._waiting[0][1].cancelled):
                    return self._waiting.popleft()[1]
                self._condition.wait(remaining)


@cache
def the_worker() -> Worker:
    """Give the process's worker, started when a panel first needs it.

    Where IPython runs, a cell waits until the running fit has ended: two fits at once would draw from the same random
    number generators, and the numbers of the cell would no longer be those that its seed promises. Interrupting the
    kernel stops the fit instead.
    """
    from IPython import get_ipython

    worker = Worker()
    shell = get_ipython()
    if shell is not None:

        def wait_for_the_fit(*_: object) -> None:
            try:
                worker.settle()
            except KeyboardInterrupt:
                worker.cancel()
                worker.settle()

        shell.events.register("pre_run_cell", wait_for_the_fit)
    return worker
