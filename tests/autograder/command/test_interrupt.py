"""Ctrl-C and SIGTERM end a batch within seconds, write what is there, and say how to go on."""

from __future__ import annotations

import os
import signal
import time

import pytest
from support.batches import ENDLESS, grade, hand_in, results, rows, solved, start, wait_for
from support.courses import need_nbgrader
from support.leftovers import first_processes_below, need_a_sandbox, nothing_left

pytestmark = pytest.mark.sandbox
SECONDS = 6  # the promise is two, on a machine that has nothing else to do


@pytest.fixture
def submissions(tmp_path):
    """Two notebooks that can be marked, and four that never end; the two are marked first."""
    need_a_sandbox()
    endless = {f"s{number}": solved(stable_softmax=ENDLESS) + " " * number for number in range(4)}
    return hand_in(tmp_path / "submitted", {"ada": solved(), "ben": solved() + " ", **endless})


def interrupted(grader, number=signal.SIGINT):
    """Interrupt a grader, and return its status, what it printed, and how long it took to end."""
    began = time.monotonic()
    os.killpg(grader.pid, number)  # a terminal sends Ctrl-C to the whole group
    printed = "".join(grader.communicate(timeout=60))
    return grader.returncode, printed, time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_endless_loops_writes_what_is_there_and_a_rerun_goes_on(submissions, tmp_path, number):
    out = tmp_path / "out"
    with nothing_left() as first_processes:
        grader = start(submissions, out, "--jobs", "2")
        wait_for(lambda: len(results(out)) >= 2, grader)
        first_processes += wait_for(lambda: first_processes_below(grader.pid), grader)
        status, printed, seconds = interrupted(grader, number)
    assert status == 128 + number
    assert seconds < SECONDS
    assert "Traceback" not in printed
    assert "2 of 6 are marked" in printed
    assert "Run the same command again" in printed
    assert {student: row["earned"] for student, row in rows(out).items()} == {"ada": "11", "ben": "11"}
    assert (out / "feedback" / "ada" / "04_softmax_regression.html").is_file()
    assert not list(out.rglob(".04*"))  # no file that was half written
    kept = results(out)
    assert len(kept) == 2  # what was killed is not marked as one that died
    for student in ("s0", "s1", "s2", "s3"):
        (submissions / student / "04_softmax_regression.ipynb").write_text(solved() + "\n", encoding="utf-8")
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    assert kept.items() <= results(out).items()
    assert {row["earned"] for row in rows(out).values()} == {"11"}
    assert len(rows(out)) == 6


def test_a_second_interrupt_ends_at_once(submissions, tmp_path):
    out = tmp_path / "out"
    with nothing_left() as first_processes:
        grader = start(submissions, out)
        wait_for(lambda: len(results(out)) >= 2, grader)
        first_processes += wait_for(lambda: first_processes_below(grader.pid), grader)
        os.kill(grader.pid, signal.SIGINT)
        status, printed, seconds = interrupted(grader)
    assert status == 130
    assert seconds < SECONDS
    assert "Traceback" not in printed


def test_an_interrupt_before_anything_is_marked_says_so(submissions, tmp_path):
    out = tmp_path / "out"
    grader = start(submissions, out)
    wait_for(lambda: (out / ".d2l-grade.lock").exists(), grader)
    status, printed, seconds = interrupted(grader)
    assert status == 130
    assert seconds < SECONDS
    assert "Traceback" not in printed
    assert "Interrupted" in printed
    assert not (out / "grades.csv").exists() or rows(out) == {}


@pytest.mark.nbgrader
def test_an_interrupt_between_entries_of_the_gradebook_leaves_whole_entries(tmp_path):
    need_a_sandbox()
    need_nbgrader()
    submissions = hand_in(tmp_path / "submitted", {f"s{number:03}": "{" + " " * number for number in range(300)})
    out = tmp_path / "out"
    grader = start(submissions, out)
    wait_for(lambda: len(list(out.glob("autograded/*"))) >= 20, grader)
    status, printed, seconds = interrupted(grader)
    assert status == 130, printed
    assert seconds < SECONDS
    assert "Traceback" not in printed

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out}/gradebook.db") as book:
        scored = {one.student.id for one in book.assignment_submissions("04_softmax_regression")}
        assert all(
            grade.auto_score == 0
            for one in book.assignment_submissions("04_softmax_regression")
            for notebook in one.notebooks
            for grade in notebook.grades
        )
    assert 20 <= len(scored) < 300
    assert set(rows(out)) <= scored
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    assert len(rows(out)) == 300
    with Gradebook(f"sqlite:///{out}/gradebook.db") as book:
        assert len(book.assignment_submissions("04_softmax_regression")) == 300


@pytest.mark.parametrize("options", [(), ("--again",)])
def test_an_interrupted_rerun_keeps_every_row_of_the_table(tmp_path, options):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": solved(), "ben": solved() + " "}), tmp_path / "out"
    assert grade(submissions, out).returncode == 0
    if not options:
        hand_in(submissions, {"cleo": solved(stable_softmax=ENDLESS)})
    table = rows(out)
    with nothing_left() as first_processes:
        grader = start(submissions, out, "--jobs", "1", *options)
        first_processes += wait_for(lambda: first_processes_below(grader.pid), grader)
        status, printed, _ = interrupted(grader)
    assert status == 130, printed
    assert rows(out) == table
    assert grade(hand_in(submissions, {"cleo": solved()}), out).returncode == 0
    assert {student: row["earned"] for student, row in rows(out).items()} == dict.fromkeys(("ada", "ben", "cleo"), "11")
