"""A panel draws at most every 0.3 s, on a thread of its own, nothing after Stop, and always the last state."""

from __future__ import annotations

import re
import threading

import pytest

from d2l_helpers.panels import retrain
from d2l_helpers.panels.waiting_cells import the_training_thread
from d2l_helpers.training.history import FitProgress, History

SECONDS = 30


def drawings(reader):
    """Collect the charts that the panel draws from now on, each with the thread that draws it."""
    seen = []
    chart = [part for part in reader.panel._view.children if type(part).__name__ == "HTML"][1]
    chart.observe(lambda change: seen.append((change["new"], threading.current_thread())), "value")
    return seen


class Steps:
    """A function to retrain whose epochs the test lets pass."""

    def __init__(self):
        self.may_go_on, self.has_reported = threading.Semaphore(0), threading.Semaphore(0)

    def train(self, lr=0.1, num_epochs=2000):
        for epoch in range(num_epochs):
            assert self.may_go_on.acquire(timeout=SECONDS)
            yield 1 / (1 + epoch)
            self.has_reported.release()

    def let_pass(self, epochs):
        for _ in range(epochs):
            self.may_go_on.release()
        for _ in range(epochs):
            assert self.has_reported.acquire(timeout=SECONDS)


@pytest.fixture
def steps():
    steps = Steps()
    yield steps
    steps.may_go_on.release(10_000)  # a fit that waits for the test could not be stopped


@pytest.mark.parametrize("epochs_at_once", [1, 50])
def test_a_panel_draws_every_three_tenths_of_a_second_whatever_the_speed(clock, read, steps, epochs_at_once):
    reader = read(steps.train)
    seen = drawings(reader)
    for tick in range(40):  # two seconds
        steps.let_pass(epochs_at_once)
        clock.pass_to(tick / 20 + 0.0001 * tick)
        drawn = tick - tick % 6
        assert f"epoch {(drawn + 1) * epochs_at_once} of" in reader.status
    assert len(seen) == 7
    assert the_training_thread()._thread not in {thread for _, thread in seen}


def test_the_last_state_is_drawn_even_if_no_time_has_passed(clock, read):
    def train(lr=0.1):
        yield from (0.5, 0.4, 0.3)

    reader = read(train)
    seen = drawings(reader)
    reader.wait()
    assert len(seen) <= 1  # none, if the fit ended before the test watched
    assert "Curves after 3 epochs" in reader.html[1]
    assert "done after 3 of" in reader.status
    assert reader.bar == 1
    before = reader.html
    clock.pass_to(60)
    assert reader.html == before, "what was requested earlier draws nothing more"


def test_each_drawing_is_of_the_epoch_that_the_text_names(clock, read, steps):
    reader = read(steps.train)
    chart = [part for part in reader.panel._view.children if type(part).__name__ == "HTML"][1]
    seen = []
    chart.observe(lambda change: seen.append((change["new"], reader.status)), "value")
    for tick in range(3):
        steps.let_pass(2)
        clock.pass_to(tick)
    steps.let_pass(1)
    reader.click("Stop")
    steps.may_go_on.release()
    reader.wait()
    assert [re.search(r"after (\d+) epoch", chart)[1] for chart, _ in seen] == ["2", "4", "6", "8"]
    assert [re.search(r"(\d+) of 2000", status)[1] for _, status in seen] == ["2", "4", "6", "8"]


def test_the_bar_of_a_fit_begins_empty(clock, read, steps):
    def train(lr=0.1):
        if lr == 0.1:
            yield 0.5
        else:
            yield from steps.train()

    reader = read(train)
    reader.wait()
    assert reader.bar == 1
    reader.move("learning rate", 0.5)
    assert reader.bar == 0


def test_nothing_is_drawn_between_stop_and_the_end(clock, read, steps):
    reader = read(steps.train)
    steps.let_pass(2)
    clock.pass_to(0)
    steps.let_pass(1)  # requests a drawing
    reader.click("Stop")
    before = reader.html
    clock.pass_to(60)
    assert reader.html == before
    steps.may_go_on.release()
    reader.wait()
    assert "stopped after 4 of 2000 epochs" in reader.status
    assert "Curves after 4 epochs" in reader.html[1], "the last state is drawn"


def test_a_fit_that_has_been_replaced_is_not_drawn(clock, read, steps):
    reader = read(steps.train)
    steps.let_pass(3)
    reader.move("learning rate", 0.5)
    steps.may_go_on.release()
    clock.pass_to(60)
    assert "learning rate 0.5" in reader.status
    assert reader.html[1] == ""


@pytest.mark.parametrize(("long", "requests"), [(1000.0, 0), (-1.0, 1)])
def test_the_bar_moves_by_itself_only_if_an_epoch_takes_long(clock, read, monkeypatch, long, requests):
    monkeypatch.setattr(retrain, "_LONG", long)
    waiting = []

    def train(lr=0.1):
        for part in (0.1, 0.2, 0.3):
            yield FitProgress(part, 10, History(), None)
        waiting.extend(clock.waiting)
        yield 0.5

    reader = read(train)
    reader.wait()
    assert len(waiting) == requests, "a drawing of the bar would delay that of the first curve"
    assert "done after 1 of" in reader.status
