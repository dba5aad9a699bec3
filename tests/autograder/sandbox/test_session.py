"""A function that ends its sandbox costs only itself its points."""

import time
from dataclasses import replace

import numpy as np
import pytest
from support.hostile import SMALL
from support.leftovers import nothing_left

from d2l_autograder.sandbox import Limits, Lost, Name, Sandbox, Session, Setup, Verdict, clock
from d2l_helpers.errors import ArgumentError, SandboxError

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("working")]

CELLS = {
    "setup": "import numpy as np, os, time\nstarts = globals().get('starts', 0) + 1\nnet = np.eye(2)",
    "good": "def good(X, k=1): return X.sum(axis=0) * k",
    "dies": "def dies(X): os._exit(1)",
    "hangs": "def hangs(X):\n    while True: pass",
    "raises": "def raises(X): return X / nothing",
    "lies": "def lies(X): return lambda: X",
    "later": "def later(X):\n    import threading\n    threading.Timer(0.3, os._exit, (1,)).start()\n    return X",
    "slow": "def slow(X):\n    time.sleep(0.6)\n    return X",
}


def new_session(**limits):
    limits = Limits(**SMALL | limits)
    return Session(limits, lambda: Sandbox(limits).__enter__())


@pytest.fixture
def session():
    with nothing_left(), new_session(seconds=3) as session:
        yield session


def verdict_of(request, *arguments, **options):
    with pytest.raises(Lost) as lost:
        request(*arguments, **options)
    return lost.value.verdict


def test_a_failing_function_costs_no_other_its_answer(session):
    for cell, source in CELLS.items():
        session.run(cell, source)
    X = np.arange(6.0).reshape(2, 3)
    expected = {
        "dies": Verdict.DIED,
        "hangs": Verdict.TIMEOUT,
        "raises": Verdict.ERROR,
        "lies": Verdict.BAD_ANSWER,
        "missing": Verdict.NOT_ATTEMPTED,
    }
    for name, verdict in expected.items():
        assert verdict_of(session.call, name, [X], seconds=0.5) == verdict
        np.testing.assert_array_equal(session.call("good", [X, 2]).value, [6, 10, 14])
    assert session.get("starts").value == 1
    assert session.guilty == {}


def test_what_one_function_leaves_running_costs_no_other_its_answer(session):
    for cell, source in CELLS.items():
        session.run(cell, source)
    session.call("later", [np.ones(2)])
    np.testing.assert_array_equal(session.call("slow", [np.ones(2)]).value, [1, 1])


def test_a_cell_that_ends_its_sandbox_is_left_out_and_the_others_run_again(session):
    session.run("setup", CELLS["setup"])
    with pytest.raises(Lost):
        session.run("bad", "bad = 1\nos._exit(1)")
    session.run("good", CELLS["good"])
    assert session.guilty["bad"].verdict == Verdict.DIED
    with pytest.raises(Lost) as lost:
        session.run("error", "half = 1\n1 / 0")
    assert not lost.value.is_over
    assert session.call("good", [np.ones((2, 2))]).value.tolist() == [2, 2]
    assert session.get("half").value == 1
    assert verdict_of(session.get, "bad") == Verdict.NOT_ATTEMPTED


def test_a_cell_that_fails_only_when_it_runs_again_is_left_out(session):
    session.run("dies", CELLS["setup"] + "\n" + CELLS["dies"] + "\nfirst = time.time()")
    session.run("trap", f"if time.time() > {2**40}: os._exit(1)\ntrap = 1")
    session.run("good", CELLS["good"])
    session._cells[1] = replace(session._cells[1], source="os._exit(1)")
    assert verdict_of(session.call, "dies", [1]) == Verdict.DIED
    assert session.call("good", [np.ones((2, 2))]).value.tolist() == [2, 2]
    assert session.guilty["trap"].verdict == Verdict.DIED


def test_all_sandboxes_of_a_session_share_its_time():
    with nothing_left(), new_session(seconds=0.5, total_seconds=1) as session:
        session.run("hangs", CELLS["hangs"], 10)
        for _ in range(3):
            assert verdict_of(session.call, "hangs", [1]) == Verdict.TIMEOUT
        with pytest.raises(Lost, match="1 seconds for all of it are over"):
            session.run("more", "1")


def test_a_session_ends_every_sandbox_that_it_gets():
    with nothing_left():
        pool = [Sandbox(Limits(**SMALL)).__enter__() for _ in range(2)]
        with Session(Limits(**SMALL), pool.pop) as session:
            session.run("dies", CELLS["setup"] + "\n" + CELLS["dies"])
            assert verdict_of(session.call, "dies", [1]) == Verdict.DIED
            assert session.get("starts").value == 1
        assert pool == []


