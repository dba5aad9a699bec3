"""Sandboxes that are started ahead: each has one taker, and none is left."""

import contextlib
import threading
import time
from pathlib import Path

import pytest
from leftovers import need_a_sandbox, nothing_left

from d2l_helpers.autograder.isolation import Limits, Sandbox
from d2l_helpers.autograder.pool import Pool
from d2l_helpers.errors import SandboxError

LIMITS = Limits(seconds=10)


@pytest.fixture(scope="module", autouse=True)
def working():
    need_a_sandbox()


class Starts:
    """Starts sandboxes, and knows all that it has started."""

    def __init__(self, fails=0, slow=0.0):
        self.fails, self.slow, self.calls = fails, slow, 0
        self.started, self.lock = [], threading.Lock()

    def __call__(self):
        with self.lock:
            self.calls += 1
            fails = self.calls <= self.fails
        time.sleep(self.slow)
        if fails:
            raise SandboxError("No.", got="nothing", expected="something", remedy="wait")
        sandbox = Sandbox(LIMITS).__enter__()
        with self.lock:
            self.started.append(sandbox)
        return sandbox

    def all_are_over(self):
        """Wait a moment until the first process of each is gone."""
        processes = [Path("/proc") / str(sandbox._jail._first_pid) for sandbox in self.started]
        deadline = time.monotonic() + 5
        while any(map(Path.exists, processes)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not any(map(Path.exists, processes))


def take_and_use(pool, taken, problems):
    """Take a sandbox, and look whether somebody was there before."""
    try:
        with pool.take() as sandbox:
            taken.append(sandbox)
            sandbox.run("a", "was_here = 'was_here' in globals()")
            if sandbox.get("was_here").value:
                problems.append("somebody was here")
    except Exception as error:
        problems.append(error)


def within(seconds, function, *arguments):
    """Call a function in a thread, and fail if it hangs."""
    said = []
    thread = threading.Thread(target=lambda: said.append(function(*arguments)), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"
    return said


def test_each_sandbox_has_one_taker_and_none_is_left():
    with nothing_left():
        starts, taken, problems = Starts(), [], []
        with Pool(starts, 2) as pool:
            takers = [threading.Thread(target=take_and_use, args=(pool, taken, problems)) for _ in range(8)]
            for taker in takers:
                taker.start()
            for taker in takers:
                taker.join(60)
        assert starts.all_are_over()
        assert problems == []
        assert len(set(map(id, taken))) == len(taken) == 8
        assert set(map(id, taken)) <= set(map(id, starts.started))
        assert len(starts.started) <= 8 + 2


def test_as_many_as_asked_for_are_ready_and_no_more():
    with nothing_left():
        starts = Starts()
        with Pool(starts, 2) as pool:
            deadline = time.monotonic() + 30
            while len(starts.started) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)
            assert starts.calls == 2
            began = time.monotonic()
            pool.take().end()
            assert time.monotonic() - began < 5
        assert starts.all_are_over()


def test_a_start_that_fails_is_the_takers_to_know_and_the_next_works():
    with nothing_left():
        starts = Starts(fails=2)
        with Pool(starts, 1) as pool:
            for _ in range(2):
                with pytest.raises(SandboxError, match=r"No\."):
                    pool.take()
            with pool.take() as sandbox:
                sandbox.run("a", "x = 1")
        assert starts.all_are_over()


def test_where_no_start_works_takers_do_not_hang():
    def take(pool):
        with pytest.raises(SandboxError):
            pool.take()
        return True

    with nothing_left(), Pool(Starts(fails=10**9), 2) as pool:
        for _ in range(10):
            assert within(10, take, pool) == [True]


def test_a_pool_that_is_closed_while_it_starts_leaves_nothing():
    with nothing_left():
        starts = Starts(slow=0.3)
        with Pool(starts, 3):
            time.sleep(0.1)
        assert starts.all_are_over()
        assert len(starts.started) == 3
        assert all(thread.name != "_keep_ready" for thread in threading.enumerate())


def test_what_was_taken_works_until_its_pool_is_closed():
    with nothing_left():
        starts = Starts()
        with Pool(starts, 1) as pool, pool.take() as first:
            for _ in range(3):
                pool.take().end()
            first.run("a", "x = 1")  # its thread has started others since
            assert first.get("x").value == 1
        assert starts.all_are_over()


def test_takers_of_a_closed_pool_are_told_so():
    with nothing_left():
        starts = Starts(slow=0.5)
        told = []

        def take(pool):
            try:
                pool.take().end()
            except SandboxError as error:
                told.append(str(error))

        with Pool(starts, 1) as pool:
            waiting = [threading.Thread(target=take, args=(pool,)) for _ in range(5)]
            for thread in waiting:
                thread.start()
            time.sleep(0.1)
        for thread in waiting:
            thread.join(20)
            assert not thread.is_alive(), "it hangs"
        within(5, take, pool)
        assert starts.all_are_over()
        assert len(told) >= 5 - len(starts.started) + 1
        assert all("a pool that is closed" in message for message in told)


def test_a_pool_is_closed_after_an_error_too():
    with nothing_left():
        starts = Starts()
        with contextlib.suppress(KeyError), Pool(starts, 2) as pool:
            pool.take().end()
            raise KeyError
        assert starts.all_are_over()
