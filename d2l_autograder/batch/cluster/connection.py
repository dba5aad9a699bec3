"""Connect to a dask cluster: the only module that imports dask."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import dask
import distributed

from d2l_autograder.batch.cluster.address import (
    LOCAL,
    Certificates,
    make_certificates,
    require_certificates,
    require_safe,
)
from d2l_autograder.batch.cluster.dispatch import Failed, Lost
from d2l_autograder.batch.cluster.task import course_of
from d2l_autograder.batch.cluster.workplace import ClusterWorkplace, unreachable
from d2l_autograder.batch.marker import Marker
from d2l_autograder.faults import said_by
from d2l_autograder.running import Running

__all__ = ["DaskCluster"]

_TO_ANSWER = 15.0  # seconds that the scheduler may take
_TO_CLOSE = 10.0
_LOOK = 0.2  # seconds between two tries to reach the scheduler
_MOST = 256  # submissions at a time: a thread each, which only waits
_SETTINGS = {
    "distributed.admin.large-graph-warning-threshold": "1 GiB",  # a notebook of 20 MB is no mistake
    "distributed.comm.timeouts.connect": f"{_TO_ANSWER} s",
    "distributed.scheduler.http.routes": [],  # of a local cluster: no page shows what it does
    "distributed.worker.http.routes": [],
}


class DaskCluster:
    """A dask cluster, as `Grader` uses it.

    Parameters
    ----------
    address : str
        The scheduler's, such as tls://10.0.0.1:8786; or "local" for a scheduler and a worker on this machine.
    certificates : Certificates, optional
        For a tls:// address; what they lack is taken from dask's configuration.
    jobs : int, optional
        How many submissions to hand out at a time, and with "local" how many are marked at a time.
    note : callable, optional
        Tells the teacher which workers take no work.

    Raises
    ------
    ArgumentError
        If others than the teacher could use the cluster, or the certificates cannot be used.
    """

    def __init__(
        self,
        address: str,
        certificates: Certificates | None = None,
        jobs: int | None = None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        require_safe(address)
        self._address, self._note = address, note
        self.jobs = jobs or (len(os.sched_getaffinity(0)) if address == LOCAL else _MOST)
        self._security = distributed.Security()
        if address == LOCAL and shutil.which("openssl"):
            self._security = _own_security()
        elif address.startswith("tls://"):
            self._security = _security(certificates or Certificates())

    @contextmanager
    def working(self, marker: Marker, running: Running, hidden: Iterable[Path]) -> Iterator[ClusterWorkplace]:
        """Yield a workplace as soon as a worker can mark; raises ClusterError, or Stopped."""
        course = uuid.uuid4().hex, course_of(marker, hidden), marker.secret
        workplace = ClusterWorkplace(self._address, self._connected, marker, course, running, self._note)
        with workplace.opened(_TO_CLOSE):
            yield workplace

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Connection]:
        for name in ("distributed", "distributed.client"):  # which would print tracebacks of what we say in words
            logging.getLogger(name).setLevel(logging.CRITICAL)
        async with AsyncExitStack() as stack:
            stack.enter_context(dask.config.set(_SETTINGS))
            try:
                scheduler = await stack.enter_async_context(self._local()) if self._address == LOCAL else self._address
                client = distributed.Client(
                    scheduler,
                    security=self._security,
                    asynchronous=True,
                    set_as_default=False,
                    timeout=_TO_ANSWER,
                )
                await stack.enter_async_context(client)
            except (OSError, ValueError, RuntimeError) as error:
                raise unreachable(self._address, error) from error
            yield _Connection(client)

    @asynccontextmanager
    async def _local(self) -> AsyncIterator[Any]:
        """Start a scheduler and a worker on this machine, which no other machine can reach."""
        # After an interrupt, Python's tracker of semaphores would print that this process has not closed them
        os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
        async with distributed.LocalCluster(
            n_workers=1,  # a process with many threads, as the local batch is: its sandboxes wait for each other
            threads_per_worker=self.jobs,
            processes=True,
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            memory_limit=0,
            security=self._security,
            asynchronous=True,
            silence_logs=logging.CRITICAL,
        ) as cluster:
            yield cluster


class _Connection:
    """A dask client; `workplace.Connection` says what its methods do."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def workers(self) -> dict[str, dict[str, Any]]:
        deadline = time.monotonic() + _TO_ANSWER  # until then, the scheduler may come back at its address
        while True:
            lost: OSError = ConnectionError("the connection was closed")
            if self._client.status == "running":
                try:
                    about = await asyncio.wait_for(self._client.scheduler.identity(n_workers=-1), _TO_ANSWER)
                    return dict(about["workers"])
                except OSError as error:
                    lost = error
            if self._client.status not in ("running", "connecting") or time.monotonic() > deadline:
                raise lost
            await asyncio.sleep(_LOOK)

    async def send(self, address: str, function: Callable[..., str], *arguments: Any) -> str:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        key = f"{function.__name__}-{uuid.uuid4().hex}"  # with an earlier try's key, dask would wait for that try
        future = None
        try:
            future = self._client.submit(function, *arguments, key=key, workers=[address], retries=0, pure=False)
            future.add_done_callback(lambda _: loop.call_soon_threadsafe(done.set))
            await done.wait()
            if future.status == "cancelled":
                raise Lost("the call was cancelled, as when the scheduler is lost or starts again")
            if future.status != "finished":
                error = await future.exception() if future.status == "error" else None
                raise Failed(said_by(error) if error else f"the call was {future.status}")
            return str(await future.result())
        except asyncio.CancelledError as error:  # dask raises it, too, where it has lost the scheduler
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise Lost(said_by(error)) from error
        except Failed:
            raise
        except Exception as error:  # dask has a class of errors for each way to lose a worker
            raise (Failed if self._client.status == "running" else Lost)(said_by(error)) from error
        finally:
            if future:
                future.release()


def _security(files: Certificates) -> Any:
    """Return dask's settings for TLS; raises ArgumentError where a certificate is missing or cannot be used."""
    given = {"tls_ca_file": files.authority, "tls_client_cert": files.own, "tls_client_key": files.key}
    named = {name: str(file) for name, file in given.items() if file}
    security = distributed.Security(require_encryption=True, **named)
    places = (getattr(security, name) for name in given)
    require_certificates(Certificates(*(Path(place) if place else None for place in places)))
    return security


def _own_security() -> Any:
    """Return dask's settings with certificates of this run only: other users of the machine reach its loopback, too."""
    with tempfile.TemporaryDirectory(prefix="d2l-certificates-") as folder:
        made = make_certificates(Path(folder))
        authority, own, key = (file.read_text() for file in (made.authority, made.own, made.key) if file)
    roles = ("client", "scheduler", "worker")
    named = {f"tls_{role}_{kind}": text for role in roles for kind, text in (("cert", own), ("key", key))}
    return distributed.Security(require_encryption=True, tls_ca_file=authority, **named)
