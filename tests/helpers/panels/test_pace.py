"""Actions keep a pause between each other, and none is lost."""

from __future__ import annotations

import threading

from d2l_helpers.panels import pace
from d2l_helpers.panels.pace import Pace, later


def test_requests_during_a_pause_are_one_call_at_its_end(monkeypatch):
    waiting, calls, kept = [], [], Pace(1000.0)
    monkeypatch.setattr(pace, "later", lambda seconds, action: waiting.append((seconds, action)))

    def action(name):
        return lambda: (calls.append(name), kept.note())

    for name in "abc":
        kept.request(action(name))
    assert calls == ["a"]
    ((seconds, at_the_end),) = waiting
    assert 0 < seconds <= 1000
    at_the_end()
    assert calls == ["a", "b"]
    kept.request(action("d"))
    assert len(waiting) == 2, "the call at the end began another pause"


def test_what_comes_later_runs_on_another_thread_that_ends_with_the_process():
    threads, is_done = [], threading.Event()
    later(0.001, lambda: (threads.append(threading.current_thread()), is_done.set()))
    assert is_done.wait(60)
    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon
