"""The one thread on which all panels train: MXNet is not made to be called from several threads at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from d2l_helpers.panels.stopping import ReadersCode

__all__ = ["REMEDY", "Job", "Worker", "the_worker"]

Result = TypeVar("Result")

REMEDY = (
    "Python cannot end a call into a library, nor code that catches every exception.\n"
    "If it does not end by itself, restart the kernel (Kernel > Restart Kernel…)."
)
"""What a reader can do about code that cannot be stopped."""

_GRACE = 0.1  # seconds in which cancelled code may end by itself; twice that for `fit`, which looks every 50 ms or so
_AGAIN = 0.05  # one exception may be swallowed, by `except:` or in a finalizer
_SOON = 0.005
_STUCK = 3.0  # seconds after which cancelled code is taken to be one that cannot be ended


class Job:
    """A piece of work that can be asked to stop, and whose reader's code can be made to.

    Parameters
    ----------
    run : callable
        Called as ``run(job)`` on the worker's thread, once, even if it was cancelled before its turn came. It looks
        at `cancelled` first and then about every 50 ms, and handles its own errors. It calls the reader's code by
        `run_readers`, which is ended by force if it has not ended 0.1 s after `cancel`.
    on_stuck : callable, optional
        Called as ``on_stuck(place)``, on any thread, when this job, or one that this job waits for, cannot be ended;
        `place` is the line of the reader's code.

    Attributes
    ----------
    place : str
        The line of the reader's code that was running when it was ended by force.
    is_forced : bool
        Whether it was.
    is_stuck : bool
        Whether it could not be ended, and still runs.
    """

    def __init__(self, run: Callable[[Job], None], on_stuck: Callable[[str], None] = lambda place: None) -> None:
        self.run, self.on_stuck = run, on_stuck
        self.place, self.is_forced, self.is_stuck = "", False, False
        self._code: ReadersCode | None = None  # made when the job's turn comes
        self._tell: Callable[[Job], None] = lambda job: None
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._finished = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it should stop, or should not start."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop, and end the reader's code if that does not stop by itself; returns at once."""
        with self._lock:
            is_running = self._code is not None and not self._finished.is_set()
            if is_running and not self.cancelled:
                threading.Thread(target=self._end, name="d2l_helpers panels' stop", daemon=True).start()
            self._cancelled.set()

    def start(self, tell: Callable[[Job], None]) -> None:
        """Run it, on this thread; `tell` is called with it if it cannot be ended."""
        with self._lock:
            self._code, self._tell = ReadersCode(), tell
        try:
            self.run(self)
        except BaseException:  # a job that breaks its promise must not take all panels with it
            logging.getLogger(__name__).exception("A panel's job failed.")
        finally:
            with self._lock:
                self._finished.set()
                self.is_stuck = False

    def run_readers(self, call: Callable[[], Result]) -> Result:
        """Call the reader's code, on the worker's thread; it is ended by `Stopped`."""
        assert self._code, "the reader's code runs on the worker's thread, when its job's turn has come"
        return self._code.run(call)

    def shield(self, call: Callable[[], Result]) -> Result:
        """Call code of ours that the reader's code calls; it is not ended in its midst."""
        return self._code.shield(call) if self._code else call()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended; says whether it has."""
        return self._finished.wait(timeout)

    def _end(self) -> None:
        """End the reader's code: as often as it takes, and say so if it is in vain."""
        asked = time.monotonic()
        if self.wait(_GRACE) or self._code is None or (self._code.is_in_a_fit() and self.wait(_GRACE)):
            return
        self.place, self.is_forced = self._code.place(), True
        while not self._finished.is_set():
            is_raised = self._code.interrupt()
            if time.monotonic() - asked > _STUCK and not self.is_stuck:
                self._give_up(self._code.place())
            self.wait(_AGAIN if is_raised or self.is_stuck else _SOON)

    def _give_up(self, place: str) -> None:
        with self._lock:
            if self._finished.is_set():
                return
            self.place, self.is_stuck = place, True
        self._tell(self)


class Worker:
    """Runs jobs one after the other; a newer job cancels the one before it, whether that runs or waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[tuple[float, Job]] = deque()  # when it may start (time.monotonic), and what
        self._newest: Job | None = None
        self._running: Job | None = None
        self._thread = threading.Thread(target=self._work, name="d2l_helpers panels", daemon=True)
        self._thread.start()

    @property
    def stuck(self) -> Job | None:
        """The running job, if it cannot be ended."""
        running = self._running
        return running if running and running.is_stuck else None

    def submit(self, job: Job, delay: float = 0.0) -> None:
        """Take `job` for the newest; it starts after `delay` seconds, unless a newer one comes before."""
        with self._condition:
            if self._newest:
                self._newest.cancel()
            self._newest = job
            self._waiting.append((time.monotonic() + delay, job))
            self._condition.notify()
        if stuck := self.stuck:
            job.on_stuck(stuck.place)

    def settle(self, timeout: float = float("inf")) -> bool:
        """Wait until the newest job has ended, be it one that comes meanwhile; on the worker's own thread, do not.

        Returns
        -------
        bool
            False if the time was up, or if the running job cannot be ended.
        """
        deadline = time.monotonic() + timeout
        waited_for = None
        while waited_for is not self._newest and threading.current_thread() is not self._thread:
            waited_for = self._newest
            while waited_for and not waited_for.wait(_AGAIN):
                if self.stuck or time.monotonic() > deadline:
                    return False
        return True

    def cancel(self) -> None:
        """Ask the newest job to stop."""
        if self._newest:
            self._newest.cancel()

    def _work(self) -> None:
        from mxnet import autograd, npx

        while True:
            self._running = self._take()
            # MXNet keeps its modes for each thread, and the code before may have been ended in the midst of `record()`
            npx.set_np()
            autograd.set_recording(False)
            autograd.set_training(False)
            self._running.start(self._tell)

    def _tell(self, stuck: Job) -> None:
        """Tell the job that cannot be ended, and the one that waits for it."""
        with self._condition:
            told = {stuck, self._newest}
        for job in told:
            if job:
                job.on_stuck(stuck.place)

    def _take(self) -> Job:
        with self._condition:
            while True:
                remaining = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if remaining is not None and (remaining <= 0 or self._waiting[0][1].cancelled):
                    return self._waiting.popleft()[1]
                self._condition.wait(remaining)


@cache
def the_worker() -> Worker:
    """Return the process's worker, started when a panel first needs it.

    Where IPython runs, a cell waits until the running fit has ended: see `waiting_cells`.
    """
    from IPython import get_ipython

    worker = Worker()
    shell = get_ipython()
    if shell is not None:
        from d2l_helpers.panels.waiting_cells import wait_before_each_cell

        wait_before_each_cell(shell, worker)
    return worker
