"""An exception from another thread reaches the reader's code, and nothing of ours."""

import sys
import threading
import time
from pathlib import Path

import pytest

from d2l_helpers.panels.stopping import ReadersCode, Stopped

ROUNDS = 300
SECONDS = 20


@pytest.fixture
def hammer():
    """Interrupt the code on this thread again and again, without a pause, while threads change as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    is_over = threading.Event()

    def interrupt(code):
        while not is_over.is_set():
            code.interrupt()

    def hammer(code):
        thread = threading.Thread(target=interrupt, args=(code,))
        thread.start()
        return lambda: (is_over.set(), thread.join())

    yield hammer
    is_over.set()
    sys.setswitchinterval(interval)


class Hesitant(ReadersCode):
    """One whose `interrupt` lets the other thread go on at the worst moment: after its look, before it raises."""

    @property
    def _thread(self):
        if threading.get_ident() != self._owner:
            time.sleep(0)
        return self._owner

    @_thread.setter
    def _thread(self, value):
        self._owner = value


def some_steps():
    for _ in range(20):
        str(0)


@pytest.mark.parametrize("kind", [ReadersCode, Hesitant])
def test_an_exception_never_leaves_the_readers_code_however_often_it_is_raised(hammer, kind):
    code, shielded, stopped, escaped = kind(), 0, 0, []

    def ours():
        nonlocal shielded
        try:
            some_steps()
        except Stopped:
            escaped.append("in a shield")
        shielded += 1

    def readers():
        while True:
            some_steps()
            code.shield(ours)

    end = hammer(code)
    try:
        for _ in range(ROUNDS):
            try:
                code.run(readers)
            except Stopped:
                stopped += 1
            some_steps()
    except Stopped:
        escaped.append("after the reader's code")
    end()
    some_steps()
    assert not escaped
    assert stopped == ROUNDS
    assert shielded


@pytest.mark.parametrize("kind", [ReadersCode, Hesitant])
def test_code_that_ends_by_itself_at_this_very_moment_leaves_nothing_behind(hammer, kind):
    code, outcomes = kind(), {"ended": 0, "stopped": 0}
    end = hammer(code)
    for _ in range(50 * ROUNDS):
        try:
            code.run(some_steps)
            outcomes["ended"] += 1
        except Stopped:
            outcomes["stopped"] += 1
        some_steps()
    end()
    assert sum(outcomes.values()) == 50 * ROUNDS


def test_without_an_interrupt_results_and_errors_pass_through():
    code = ReadersCode()
    assert code.run(lambda: code.shield(lambda: 6)) == 6
    with pytest.raises(ZeroDivisionError):
        code.run(lambda: code.shield(lambda: 1 / 0))


def test_an_interrupt_while_nothing_of_the_readers_runs_is_without_effect():
    code = ReadersCode()
    assert code.interrupt()
    some_steps()
    assert code.run(lambda: 6) == 6


def test_threads_of_the_readers_pass_a_shield_as_they_are():
    code, seen = ReadersCode(), []
    thread = threading.Thread(target=lambda: seen.append(code.shield(lambda: 6)))
    code.run(lambda: (thread.start(), thread.join()))
    assert seen == [6]


LOCK = """
def use(until):
    acquire(until)

def acquire(until):
    is_in.set()
    while not until: pass
"""
FINALIZER = """
class use:
    def __init__(self, until):
        self.until = until

    def __del__(self):
        free(self.until)

def free(until):
    is_in.set()
    while not until: pass
"""


@pytest.mark.parametrize("source", [LOCK, FINALIZER], ids=["lock", "finalizer"])
def test_a_library_that_takes_a_lock_or_frees_something_is_waited_for(source):
    filename = str(Path(threading.__file__).parent / "somebodys.py")
    is_in = threading.Event()
    names = {"is_in": is_in}
    exec(compile(source, filename, "exec"), names)
    until, started, outcomes, answers = [], threading.Event(), [], []

    def readers():
        started.set()
        names["use"](until)
        with_it = time.monotonic() + SECONDS
        while time.monotonic() < with_it:
            pass

    def work():
        nonlocal code
        code = ReadersCode()
        try:
            code.run(readers)
        except Stopped as error:
            outcomes.append(error.__traceback__)

    code = None
    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(SECONDS)
    assert is_in.wait(SECONDS)
    answers += [code.interrupt() for _ in range(20)]
    assert answers == [False] * 20
    until.append(True)
    while not code.interrupt():
        time.sleep(0.001)
    thread.join(SECONDS)
    (trace,) = outcomes
    while trace.tb_next:
        trace = trace.tb_next
    assert trace.tb_frame.f_code.co_name == "readers"
