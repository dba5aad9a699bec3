"""What the end of a run does to calls is not blamed on the workers. No dask is needed here."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager

from support.sent_course import ABOUT, COURSE, MARKER, SAME_COURSE

from d2l_autograder.batch.cluster.dispatch import Failed
from d2l_autograder.batch.cluster.task import describe
from d2l_autograder.batch.cluster.workplace import ClusterWorkplace
from d2l_autograder.running import Running


class Connection:
    """To a worker that answers, and to one that answers nothing until the connection is closed."""

    def __init__(self):
        self.is_asked, self.is_failed = threading.Event(), threading.Event()
        self.closing = asyncio.Event()

    async def workers(self):
        return {f"tls://{name}:1": ABOUT | {"name": name} for name in ("good", "slow")}

    async def send(self, address, function, *_):
        if address == "tls://good:1":
            return describe() if function is describe else SAME_COURSE
        self.is_asked.set()
        await self.closing.wait()
        self.is_failed.set()
        raise Failed("the call was cancelled")

    @asynccontextmanager
    async def opened(self):
        yield self
        self.closing.set()
        for _ in range(9):  # until the calls have failed, and who waited for them knows
            await asyncio.sleep(0)


def test_a_worker_that_is_examined_until_the_run_ends_is_not_named():
    notes, connection = [], Connection()
    workplace = ClusterWorkplace("tls://scheduler:1", connection.opened, MARKER, COURSE, Running(), notes.append)
    with workplace.opened(60):
        assert connection.is_asked.wait(60)
    assert not connection.is_failed.is_set()  # nobody waits for the call any more
    assert notes == []
