"""The worker: the newest job wins, all run on one thread, and none can take it down."""

import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.panels.live import Job, Worker, the_worker

SECONDS = 10  # no wait in here should last so long


class Recorder:
    """A job's work: it goes on until the job is cancelled or `enough` is set, and notes what became of it."""

    def __init__(self, enough=True):
        self.started, self.enough = threading.Event(), threading.Event()
        self.outcomes, self.threads = [], []
        if enough:
            self.enough.set()

    def __call__(self, job):
        self.threads.append(threading.current_thread())
        if job.cancelled:
            self.outcomes.append("skipped")
            return
        self.started.set()
        deadline = time.monotonic() + SECONDS
        while not (job.cancelled or self.enough.is_set()) and time.monotonic() < deadline:
            time.sleep(0.002)
        self.outcomes.append("cancelled" if job.cancelled else "done")


@pytest.fixture(scope="module")
def worker():
    return Worker()


def finished(*jobs):
    return all(job.wait(SECONDS) for job in jobs)


def test_a_job_runs_and_ends(worker):
    work = Recorder()
    job = Job(work)
    assert not job.wait(0)
    worker.submit(job)
    assert finished(job)
    assert work.outcomes == ["done"]
    assert not job.cancelled


def test_the_newest_wins_over_one_that_runs(worker):
    first, second = Recorder(enough=False), Recorder()
    jobs = Job(first), Job(second)
    worker.submit(jobs[0])
    assert first.started.wait(SECONDS)
    worker.submit(jobs[1])
    assert finished(*jobs)
    assert (first.outcomes, second.outcomes) == (["cancelled"], ["done"])


def test_the_newest_wins_over_those_that_wait(worker):
    works = [Recorder(enough=False), *(Recorder() for _ in range(9))]
    jobs = [Job(work) for work in works]
    worker.submit(jobs[0])
    assert works[0].started.wait(SECONDS)
    for job in jobs[1:]:
        worker.submit(job)
    assert finished(*jobs)
    assert [work.outcomes for work in works] == [["cancelled"], *[["skipped"]] * 8, ["done"]]


def test_ten_quick_requests_make_one_run_after_the_last_has_rested(worker):
    works = [Recorder() for _ in range(10)]
    jobs = [Job(work) for work in works]
    for job in jobs:
        worker.submit(job, delay=0.3)
        time.sleep(0.01)
    last = time.monotonic()
    assert finished(*jobs)
    assert time.monotonic() - last > 0.2
    assert [work.outcomes for work in works] == [*[["skipped"]] * 9, ["done"]]


def test_one_without_delay_does_not_wait_for_the_delay_of_the_one_before(worker):
    late, prompt = Job(Recorder()), Job(Recorder())
    worker.submit(late, delay=60)
    worker.submit(prompt)
    assert finished(late, prompt)
    assert prompt.run.outcomes == ["done"]


def test_cancelling_stops_the_newest_whether_it_waits_or_runs(worker):
    waiting = Job(Recorder())
    worker.submit(waiting, delay=0.1)
    worker.cancel()
    assert finished(waiting)
    assert waiting.run.outcomes == ["skipped"]

    running = Job(Recorder(enough=False))
    worker.submit(running)
    assert running.run.started.wait(SECONDS)
    worker.cancel()
    assert finished(running)
    assert running.run.outcomes == ["cancelled"]


def test_nothing_has_to_be_cancelled_or_waited_for():
    fresh = Worker()
    fresh.cancel()
    fresh.settle()
    job = Job(Recorder())
    fresh.submit(job)
    assert finished(job)


def test_settling_waits_for_the_newest_and_for_one_that_comes_meanwhile(worker):
    first, second = Job(Recorder(enough=False)), Job(Recorder(enough=False))
    worker.submit(first)
    settled = threading.Event()
    waiter = threading.Thread(target=lambda: (worker.settle(), settled.set()))
    waiter.start()
    assert first.run.started.wait(SECONDS)
    worker.submit(second)
    assert finished(first)
    assert not settled.wait(0.1)
    second.run.enough.set()
    assert settled.wait(SECONDS)
    assert second.wait(0)
    waiter.join()


def test_a_job_that_settles_does_not_wait_for_itself(worker):
    job = Job(lambda _: worker.settle())
    worker.submit(job)
    assert finished(job)


@pytest.mark.parametrize("error", [ValueError("a bug"), SystemExit(1), KeyboardInterrupt()])
def test_a_job_that_raises_ends_is_told_of_and_the_next_one_runs(worker, caplog, error):
    def breaks(job):
        raise error

    broken, after = Job(breaks), Job(Recorder())
    worker.submit(broken)
    assert finished(broken)
    worker.submit(after)
    assert finished(after)
    assert after.run.outcomes == ["done"]
    (record,) = caplog.records
    assert record.name == "d2l_helpers.panels.live"
    assert record.exc_info[1] is error


def test_all_jobs_run_on_one_thread_where_mxnet_is_in_its_numpy_mode(worker):
    from mxnet import util

    modes = []
    jobs = [Job(Recorder()), Job(lambda _: modes.append((util.is_np_array(), util.is_np_shape()))), Job(Recorder())]
    for job in jobs:
        worker.submit(job)
        assert finished(job)
    threads = {thread for job in (jobs[0], jobs[2]) for thread in job.run.threads}
    assert len(threads) == 1
    assert threads != {threading.current_thread()}
    assert next(iter(threads)).daemon, "a running fit does not keep the process from ending"
    assert modes == [(True, True)]


@settings(max_examples=15, deadline=None)
@given(delays=st.lists(st.sampled_from([0.0, 0.001, 0.01]), min_size=1, max_size=12))
def test_from_several_threads_every_job_is_run_once_and_only_the_last_to_the_end(delays):
    worker = the_worker()
    jobs = [Job(Recorder()) for _ in delays]
    threads = [threading.Thread(target=worker.submit, args=pair) for pair in zip(jobs, delays, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.settle()
    assert finished(*jobs)
    outcomes = [outcome for job in jobs for outcome in job.run.outcomes]
    assert len(outcomes) == len(jobs)
    assert "done" in outcomes
    assert sum(not job.cancelled for job in jobs) == 1


def test_there_is_one_worker_a_process():
    assert the_worker() is the_worker()
    code = (
        "import threading\nfrom d2l_helpers.panels.live import the_worker\n"
        "print(id(the_worker()) == id(the_worker()), threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True 2\n"
