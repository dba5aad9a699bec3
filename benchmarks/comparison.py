"""Contestants in processes of their own, which train one epoch in turn: one machine, one run, the same work."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.contestants import CONTESTANTS
from d2l_helpers.errors import TrainingError

__all__ = ["Lap", "race"]

_PATIENCE = 120  # seconds; d2l's loader forks a process with threads, which now and then deadlocks


@dataclass
class Lap:
    """What one contestant did.

    Attributes
    ----------
    seconds : list of float
        Wall time of each measured epoch.
    train_acc, test_acc : float
        After the last epoch, from 0 to 1.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    train_acc: float = 0.0
    test_acc: float = 0.0

    @property
    def median(self) -> float:
        """Median seconds an epoch."""
        return statistics.median(self.seconds)


def race(names: list[str], num_epochs: int = 10) -> list[Lap]:
    """Let the contestants train `num_epochs` epochs each, taking turns; the first is for warming up, and not timed.

    Parameters
    ----------
    names : list of str
        Keys of CONTESTANTS.
    num_epochs : int
        At least 2.

    Returns
    -------
    list of Lap
        In the order of `names`.
    """
    context = multiprocessing.get_context("spawn")
    pipes, processes, laps = {}, [], {name: Lap(name) for name in names}
    for name in names:
        pipes[name], inner = context.Pipe()
        processes.append(context.Process(target=_serve, args=(name, inner)))  # no daemon: d2l's loader has children
        processes[-1].start()
        inner.close()
    try:
        for epoch in range(num_epochs):
            for name, pipe in pipes.items():
                pipe.send("train")
                if not pipe.poll(_PATIENCE):
                    raise EOFError
                seconds, laps[name].train_acc, laps[name].test_acc = pipe.recv()
                if epoch:
                    laps[name].seconds.append(seconds)
    except (EOFError, BrokenPipeError) as error:
        raise TrainingError(
            "The benchmark cannot go on.",
            got=f"no answer from {name!r}; where its process has ended, its message stands above",
            expected="a contestant that trains",
            remedy="repair or uninstall that library, and measure again",
        ) from error
    finally:
        for pipe in pipes.values():
            pipe.close()  # which ends its process
        for process in processes:
            process.join(10)
            process.kill()
    return list(laps.values())


def _serve(name: str, pipe: Connection) -> None:
    """Train an epoch whenever asked to, and say how long it took; in a process of its own."""
    epoch = CONTESTANTS[name][0]()
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        started = time.perf_counter()
        accuracies = epoch()
        pipe.send((time.perf_counter() - started, *accuracies))
