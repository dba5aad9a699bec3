"""The one thread on which all panels train, because MXNet must not be called from several threads at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from d2l_helpers.panels.stopping import ReadersCode

__all__ = ["REMEDY", "Job", "TrainingThread"]

Result = TypeVar("Result")

REMEDY = (
    "Python cannot end a call into a library, nor code that catches every exception.\n"
    "If the code does not end by itself, restart the kernel (Kernel > Restart Kernel…)."
)
"""What a reader can do about code that cannot be stopped; it is shown below the line that still runs."""

# All in seconds
# The time that cancelled code has to end by itself; `fit`, which checks about every 50 ms, has twice as long
_GRACE = 0.1
_AGAIN = 0.05  # between exceptions, of which `except:` or a finalizer may swallow one
_SOON = 0.005
_STUCK = 3.0  # the time after which the page says that the code cannot be ended


class Job:
    """A piece of work for the training thread; it can be cancelled, and the reader's code in it ended by force.

    Parameters
    ----------
    run : callable
        Called as ``run(job)`` on the training thread, once, even if the job was cancelled before its turn came. It
        looks at `cancelled` first and then about every 50 ms, and handles its own errors. It calls the reader's code
        by `run_readers`, which is ended by force if it has not ended 0.1 s after `cancel`.
    on_stuck : callable, optional
        Called as ``on_stuck(place)``, on any thread, when this job, or one that this job waits for, cannot be ended;
        `place` is the line of the reader's code.

    Attributes
    ----------
    place : str
        The line of the reader's code that was running when that code was ended by force.
    is_forced : bool
        Whether the reader's code was ended by force.
    is_stuck : bool
        Whether the reader's code could not be ended, and still runs.
    """

    def __init__(self, run: Callable[[Job], None], on_stuck: Callable[[str], None] = lambda place: None) -> None:
        self.run, self.on_stuck = run, on_stuck
        self.place, self.is_forced, self.is_stuck = "", False, False
        self._code: ReadersCode | None = None  # made when the job's turn comes
        self._on_stuck: Callable[[Job], None] = lambda job: None
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._finished = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the job should stop, or should not start."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the job to stop, and end the reader's code if that does not stop by itself; returns at once."""
        with self._lock:
            is_running = self._code is not None and not self._finished.is_set()
            if is_running and not self.cancelled:
                threading.Thread(target=self._end, name="d2l_helpers panels' stop", daemon=True).start()
            self._cancelled.set()

    def start(self, on_stuck: Callable[[Job], None]) -> None:
        """Run the job on this thread; `on_stuck` is called with the job if that cannot be ended."""
        with self._lock:
            self._code, self._on_stuck = ReadersCode(), on_stuck
        try:
            self.run(self)
        except BaseException:  # an error in one job must not end the thread that all panels need
            logging.getLogger(__name__).exception("A panel's job failed.")
        finally:
            with self._lock:
                self._finished.set()
                self.is_stuck = False

    def run_readers(self, call: Callable[[], Result]) -> Result:
        """Call the reader's code, on the training thread; `Stopped` is raised in it to end it."""
        assert self._code, "the reader's code runs on the training thread, when its job's turn has come"
        return self._code.run(call)

    def shield(self, call: Callable[[], Result]) -> Result:
        """Call this package's code from the reader's code; `Stopped` is not raised in it."""
        return self._code.shield(call) if self._code else call()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended; return whether it has."""
        return self._finished.wait(timeout)

    def _end(self) -> None:
        """Interrupt the reader's code until it ends, and report a job that does not."""
        asked = time.monotonic()
        if self.wait(_GRACE) or self._code is None or (self._code.is_in_a_fit() and self.wait(_GRACE)):
            return
        self.place, self.is_forced = self._code.place(), True
        while not self._finished.is_set():
            is_raised = self._code.interrupt()
            if time.monotonic() - asked > _STUCK and not self.is_stuck:
                self._report_stuck(self._code.place())
            self.wait(_AGAIN if is_raised or self.is_stuck else _SOON)

    def _report_stuck(self, place: str) -> None:
        with self._lock:
            if self._finished.is_set():
                return
            self.place, self.is_stuck = place, True
        self._on_stuck(self)


class TrainingThread:
    """A thread that runs jobs one after the other; a newer job cancels the one before, whether that runs or waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[tuple[float, Job]] = deque()  # when it may start (time.monotonic), and what
        self._newest: Job | None = None
        self._running: Job | None = None
        self._thread = threading.Thread(target=self._work, name="d2l_helpers panels", daemon=True)
        self._thread.start()

    @property
    def stuck(self) -> Job | None:
        """The running job if it cannot be ended, else None."""
        running = self._running
        return running if running and running.is_stuck else None

    def submit(self, job: Job, delay: float = 0.0) -> None:
        """Run `job` after `delay` seconds, unless a newer job is submitted before; cancel the one before it."""
        with self._condition:
            if self._newest:
                self._newest.cancel()
            self._newest = job
            self._waiting.append((time.monotonic() + delay, job))
            self._condition.notify()
        if stuck := self.stuck:
            job.on_stuck(stuck.place)

    def settle(self, timeout: float = float("inf")) -> bool:
        """Wait until the newest job has ended, even if it is submitted meanwhile; on this thread itself, do not wait.

        Returns
        -------
        bool
            False after a timeout, or if the running job cannot be ended.
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
        """Cancel the newest job."""
        if self._newest:
            self._newest.cancel()

    def _work(self) -> None:
        from mxnet import autograd, npx

        while True:
            self._running = self._take()
            # MXNet's modes belong to the thread, and the previous job may have been ended inside `record()`
            npx.set_np()
            autograd.set_recording(False)
            autograd.set_training(False)
            self._running.start(self._report_stuck)

    def _report_stuck(self, stuck: Job) -> None:
        """Call `on_stuck` of the job that cannot be ended, and of the one that waits for it."""
        with self._condition:
            jobs = {stuck, self._newest}
        for job in jobs:
            if job:
                job.on_stuck(stuck.place)

    def _take(self) -> Job:
        with self._condition:
            while True:
                remaining = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if remaining is not None and (remaining <= 0 or self._waiting[0][1].cancelled):
                    return self._waiting.popleft()[1]
                self._condition.wait(remaining)
