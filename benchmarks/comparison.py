"""Implementations in processes of their own, which train one epoch in turn: one machine, one run, the same work."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from d2l_helpers.errors import TrainingError

__all__ = ["Timing", "TrainEpoch", "interleave"]

TrainEpoch = Callable[[], tuple[float, float]]  # trains one epoch and returns the accuracies on train and test
_TIMEOUT = 120  # seconds an epoch; d2l's loader forks a process with threads, which now and then deadlocks


@dataclass
class Timing:
    """What was measured of one implementation.

    Attributes
    ----------
    name : str
        The implementation's.
    seconds, cpu_seconds : list of float
        Wall time of each measured epoch, and the processor time of all its threads, which other work disturbs less.
    train_acc, test_acc : float
        After the last epoch, from 0 to 1.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    train_acc: float = 0.0
    test_acc: float = 0.0

    @property
    def median(self) -> float:
        """Median seconds per epoch."""
        return statistics.median(self.seconds)

    def ratio(self, other: Timing) -> float:
        """Compute the median, over all rounds, of these seconds divided by the other's in the same round."""
        return statistics.median(a / b for a, b in zip(self.seconds, other.seconds, strict=True))


def interleave(implementations: Mapping[str, Callable[[], TrainEpoch]], num_epochs: int = 10) -> list[Timing]:
    """Let implementations train `num_epochs` epochs each, in turn; the first epoch warms up and is not timed.

    Parameters
    ----------
    implementations : mapping of str to callable
        By name, a function of a module that prepares everything and returns the function that trains one epoch.
    num_epochs : int
        At least 2.

    Returns
    -------
    list of Timing
        In the order of `implementations`.

    Raises
    ------
    TrainingError
        If one of them raises an error or takes two minutes for an epoch.
    """
    context = multiprocessing.get_context("spawn")
    pipes, processes, timings = {}, [], {name: Timing(name) for name in implementations}
    for name, prepare in implementations.items():
        pipes[name], inner = context.Pipe()
        processes.append(context.Process(target=_serve, args=(prepare, inner)))  # no daemon: d2l's loader has children
        processes[-1].start()
        inner.close()
    try:
        for epoch in range(num_epochs):
            for name, pipe in pipes.items():
                seconds, cpu_seconds, timings[name].train_acc, timings[name].test_acc = _train(name, pipe)
                if epoch:
                    timings[name].seconds.append(seconds)
                    timings[name].cpu_seconds.append(cpu_seconds)
    finally:
        for pipe in pipes.values():
            pipe.close()  # which ends its process
        for process in processes:
            process.join(10)
            process.kill()
    return list(timings.values())


def _train(name: str, pipe: Connection) -> tuple[float, float, float, float]:
    """Ask a process for one epoch; return its wall and processor time and the accuracies on train and test."""
    try:
        pipe.send("train")
        if not pipe.poll(_TIMEOUT):
            raise EOFError
        seconds, cpu_seconds, train_acc, test_acc = pipe.recv()
    except (EOFError, OSError) as error:
        raise TrainingError(
            "The benchmark cannot go on.",
            got=f"no answer from {name!r}; if its process has ended, its traceback is printed above",
            expected="an implementation that trains",
            remedy="repair or uninstall that library, and measure again",
        ) from error
    return seconds, cpu_seconds, train_acc, test_acc


def _serve(prepare: Callable[[], TrainEpoch], pipe: Connection) -> None:
    """Train an epoch whenever asked to, and send its seconds and accuracies; runs in a process of its own."""
    epoch = prepare()
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        started, cpu_started = time.perf_counter(), time.process_time()
        accuracies = epoch()
        pipe.send((time.perf_counter() - started, time.process_time() - cpu_started, *accuracies))
