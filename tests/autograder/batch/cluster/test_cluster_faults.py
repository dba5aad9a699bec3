"""300 submissions have one mark each, the same as without a cluster, whatever befalls workers, scheduler and grader."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from support.batches import grade as grade_by_command
from support.batches import results as kept
from support.batches import rows, start, wait_for
from support.clusters import (
    breakable_path,
    children,
    make_certificates,
    marks_in,
    need_dask,
    networks,
    quick_class,
)
from support.leftovers import need_a_sandbox

from benchmarks.cluster.machines import machines

pytestmark = [pytest.mark.cluster, pytest.mark.sandbox, pytest.mark.nightly]
SECRET = b"of this test, and as long as a secret"
COUNT = 300


@pytest.fixture(scope="module", autouse=True)
def _needs():
    need_dask()
    need_a_sandbox()


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    return quick_class(tmp_path_factory.mktemp("class") / "submitted", COUNT, seconds=0.1, untouched=9)


@pytest.fixture(scope="module")
def expected(submitted, tmp_path_factory):
    """The results of the local batch."""
    out = new_out(tmp_path_factory.mktemp("local"))
    assert grade_by_command(submitted, out, "--jobs", "4").returncode == 0
    return marks_in(out)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def out(tmp_path):
    return new_out(tmp_path)


@pytest.fixture
def started(tmp_path, certificates):
    with machines(tmp_path / "machines", certificates) as found:
        yield found


def new_out(folder):
    out = folder / "out"
    out.mkdir()
    (out / "secret").write_bytes(SECRET)
    return out


def options(started):
    files = started.certificates
    tls = ("--tls-ca-file", files.authority, "--tls-cert", files.own, "--tls-key", files.key)
    return ("--cluster", started.address, *map(str, tls))


class Grading:
    """The command, as it runs."""

    def __init__(self, submitted, out, started):
        self.out, self.process = out, start(submitted, out, *options(started))
        self.printed = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        self.printed = "".join(self.process.communicate())

    def reaches(self, share):
        """Wait until this share of the class has results."""
        wait_for(lambda: len(kept(self.out)) >= share * COUNT, self.process, seconds=300)

    def ends(self):
        self._reader.join(400)
        assert "Traceback" not in self.printed
        return self.process.returncode


def test_killed_workers(submitted, expected, started, out):
    started.start_scheduler()
    with_nanny, without = started.start_worker("--nthreads", "2"), started.start_worker("--no-nanny")
    started.start_worker()
    grading = Grading(submitted, out, started)
    for share in (0.2, 0.4):
        grading.reaches(share)
        (worker,) = [pid for pid in children(with_nanny.pid) if children(pid)] or children(with_nanny.pid)[-1:]
        os.kill(worker, signal.SIGKILL)  # its nanny starts another
    grading.reaches(0.55)
    without.kill()
    assert grading.ends() == 0, grading.printed
    assert marks_in(out) == expected


def test_a_killed_scheduler_and_another_one_later(submitted, expected, started, out):
    scheduler = started.start_scheduler()
    started.start_worker("--nthreads", "2")
    grading = Grading(submitted, out, started)
    grading.reaches(0.25)
    scheduler.kill()
    assert grading.ends() == 1
    assert "The cluster's scheduler is lost" in grading.printed
    before = kept(out)
    assert f"{len(rows(out))} of {COUNT} are marked" in grading.printed
    started.start_scheduler()
    started.start_worker("--nthreads", "2")
    assert Grading(submitted, out, started).ends() == 0
    assert before.items() <= kept(out).items()
    assert marks_in(out) == expected


def test_a_scheduler_that_comes_back_at_the_same_address(submitted, expected, started, out):
    scheduler = started.start_scheduler()
    started.start_worker("--nthreads", "2")
    grading = Grading(submitted, out, started)
    grading.reaches(0.25)
    scheduler.kill()
    scheduler.wait()
    started.start_scheduler(port=int(started.address.rpartition(":")[2]))
    started.start_worker("--nthreads", "2")
    assert grading.ends() == 0, grading.printed
    assert marks_in(out) == expected


def test_a_killed_grader(submitted, expected, started, out):
    started.start_scheduler()
    started.start_worker("--nthreads", "2")
    for share in (0.2, 0.5):
        grading = Grading(submitted, out, started)
        grading.reaches(share)
        grading.process.kill()
        grading.ends()
    before = kept(out)
    assert Grading(submitted, out, started).ends() == 0
    assert before.items() <= kept(out).items()
    assert marks_in(out) == expected


def test_a_worker_that_hangs_for_a_minute(submitted, expected, started, out):
    started.start_scheduler()
    hangs = started.start_worker("--no-nanny")
    started.start_worker()
    grading = Grading(submitted, out, started)
    grading.reaches(0.2)
    hangs.send_signal(signal.SIGSTOP)
    goes_on = threading.Timer(60, hangs.send_signal, [signal.SIGCONT])
    goes_on.start()
    assert grading.ends() == 0, grading.printed
    goes_on.join()
    assert marks_in(out) == expected


def test_a_worker_that_is_cut_off(submitted, expected, started, out):
    with networks() as made:
        started.start_scheduler(host=made.host)
        names = []
        for _ in range(2):
            name, inside, address = made.add()
            names.append(name)
            started.start_worker("--no-nanny", "--host", f"tls://{address}", inside=inside)
        grading = Grading(submitted, out, started)
        grading.reaches(0.2)
        made.cut(names[0])
        grading.reaches(0.5)
        made.join(names[0])
        assert grading.ends() == 0, grading.printed
        assert marks_in(out) == expected
        started.end()


def test_a_sandbox_that_breaks_on_one_worker(submitted, expected, started, out, tmp_path):
    flag = tmp_path / "broken now"
    started.start_scheduler()
    path = breakable_path(tmp_path / "programs", flag)
    started.start_worker("--no-nanny", "--name", "broken", PATH=path)
    started.start_worker("--name", "good")
    grading = Grading(submitted, out, started)
    grading.reaches(0.2)
    flag.touch()
    assert grading.ends() == 0, grading.printed
    assert marks_in(out) == expected
    assert "The worker broken at tls://" in grading.printed
    assert "The worker good at" not in grading.printed
