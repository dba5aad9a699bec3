"""Actions keep a pause between each other, on threads of their own, and the last request is never lost."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from d2l_helpers.panels.pace import Pace, later


def test_the_thread_that_requests_does_not_run_the_action(clock):
    calls = []
    Pace(lambda: calls.append(1)).request(0.1)
    assert calls == []
    clock.pass_to(0.0)
    assert calls == [1]


@pytest.mark.parametrize("milliseconds", [1, 7, 50, 99])
def test_however_often_it_is_requested_an_action_runs_at_most_ten_times_a_second(clock, milliseconds):
    times = []
    kept = Pace(lambda: times.append(clock.now))
    for now in range(0, 1000, milliseconds):
        clock.pass_to(now / 1000)
        kept.request(0.1)
    last = now / 1000
    clock.pass_to(2.0)
    assert len(times) <= 11  # at 0, and ten more in the second after it
    assert all(later - earlier > 0.0999 for earlier, later in pairwise(times))
    assert times[-1] >= last, "the last request is followed by a call"
    assert not clock.waiting


def test_what_is_requested_during_the_action_is_another_call(clock):
    calls = []

    def action():
        calls.append(clock.now)
        if len(calls) == 1:
            kept.request(0.1)

    kept = Pace(action)
    kept.request(0.1)
    clock.pass_to(0.0)
    clock.pass_to(5.0)
    assert calls == [0.0, 5.0]


def test_a_request_with_a_shorter_pause_is_not_held_up_by_one_with_a_longer_pause(clock):
    times = []
    kept = Pace(lambda: times.append(clock.now))
    kept.request(0.5)
    clock.pass_to(0.0)
    for pause in (0.5, 0.1, 0.5, 0.2):
        kept.request(pause)
    clock.pass_to(0.1)
    kept.request(0.5)
    clock.pass_to(0.5)  # when the first of the longer pauses would have ended
    assert times == [0.0, 0.1]
    clock.pass_to(0.7)
    assert times == [0.0, 0.1, 0.7]


def test_a_timer_that_ends_too_early_loses_no_request(clock):
    times = []
    kept = Pace(lambda: times.append(clock.now))
    kept.request(0.5)
    clock.pass_to(0.0)
    kept.request(0.5)
    clock.waiting = [(when - 0.25, action) for when, action in clock.waiting]
    for now in (0.25, 0.5):
        clock.pass_to(now)
    assert times == [0.0, 0.5]


def test_requests_while_a_slow_action_runs_are_one_call_after_it():
    begun, may_end = threading.Semaphore(0), threading.Event()
    kept = Pace(lambda: (begun.release(), may_end.wait(60)))
    kept.request(0.0)
    assert begun.acquire(timeout=60)
    for _ in range(20):
        kept.request(0.0)
        time.sleep(0.01)  # in which a call could begin
    assert not begun.acquire(blocking=False)
    may_end.set()
    assert begun.acquire(timeout=60)
    assert not begun.acquire(timeout=0.1)


def test_what_comes_later_runs_on_another_thread_that_ends_with_the_process():
    threads, is_done = [], threading.Event()
    later(0.001, lambda: (threads.append(threading.current_thread()), is_done.set()))
    assert is_done.wait(60)
    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon
