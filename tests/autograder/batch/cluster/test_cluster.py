"""A class is marked on a cluster as without one, whatever befalls workers and scheduler."""

from __future__ import annotations

import signal
import time

import pytest
from support.batches import NAME, ROOT
from support.batches import grade as grade_by_command
from support.clusters import (
    breakable_path,
    make_certificates,
    marks_in,
    need_dask,
    other_key,
    other_version,
    quick_class,
)
from support.leftovers import need_a_sandbox

from benchmarks.cluster.machines import machines, until
from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch.cluster.crew import State
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.store import Store
from d2l_autograder.collect import collect
from d2l_helpers.errors import ClusterError

pytestmark = [pytest.mark.cluster, pytest.mark.sandbox]
SECRET = b"of this test, and as long as a secret"
COUNT = 12


@pytest.fixture(scope="module", autouse=True)
def _needs():
    need_dask()
    need_a_sandbox()


@pytest.fixture(scope="module")
def course():
    return {NAME: load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")}


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    return quick_class(tmp_path_factory.mktemp("class") / "submitted", COUNT)


@pytest.fixture(scope="module")
def entries(submitted):
    return collect(submitted, {NAME: ROOT / "notebooks" / f"{NAME}.ipynb"}).entries


@pytest.fixture(scope="module")
def expected(course, entries):
    """The results of the local batch."""
    return {one.result.student: one.result for one in Grader(course, SECRET, jobs=4).grade(entries)}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def cluster(started, notes):
    from d2l_autograder.batch.cluster.connection import DaskCluster

    return DaskCluster(started.address, started.certificates, note=notes.append)


class Watched:
    """A grader whose workers the test looks at, by their names."""

    def __init__(self, course, out, started):
        self.notes = []
        self.grader = Grader(course, SECRET, Store(out / "results"), cluster=cluster(started, self.notes))

    def worker(self, name):
        found = self.grader._workplace._crew.workers.values()
        return next((worker for worker in found if worker.name == name), None)

    def busy(self, name):
        return (worker := self.worker(name)) and worker.busy

    def fit(self, name):
        return (worker := self.worker(name)) and worker.state is State.FIT


def test_a_killed_worker_a_broken_sandbox_and_a_worker_that_hangs_cost_nothing(
    course, entries, expected, certificates, tmp_path
):
    with machines(tmp_path / "machines", certificates) as started:
        started.start_scheduler()
        assert started.address.startswith("tls://")
        killed = started.start_worker("--no-nanny", "--name", "killed")
        watched, outcomes = Watched(course, tmp_path, started), []
        marking = watched.grader.mark(entries)
        outcomes.append(next(marking))
        until(lambda: watched.busy("killed"))
        killed.kill()

        flag = tmp_path / "broken now"
        path = breakable_path(tmp_path / "programs", flag)
        started.start_worker("--no-nanny", "--name", "broken", PATH=path)
        until(lambda: watched.fit("broken"))
        flag.touch()
        until(lambda: watched.notes)  # else the run might end while the worker is examined again
        hangs = started.start_worker("--no-nanny", "--name", "hangs")
        until(lambda: watched.busy("hangs"))
        hangs.send_signal(signal.SIGSTOP)
        started.start_worker("--name", "good")
        outcomes += marking
    assert len(outcomes) == COUNT
    assert {outcome.result.student: outcome.result for outcome in outcomes} == expected
    assert marks_in(tmp_path) == expected
    (note,) = watched.notes
    assert "The worker broken at tls://" in note
    assert "bubblewrap" in note


def test_a_lost_scheduler_ends_the_run_and_it_goes_on_elsewhere(course, submitted, entries, expected, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "secret").write_bytes(SECRET)
    with machines(tmp_path / "machines") as started:
        scheduler = started.start_scheduler()
        started.start_worker()
        watched, outcomes = Watched(course, out, started), []
        marking = watched.grader.mark(entries)
        outcomes.append(next(marking))
        scheduler.kill()
        with pytest.raises(ClusterError, match="The cluster's scheduler is lost") as raised:
            outcomes.extend(marking)
    assert "the same command goes on" in str(raised.value)
    assert 0 < len(outcomes) < COUNT
    assert set(marks_in(out)) == {outcome.result.student for outcome in outcomes}
    done = grade_by_command(submitted, out, "--cluster", "local", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert marks_in(out) == expected


def test_workers_that_would_mark_otherwise_take_no_work_and_are_named(course, entries, tmp_path):
    without = tmp_path / "no bubblewrap here"
    without.mkdir()
    with machines(tmp_path / "machines") as started:
        started.start_scheduler()
        options = ("--no-nanny", "--name")
        started.start_worker(*options, "key", D2L_ANSWERS=str(other_key(tmp_path / "key")))
        started.start_worker(*options, "no key", D2L_ANSWERS=str(without))
        started.start_worker(*options, "version", PYTHONPATH=str(other_version(tmp_path / "version")))
        started.start_worker(*options, "sandbox", PATH=str(without))
        watched = Watched(course, tmp_path, started)
        until(lambda: started.said().count("Registered to") == 4)
        with pytest.raises(ClusterError, match="No worker of the cluster can mark") as raised:
            next(watched.grader.mark(entries))
    said = {note.split(" at ")[0].removeprefix("The worker "): note for note in watched.notes}
    assert sorted(said) == ["key", "no key", "sandbox", "version"]
    assert "another answer key" in said["key"]
    assert "There is no answer key" in said["no key"]
    assert "another version of this project" in said["version"]
    assert "bubblewrap" in said["sandbox"]
    assert all(f"{name} at " in str(raised.value) for name in said)
    assert not (tmp_path / "results").exists()


def test_without_a_scheduler_there_is_a_message(course, entries, tmp_path):
    with machines(tmp_path / "machines") as started:
        started.address = "tcp://127.0.0.1:9"  # nobody listens there
        began = time.monotonic()
        with pytest.raises(ClusterError, match="The cluster cannot be used"):
            next(Watched(course, tmp_path, started).grader.mark(entries))
    assert time.monotonic() - began < 60
