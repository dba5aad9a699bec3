"""The training thread: the newest job wins, all run on one thread, and none can take it down."""

import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.panels.training_thread import Job, TrainingThread
from d2l_helpers.panels.waiting_cells import the_training_thread

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
def thread():
    return TrainingThread()


def finished(*jobs):
    return all(job.wait(SECONDS) for job in jobs)


def test_a_job_runs_and_ends(thread):
    work = Recorder()
    job = Job(work)
    assert not job.wait(0)
    thread.submit(job)
    assert finished(job)
    assert work.outcomes == ["done"]
    assert not job.cancelled


def test_the_newest_wins_over_one_that_runs(thread):
    first, second = Recorder(enough=False), Recorder()
    jobs = Job(first), Job(second)
    thread.submit(jobs[0])
    assert first.started.wait(SECONDS)
    thread.submit(jobs[1])
    assert finished(*jobs)
    assert (first.outcomes, second.outcomes) == (["cancelled"], ["done"])


def test_the_newest_wins_over_those_that_wait(thread):
    works = [Recorder(enough=False), *(Recorder() for _ in range(9))]
    jobs = [Job(work) for work in works]
    thread.submit(jobs[0])
    assert works[0].started.wait(SECONDS)
    for job in jobs[1:]:
        thread.submit(job)
    assert finished(*jobs)
    assert [work.outcomes for work in works] == [["cancelled"], *[["skipped"]] * 8, ["done"]]


def test_of_ten_requests_only_the_last_runs_and_not_before_its_delay(thread):
    jobs = [Job(Recorder()) for _ in range(10)]
    for job in jobs[:-1]:
        thread.submit(job, delay=60)
    submitted = time.monotonic()
    thread.submit(jobs[-1], delay=0.2)
    assert finished(*jobs)
    assert time.monotonic() - submitted > 0.19
    assert [job.run.outcomes for job in jobs] == [*[["skipped"]] * 9, ["done"]]


def test_one_without_delay_does_not_wait_for_the_delay_of_the_one_before(thread):
    late, prompt = Job(Recorder()), Job(Recorder())
    thread.submit(late, delay=60)
    thread.submit(prompt)
    assert finished(late, prompt)
    assert prompt.run.outcomes == ["done"]


def test_cancelling_stops_the_newest_whether_it_waits_or_runs(thread):
    waiting = Job(Recorder())
    thread.submit(waiting, delay=0.1)
    thread.cancel()
    assert finished(waiting)
    assert waiting.run.outcomes == ["skipped"]

    running = Job(Recorder(enough=False))
    thread.submit(running)
    assert running.run.started.wait(SECONDS)
    thread.cancel()
    assert finished(running)
    assert running.run.outcomes == ["cancelled"]


def test_cancel_and_settle_without_a_job_return_at_once():
    fresh = TrainingThread()
    fresh.cancel()
    fresh.settle()
    job = Job(Recorder())
    fresh.submit(job)
    assert finished(job)


def test_settling_waits_for_the_newest_and_for_one_that_comes_meanwhile(thread):
    first, second = Job(Recorder(enough=False)), Job(Recorder(enough=False))
    thread.submit(first)
    settled = threading.Event()
    waiter = threading.Thread(target=lambda: (thread.settle(), settled.set()))
    waiter.start()
    assert first.run.started.wait(SECONDS)
    thread.submit(second)
    assert finished(first)
    assert not settled.wait(0.1)
    second.run.enough.set()
    assert settled.wait(SECONDS)
    assert second.wait(0)
    waiter.join()


def test_a_job_that_settles_does_not_wait_for_itself(thread):
    job = Job(lambda _: thread.settle())
    thread.submit(job)
    assert finished(job)


@pytest.mark.parametrize("error", [ValueError("a bug"), SystemExit(1), KeyboardInterrupt()])
def test_a_job_that_raises_is_logged_and_the_next_one_runs(thread, caplog, error):
    def breaks(job):
        raise error

    broken, after = Job(breaks), Job(Recorder())
    thread.submit(broken)
    assert finished(broken)
    thread.submit(after)
    assert finished(after)
    assert after.run.outcomes == ["done"]
    (record,) = caplog.records
    assert record.name == "d2l_helpers.panels.training_thread"
    assert record.exc_info[1] is error


def test_all_jobs_run_on_one_thread_where_mxnet_is_in_its_numpy_mode(thread):
    from mxnet import util

    modes = []
    jobs = [Job(Recorder()), Job(lambda _: modes.append((util.is_np_array(), util.is_np_shape()))), Job(Recorder())]
    for job in jobs:
        thread.submit(job)
        assert finished(job)
    threads = {thread for job in (jobs[0], jobs[2]) for thread in job.run.threads}
    assert len(threads) == 1
    assert threads != {threading.current_thread()}
    assert next(iter(threads)).daemon, "a running fit must not keep the process from ending"
    assert modes == [(True, True)]


@settings(max_examples=15)
@given(delays=st.lists(st.sampled_from([0.0, 0.001, 0.01]), min_size=1, max_size=12))
def test_from_several_threads_every_job_runs_once_and_only_the_last_to_the_end(delays):
    training = the_training_thread()
    jobs = [Job(Recorder()) for _ in delays]
    callers = [threading.Thread(target=training.submit, args=pair) for pair in zip(jobs, delays, strict=True)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    training.settle()
    assert finished(*jobs)
    outcomes = [outcome for job in jobs for outcome in job.run.outcomes]
    assert len(outcomes) == len(jobs)
    assert "done" in outcomes
    assert sum(not job.cancelled for job in jobs) == 1


def test_there_is_one_training_thread_per_process():
    assert the_training_thread() is the_training_thread()
    code = (
        "import threading\nfrom d2l_helpers.panels.waiting_cells import the_training_thread\n"
        "print(id(the_training_thread()) == id(the_training_thread()), threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True 2\n"
