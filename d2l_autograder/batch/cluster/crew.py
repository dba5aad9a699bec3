"""The workers of a cluster as the grader knows them: which are fit, which are silent, and how much each has to do.

The grader itself says which worker marks which submission, so it knows which submissions a lost worker has taken along.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

__all__ = ["Crew", "State", "Worker"]

_SILENT = 10.0  # seconds without a sign of life; dask's workers give one each half second, of 200 workers every second
_AHEAD = 1  # submissions that wait on a worker, so that none of its threads waits for the next one


class State(Enum):
    """Whether a worker takes submissions."""

    NEW = auto()
    FIT = auto()
    UNFIT = auto()


@dataclass(eq=False)
class Worker:
    """A process of a worker; started again, it is another one.

    Attributes
    ----------
    address, name : str
        Where it listens, and what it is called.
    threads : int
        How many submissions it marks at a time.
    state : State
        Whether it takes submissions.
    why : str
        Why it is unfit, and what to do.
    busy : int
        How many submissions it has, with those that wait.
    is_running : bool
        Whether dask gives work to it.
    gone : asyncio.Event
        Set when it has left the cluster.
    """

    address: str
    name: str
    threads: int
    state: State = State.NEW
    why: str = ""
    busy: int = 0
    is_running: bool = True
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _last_sign: float = 0.0
    _heard: float = field(default_factory=time.monotonic)

    @property
    def is_silent(self) -> bool:
        """Whether it has given no sign of life for a while, as one that hangs or is cut off."""
        return not self.is_running or time.monotonic() - self._heard > _SILENT

    @property
    def is_usable(self) -> bool:
        """Whether it may get a submission now or soon."""
        return self.state is State.FIT and not self.is_silent and not self.gone.is_set()

    def hear(self, last_sign: float, is_running: bool) -> None:
        """Take in what the scheduler says of it; only a change counts, because the machines' clocks differ."""
        self.is_running = is_running
        if last_sign != self._last_sign:
            self._last_sign, self._heard = last_sign, time.monotonic()


class Crew:
    """All workers of a cluster.

    Its methods run in one event loop.

    Attributes
    ----------
    workers : dict of str to Worker
        Those that are in the cluster, by their addresses.
    """

    def __init__(self) -> None:
        self.workers: dict[str, Worker] = {}
        self._waiting: deque[tuple[asyncio.Future[Worker], Collection[Worker]]] = deque()

    @property
    def usable(self) -> list[Worker]:
        """The workers that may get a submission."""
        return [worker for worker in self.workers.values() if worker.is_usable]

    @property
    def has_idle_thread(self) -> bool:
        """Whether a worker has nothing to do, and nothing waits."""
        return not self._waiting and any(worker.busy < worker.threads for worker in self.usable)

    def update(self, found: Mapping[str, Mapping[str, Any]]) -> list[Worker]:
        """Take in what the scheduler says of all workers, by their addresses; return those that are new."""
        for address in self.workers.keys() - found.keys():
            self.workers.pop(address).gone.set()
        new = []
        for address, about in found.items():
            if address not in self.workers:
                self.workers[address] = Worker(address, str(about["name"]), int(about["nthreads"]))
                new.append(self.workers[address])
            self.workers[address].hear(about["last_seen"], about["status"] == "running")
        self.hand_out()
        return new

    async def take(self, avoided: Collection[Worker] = ()) -> Worker:
        """Wait for a worker that can take a submission; `give_back` must follow.

        Parameters
        ----------
        avoided : collection of Worker
            Those that have had the submission already; one of them is taken only where no other is there.
        """
        taken: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append((taken, avoided))
        self.hand_out()
        try:
            return await taken
        except asyncio.CancelledError:
            if taken.done() and not taken.cancelled():
                self.give_back(taken.result())
            raise

    def give_back(self, worker: Worker) -> None:
        """Say that a worker has one submission less."""
        worker.busy -= 1
        self.hand_out()

    def hand_out(self) -> None:
        """Assign workers to those who wait, in their order."""
        for _ in range(len(self._waiting)):
            taken, avoided = self._waiting.popleft()
            if taken.done():  # who waited was cancelled
                continue
            if worker := self._free(avoided):
                worker.busy += 1
                taken.set_result(worker)
            else:
                self._waiting.append((taken, avoided))

    def _free(self, avoided: Collection[Worker]) -> Worker | None:
        usable = self.usable
        others = [worker for worker in usable if worker not in avoided] or usable
        free = [worker for worker in others if worker.busy < worker.threads + _AHEAD]
        return min(free, key=lambda worker: worker.busy / worker.threads, default=None)