def test_a_sandbox_that_does_not_start_is_no_verdict():
    def supply():
        raise SandboxError("The sandbox has failed.", got="x", expected="y", remedy="z")

    with Session(Limits(), supply) as session, pytest.raises(SandboxError):
        session.run("a", "1")


def test_an_argument_may_be_a_name_and_what_cannot_be_sent_is_refused(session):
    session.run("setup", CELLS["setup"])
    session.run("good", CELLS["good"])
    assert session.call("good", [Name("net")]).value.tolist() == [1, 1]
    with pytest.raises(ArgumentError):
        session.call("good", [object()])
    assert session.call("good", [np.ones((1, 1))]).value.tolist() == [1]


def supplies(limits, **setup):
    def supply(hash_seed=0):
        started.append(hash_seed)
        return Sandbox(limits, Setup(hash_seed=hash_seed, **setup)).__enter__()

    started = []
    return started, supply


@pytest.mark.parametrize("source", ["import os\nos._exit(1)", "import os\nimport signal\nos.kill(os.getpid(), 9)"])
def test_cells_that_each_end_python_take_no_longer_than_a_submission_may(source):
    limits = Limits(**SMALL | {"total_seconds": 1.5})
    started, supply = supplies(limits)
    with nothing_left(), Session(limits, supply) as session:
        for number in range(1500):
            with pytest.raises(Lost) as lost:
                session.run(f"cell {number}", source)
        assert session.seconds > 1.4
        assert lost.value.verdict == Verdict.TIMEOUT
        assert "1.5 seconds for all of it are over" in lost.value.message
    assert len(started) < 1500  # none starts once the time is over


def test_a_session_beside_another_has_its_own_names_and_the_same_time():
    limits = Limits(**SMALL | {"total_seconds": 2})
    started, supply = supplies(limits)
    with nothing_left(), Session(limits, supply) as session:
        session.run("a", "mine = 1")
        with session.beside() as other, session.beside(hash_seed=7) as third:
            assert verdict_of(other.get, "mine") == Verdict.NOT_ATTEMPTED
            for each in (other, third):
                each.run("b", "mine = hash('text')")
            assert other.get("mine").value != third.get("mine").value
            assert session.get("mine").value == 1
            assert verdict_of(third.run, "hangs", "while True: pass") == Verdict.TIMEOUT
            assert verdict_of(other.get, "mine") == Verdict.TIMEOUT
        assert verdict_of(session.get, "mine") == Verdict.TIMEOUT
    assert started == [0, 0, 7]


def test_a_cell_that_ran_out_of_time_is_run_in_no_other_sandbox(monkeypatch):
    monkeypatch.setattr(clock, "PATIENCE", 100)  # whatever else runs on this machine
    started, supply = supplies(Limits(**SMALL))
    with nothing_left(), Session(Limits(**SMALL), supply) as session:
        for one in (session, session.beside()):
            with pytest.raises(Lost, match=r"computed for more than 0\.3 seconds"):
                one.run("hangs", "while True: pass", 0.3)
            assert one.guilty["hangs"].verdict == Verdict.TIMEOUT
        with pytest.raises(Lost), session.beside() as other:
            other.run("hangs", "while True: print()", 0.3)  # another cell
    assert len(started) == 2


@pytest.mark.parametrize(("before", "calls"), [("return 1", 1), ("threading.Thread(target=spin).start()", 2)])
def test_a_call_that_ran_out_of_time_is_made_again_only_where_something_was_left_running(before, calls):
    started, supply = supplies(Limits(**SMALL))
    with nothing_left(), Session(Limits(**SMALL), supply) as session:
        session.run("setup", f"import threading\ndef spin():\n    while True: pass\ndef first():\n    {before}")
        session.run("hangs", CELLS["hangs"])
        session.call("first")
        while calls == 1 and session._sandbox.is_busy:  # Python itself is still on its way to the next request
            time.sleep(0.01)
        assert verdict_of(session.call, "hangs", [1], seconds=0.3) == Verdict.TIMEOUT
        with pytest.raises(Lost):
            session.call("hangs", [1], seconds=0.3)
    assert len(started) == calls + 1


def test_the_start_of_each_sandbox_counts():
    started, supply = supplies(Limits(**SMALL))
    with nothing_left(), Session(Limits(**SMALL), supply) as session:
        session.run("a", "1")
        one = session.seconds
        assert one > 0.001
        session.end()
        session.run("b", "1")
        assert session.seconds > 1.2 * one
    assert len(started) == 2


def test_to_read_a_value_costs_a_function_that_ends_python_no_second_call():
    started, supply = supplies(Limits(**SMALL))
    with nothing_left(), Session(Limits(**SMALL), supply) as session:
        session.run("setup", "import os\nx = 3\ndef ends():\n    os._exit(1)")
        assert session.get("x").value == 3
        with pytest.raises(Lost):
            session.call("ends")
    assert len(started) == 1
