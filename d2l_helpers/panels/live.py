"""The one thread on which all panels train: MXNet is not made to be called from several threads at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache

__all__ = ["Job", "Worker", "the_worker"]


class Job:
    """A piece of work that can be asked to stop.

    Parameters
    ----------
    run : callable
        Called as ``run(job)`` on the worker's thread. It looks at `cancelled` about every 50 ms, and handles its own
        errors.
    """

    def __init__(self, run: Callable[[Job], None]) -> None:
        self.run = run
        self._cancelled = threading.Event()
        self._finished = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it should stop, or need not start."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop; returns at once."""
        self._cancelled.set()

    def finish(self) -> None:
        """Say that it has ended, or will never start."""
        self._finished.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended; says whether it has."""
        return self._finished.wait(timeout)


class Worker:
    """Runs the newest job; a job that is newer cancels the one before it, whether that runs or waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._next: tuple[float, Job] | None = None  # when it may start (time.monotonic), and what
        self._newest: Job | None = None
        threading.Thread(target=self._work, name="d2l_helpers panels", daemon=True).start()

    def submit(self, job: Job, delay: float = 0.0) -> None:
        """Take `job` for the newest; it starts after `delay` seconds, unless a newer one comes before."""
        with self._condition:
            if self._newest:
                self._newest.cancel()
            if self._next:
                self._next[1].finish()
            self._next, self._newest = (time.monotonic() + delay, job), job
            self._condition.notify()

    def settle(self) -> None:
        """Wait until the newest job has ended."""
        newest = self._newest
        if newest and threading.current_thread().name != "d2l_helpers panels":
            newest.wait()

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
                if not job.cancelled:
                    job.run(job)
            finally:
                job.finish()

    def _take(self) -> Job:
        with self._condition:
            while True:
                if self._next is None:
                    self._condition.wait()
                    continue
                start, job = self._next
                remaining = start - time.monotonic()
                if remaining > 0 and not job.cancelled:
                    self._condition.wait(remaining)
                    continue
                self._next = None
                return job


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

        shell.events.register("pre_run_cell", wait_for_the_fit)
    return worker
