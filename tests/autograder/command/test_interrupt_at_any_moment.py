"""Ctrl-C at any moment, from Python's start to the last report: no traceback, nothing lost, and two seconds at most."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from support.batches import ENDLESS, environment, grade, hand_in, results, rows, solved, start, wait_for
from support.leftovers import need_a_sandbox, nothing_left

MOMENTS = (0.2, 0.5, 0.8, 1.2, 1.6, 2, 2.5, 3, 3.5, 4, 5, 6, 8)  # seconds
STUCK = """
import os, signal, sys, threading, time
from d2l_autograder.command.interrupts import Interrupts
with Interrupts() as interrupts, interrupts.handled_by(lambda: time.sleep(600)):
    os.kill(os.getpid(), signal.{name})
"""
IMPORTED = """
import os, signal, sys
sys.argv = ["/usr/bin/d2l-grade"]
{ignored}
import d2l_autograder
os.kill(os.getpid(), signal.SIGINT)
print("goes on")
"""


def interrupt_after(seconds, submissions, out):
    """Interrupt a grader; return its status, what it printed, and how long it took to end."""
    grader = start(submissions, out)
    time.sleep(seconds)
    began = time.monotonic()
    if grader.poll() is None:
        grader.send_signal(signal.SIGINT)
    printed = "".join(grader.communicate(timeout=60))
    return grader.returncode, printed, time.monotonic() - began


@pytest.fixture
def submissions(tmp_path):
    """Three notebooks that can be marked, and two that never end."""
    need_a_sandbox()
    endless = {f"t{number}": solved(stable_softmax=ENDLESS) + " " * number for number in range(2)}
    return hand_in(tmp_path / "submitted", {f"s{number}": solved() + " " * number for number in range(3)} | endless)


@pytest.mark.timing
@pytest.mark.sandbox
def test_an_interrupt_at_any_moment_ends_within_two_seconds(submissions, tmp_path):
    for moment in MOMENTS:
        with nothing_left():
            status, printed, seconds = interrupt_after(moment, submissions, tmp_path / f"out{moment}")
        assert status in (130, -signal.SIGINT), (moment, printed)
        assert seconds < 2, (moment, printed)
        assert "Traceback" not in printed, moment


@pytest.mark.sandbox
def test_interrupts_again_and_again_lose_nothing_that_was_kept(tmp_path):
    need_a_sandbox()
    submissions = hand_in(tmp_path / "submitted", {f"s{number}": solved() + " " * number for number in range(3)})
    out, kept = tmp_path / "out", {}
    for moment in (0.5, 2, 4, 6):
        status, printed, _ = interrupt_after(moment, submissions, out)
        assert status in (0, 130, -signal.SIGINT), printed
        assert "Traceback" not in printed
        assert kept.items() <= results(out).items()
        kept = results(out)
    assert grade(submissions, out).returncode == 0
    assert {student: row["earned"] for student, row in rows(out).items()} == dict.fromkeys(("s0", "s1", "s2"), "11")


@pytest.mark.sandbox
def test_three_interrupts_in_a_row_are_healed_by_the_next_run(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": solved()}), tmp_path / "out"
    grader = start(submissions, out)
    wait_for(lambda: (out / "gradebook.db").exists() or results(out), grader)
    for _ in range(3):
        grader.send_signal(signal.SIGINT)
        time.sleep(0.03)
    printed = "".join(grader.communicate(timeout=60))
    assert grader.returncode == 130, printed
    assert "Traceback" not in printed
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    assert rows(out)["ada"]["earned"] == "11"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_ends_also_what_does_not_stop_by_itself(name):
    done = subprocess.run(
        [sys.executable, "-c", STUCK.format(name=name)], env=environment(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 128 + getattr(signal, name)
    assert "Run the same command again" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("is_ignored", [False, True])
def test_an_interrupt_of_the_import_prints_no_traceback(is_ignored):
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN)" if is_ignored else ""  # as nohup and a shell's & do
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(ignored=ignored)], env=environment() | {"PYTHONSAFEPATH": "1"},
        capture_output=True, text=True, timeout=60, check=False, cwd=os.sep,
    )  # fmt: skip
    assert done.stderr == ""
    assert (done.returncode, done.stdout) == ((0, "goes on\n") if is_ignored else (-signal.SIGINT, ""))


@pytest.mark.nbgrader
def test_a_gradebook_whose_making_was_killed_is_completed(tmp_path):
    import sqlite3
    from contextlib import closing

    from support.batches import NAME, ROOT
    from support.courses import need_nbgrader

    from d2l_autograder.assignment import load_assignment
    from d2l_autograder.gradebook import gradebook

    need_nbgrader()
    assignment = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")

    def tables():
        with closing(sqlite3.connect(tmp_path / "gradebook.db")) as database:
            return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    with gradebook.opened(tmp_path, {NAME: assignment}):
        whole = tables()
    for left in (0, 1, len(whole) // 2):  # tables beside the version
        with closing(sqlite3.connect(tmp_path / "gradebook.db")) as database:
            for name in sorted(whole - {"alembic_version"})[left:]:
                database.execute(f"DROP TABLE {name}")
        with gradebook.opened(tmp_path, {NAME: assignment}):
            assert tables() == whole
