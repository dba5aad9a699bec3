"""The time limit of a check: what the learner's code computes counts, and what other programs do does not."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time

import pytest

from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises import checking
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.time_limit import OutOfTime, call_limited


def _check_double(double) -> None:
    if double(3) != 6:
        raise NotYet("another number", "twice 3")


DOUBLE = Exercise("double", "Twice a number", "written", 2, _check_double, ("one", "two", "three"))


def forever(x):
    while True:
        pass


def forever_but_for_exceptions(x):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(Exception):
            time.sleep(60)


def stubborn(x):
    """Swallow one exception of any kind."""
    try:
        time.sleep(60)
    except BaseException:
        time.sleep(60)


def late_but_right(x):
    with contextlib.suppress(BaseException):
        time.sleep(60)
    return 2 * x


class EndlessError(Exception):
    def __str__(self):
        while True:
            pass


def raises_an_error_without_end(x):
    raise EndlessError


def checks_another_answer(x):
    judge(DOUBLE, lambda x: 0)
    time.sleep(60)


@pytest.mark.parametrize(
    "answer",
    [
        forever,
        forever_but_for_exceptions,
        stubborn,
        late_but_right,
        raises_an_error_without_end,
        checks_another_answer,
    ],
)
def test_every_answer_is_ended_at_the_time_limit(answer, monkeypatch):
    monkeypatch.setattr(checking, "_CPU_SECONDS", 0.1)
    monkeypatch.setattr(checking, "_WALL_SECONDS", 0.2)
    started = time.monotonic()
    result = judge(DOUBLE, answer)
    assert time.monotonic() - started < 30, "each answer sleeps for a minute at least"
    assert result.got in ("no result after 0.2 seconds", "no result after 0.1 seconds of computing")


@pytest.mark.parametrize(
    ("answer", "limit"), [(forever, "0.1 seconds of computing"), (forever_but_for_exceptions, "0.3 seconds")]
)
def test_the_message_says_which_limit_was_exceeded(answer, limit, monkeypatch):
    monkeypatch.setattr(checking, "_CPU_SECONDS", 0.1)
    monkeypatch.setattr(checking, "_WALL_SECONDS", 60 if answer is forever else 0.3)
    assert judge(DOUBLE, answer).got == f"no result after {limit}"


def computes(x, seconds=0.2):
    """Compute for so long by the thread's own clock, whatever else the machine does."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return 2 * x


def waits_and_computes(x):
    """Take longer than the limit of CPU time, as on a machine where other programs run."""
    time.sleep(0.5)
    return computes(x, seconds=0.05)


def test_waiting_does_not_count_as_computing(monkeypatch):
    monkeypatch.setattr(checking, "_CPU_SECONDS", 0.2)
    assert judge(DOUBLE, waits_and_computes).state == "right"


def test_an_answer_may_take_most_of_a_second_beside_two_busy_loops(two_busy_loops):
    assert judge(DOUBLE, lambda x: computes(x, 0.9)).state == "right"


def test_what_a_check_prepares_does_not_count_as_the_learners_time(monkeypatch):
    monkeypatch.setattr(checking, "_CPU_SECONDS", 0.1)
    prepared = []
    exercise = dataclasses.replace(DOUBLE, prepare=lambda: prepared.append(computes(1, 0.3)))
    assert judge(exercise, lambda x: None).state == "not attempted"
    assert prepared == [], "a stub needs no data"
    assert judge(exercise, lambda x: 2 * x).state == "right"
    assert prepared == [2]


def test_a_check_that_cannot_be_prepared_says_why():
    def offline():
        raise ArgumentError("There is no data.", got="no network", expected="one", remedy="try again")

    result = judge(dataclasses.replace(DOUBLE, prepare=offline), lambda x: 2 * x)
    assert (result.state, result.expected) == ("not yet", "the data that this check needs")
    assert "There is no data." in result.got


def test_loading_the_data_may_be_interrupted():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(dataclasses.replace(DOUBLE, prepare=interrupted), lambda x: 2 * x)


def test_no_answer_computes_for_longer_than_two_seconds():
    started = time.thread_time()
    judge(DOUBLE, forever)
    assert time.thread_time() - started < 2


def test_someone_elses_timer_goes_on():
    rung = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    judge(DOUBLE, lambda x: 2 * x)
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    time.sleep(0.5)
    signal.signal(signal.SIGALRM, handler)
    assert rung == [True]


def test_no_alarm_outlives_its_check():
    for limit in range(1, 200):
        with contextlib.suppress(OutOfTime):
            call_limited(limit * 1e-6, limit * 1e-6, lambda: sum(range(100)))
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
