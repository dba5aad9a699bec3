"""Implementations in processes of their own, which train in turn: one machine, one run, the same work.

Each turn trains and evaluates twice, and the second time counts. While a process waits for its turn, Linux moves its
threads. If an implementation has several threads, two of them often share a core for the first 20 ms of a turn, until
Linux moves one of them away. In a fit of ten epochs, only the first one can begin like that.

In the history, turns have a single epoch before 2026-11-30 05:00. Before 09:00 of that day, only some
implementations are seeded. Before 09:04, our epoch without the test evaluates one example.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.task import Prepared, Score
from d2l_helpers.errors import TrainingError

__all__ = ["Timing", "interleave"]

_TIMEOUT = 240  # seconds a turn; d2l's loader forks a process with threads, which now and then deadlocks
_PAUSE = 0.05  # seconds before each turn: threads of the implementation before may wait by spinning


@dataclass
class Timing:
    """What was measured of one implementation.

    Attributes
    ----------
    name : str
        The implementation's.
    train_seconds, test_seconds : list of float
        Wall time of each measured epoch, and of the evaluation on the test data after it.
    cpu_seconds : list of float
        Processor time of both together, of all threads; other work disturbs it less.
    train_acc, test_acc : float
        After the first half of the turns, rounded up, of two epochs each; from 0 to 1.
    peak_bytes : int
        The largest resident memory of the process since its first epoch began; 0 if the system does not tell.
    """

    name: str
    train_seconds: list[float] = field(default_factory=list)
    test_seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    train_acc: float = 0.0
    test_acc: float = 0.0
    peak_bytes: int = 0

    @property
    def seconds(self) -> list[float]:
        """Seconds of each measured epoch, the evaluation included."""
        return [sum(both) for both in zip(self.train_seconds, self.test_seconds, strict=True)]

    @property
    def median(self) -> float:
        """Median seconds per epoch, the evaluation included."""
        return statistics.median(self.seconds)

    def ratio(self, other: Timing, tested: bool = True) -> float:
        """Return the median, over all rounds, of these seconds divided by the other's in the same round.

        Without `tested`, the evaluation on the test data does not count.
        """
        pairs = zip(self._times(tested), other._times(tested), strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def best_ratio(self, other: Timing, tested: bool = True) -> float:
        """Return the shortest of these times divided by the shortest of the other's."""
        return min(self._times(tested)) / min(other._times(tested))

    def _times(self, tested: bool) -> list[float]:
        return self.seconds if tested else self.train_seconds


def interleave(
    implementations: Mapping[str, Callable[[], Prepared]], num_turns: int = 10, cores: Mapping[str, int] | None = None
) -> list[Timing]:
    """Let implementations train in turn, two epochs a turn; the first turn and the first epoch of each are not timed.

    Parameters
    ----------
    implementations : mapping of str to callable
        By name, a function of a module that prepares everything.
    num_turns : int
        How many turns each of them has, at least 2.
    cores : mapping of str to int, optional
        How many of the processor's cores an implementation may use; all of them if it is not named here.

    Returns
    -------
    list of Timing
        In the order of `implementations`.

    Raises
    ------
    TrainingError
        If one of them raises an error or takes four minutes for a turn.
    """
    context = multiprocessing.get_context("spawn")
    pipes, processes, timings = {}, [], {name: Timing(name) for name in implementations}
    for name, prepare in implementations.items():
        pipes[name], inner = context.Pipe()
        processes.append(context.Process(target=_serve, args=(prepare, inner)))  # no daemon: d2l's loader has children
        with _limited((cores or {}).get(name)):  # before the start: libraries count the cores when they are imported
            processes[-1].start()
        inner.close()
    try:
        for turn in range(num_turns):
            for name, pipe in pipes.items():
                _train(timings[name], pipe, is_measured=turn > 0, is_first_half=2 * turn < num_turns)
    finally:
        for pipe in pipes.values():
            pipe.close()  # which ends its process
        for process in processes:
            process.join(10)
            process.kill()
    return list(timings.values())


@contextmanager
def _limited(cores: int | None) -> Iterator[None]:
    """Let processes that are started in the block run on so many cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _train(timing: Timing, pipe: Connection, is_measured: bool, is_first_half: bool) -> None:
    """Let a process have its turn, and keep what it answers."""
    time.sleep(_PAUSE)
    try:
        pipe.send("train")
        if not pipe.poll(_TIMEOUT):
            raise EOFError
        train, test, cpu, *accuracies, timing.peak_bytes = pipe.recv()
    except (EOFError, OSError) as error:
        raise TrainingError(
            "The benchmark cannot go on.",
            got=f"no answer from {timing.name!r}; if its process has ended, its traceback is printed above",
            expected="an implementation that trains",
            remedy="repair or uninstall that library, and measure again",
        ) from error
    if is_first_half:
        timing.train_acc, timing.test_acc = accuracies
    if is_measured:
        timing.train_seconds.append(train)
        timing.test_seconds.append(test)
        timing.cpu_seconds.append(cpu)


def _serve(prepare: Callable[[], Prepared], pipe: Connection) -> None:
    """Train and evaluate whenever asked to, and send what was measured; runs in a process of its own."""
    np.random.seed(0)  # an unlucky order ends in an epoch whose test accuracy is 3 % lower
    train, evaluate = prepare()
    _forget_peak()
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        train(), evaluate()
        cpu_started = time.process_time()
        train_seconds, (_, train_acc) = _timed(train)
        test_seconds, (_, test_acc) = _timed(evaluate)
        cpu_seconds = time.process_time() - cpu_started
        pipe.send((train_seconds, test_seconds, cpu_seconds, train_acc, test_acc, _peak()))


def _timed(work: Callable[[], Score]) -> tuple[float, Score]:
    started = time.perf_counter()
    score = work()
    return time.perf_counter() - started, score


def _forget_peak() -> None:
    """Measure the peak memory from now on, so that preparing the data does not count."""
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")


def _peak() -> int:
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return 1024 * int(found[1]) if found else 0
