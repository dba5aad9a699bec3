"""Only the guilty function loses."""

import numpy as np
import pytest
from support.hostile import SMALL
from support.leftovers import nothing_left

from d2l_autograder.sandbox import Limits, Lost, Name, Sandbox, Session, Verdict
from d2l_helpers.errors import ArgumentError, SandboxError

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


@pytest.fixture
def session():
    with nothing_left(), Session(Limits(**SMALL | {"seconds": 3})) as session:
        yield session


def verdict_of(proxy, *arguments):
    with pytest.raises(Lost) as lost:
        proxy(*arguments)
    return lost.value.verdict


def test_only_the_guilty_function_loses(session):
    for cell, source in CELLS.items():
        session.run(cell, source)
    X = np.arange(6.0).reshape(2, 3)
    good = session.proxy("good")
    expected = {
        "dies": Verdict.DIED,
        "hangs": Verdict.TIMEOUT,
        "raises": Verdict.ERROR,
        "lies": Verdict.BAD_ANSWER,
        "missing": Verdict.NOT_ATTEMPTED,
    }
    for name, verdict in expected.items():
        assert verdict_of(session.proxy(name, seconds=1), X) == verdict
        np.testing.assert_array_equal(good(X, k=2), [6, 10, 14])
    assert session.get("starts").value == 1
    assert session.guilty == {}


def test_what_one_function_leaves_behind_costs_another_nothing(session):
    for cell, source in CELLS.items():
        session.run(cell, source)
    session.proxy("later")(np.ones(2))
    np.testing.assert_array_equal(session.proxy("slow")(np.ones(2)), [1, 1])


def test_a_cell_that_ends_its_sandbox_is_left_out_and_the_others_are_run_again(session):
    session.run("setup", CELLS["setup"])
    with pytest.raises(Lost):
        session.run("bad", "bad = 1\nos._exit(1)")
    session.run("good", CELLS["good"])
    assert session.guilty["bad"].verdict == Verdict.DIED
    with pytest.raises(Lost) as lost:
        session.run("error", "half = 1\n1 / 0")
    assert not lost.value.is_over
    assert session.proxy("good")(np.ones((2, 2))).tolist() == [2, 2]
    assert session.get("half").value == 1
    assert verdict_of(session.get, "bad") == Verdict.NOT_ATTEMPTED


def test_a_cell_that_fails_only_when_run_again_is_left_out(session):
    session.run("dies", CELLS["setup"] + "\n" + CELLS["dies"] + "\nfirst = time.time()")
    session.run("trap", f"if time.time() > {2**40}: os._exit(1)\ntrap = 1")
    session.run("good", CELLS["good"])
    session._cells[1] = ("trap", "os._exit(1)")
    assert verdict_of(session.proxy("dies"), 1) == Verdict.DIED
    assert session.proxy("good")(np.ones((2, 2))).tolist() == [2, 2]
    assert session.guilty["trap"].verdict == Verdict.DIED


def test_all_sandboxes_of_a_session_share_its_time():
    with nothing_left(), Session(Limits(**SMALL | {"seconds": 1, "total_seconds": 2})) as session:
        session.run("hangs", CELLS["hangs"])
        for _ in range(3):
            assert verdict_of(session.proxy("hangs"), 1) == Verdict.TIMEOUT
        with pytest.raises(Lost, match="2 seconds for all of it are over"):
            session.run("more", "1")


def test_a_session_takes_its_sandboxes_from_a_supply():
    with nothing_left():
        pool = [Sandbox(Limits(**SMALL)).__enter__() for _ in range(2)]
        with Session(Limits(**SMALL), supply=pool.pop) as session:
            session.run("dies", CELLS["setup"] + "\n" + CELLS["dies"])
            assert verdict_of(session.proxy("dies"), 1) == Verdict.DIED
            assert session.get("starts").value == 1
        assert pool == []


def test_a_fault_of_ours_is_no_verdict():
    def supply():
        raise SandboxError("The sandbox has failed.", got="x", expected="y", remedy="z")

    with Session(supply=supply) as session, pytest.raises(SandboxError):
        session.run("a", "1")


def test_a_proxy_takes_names_and_refuses_what_cannot_be_sent(session):
    session.run("setup", CELLS["setup"])
    session.run("good", CELLS["good"])
    good = session.proxy("good")
    assert good(Name("net")).tolist() == [1, 1]
    assert repr(good) == "<the submission's good>"
    with pytest.raises(ArgumentError):
        good(object())
    assert good(np.ones((1, 1))).tolist() == [1]
