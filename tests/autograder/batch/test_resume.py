"""A killed grader leaves nothing running, its results stay, and the next run marks the rest of the class."""

import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from support.batches import grade, hand_in, start
from support.courses import need_nbgrader
from support.key import solutions_to
from support.leftovers import first_processes_below, need_a_sandbox, nothing_left

from d2l_authoring.compose import compose
from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.collect import collect

ROOT = Path(__file__).parents[3]
NAME = "04_softmax_regression"
LEAVES_DAEMONS = """
import os, signal, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        for one in set(signal.Signals) - {9, 19}: signal.signal(one, signal.SIG_IGN)
        while True: time.sleep(1)

def stable_softmax(Z):
    return npx.softmax(Z)
"""
PARTLY = "def kl_bits(p, q):\n    return (p * np.log2(p / q)).sum()"
ANSWERS = [{}, {"stable_softmax": LEAVES_DAEMONS}, {"kl_bits": PARTLY}, {"weight_gradient": "1 / 0"}, {}]
EARNED = [11, 11, 10.33, 9, 11]


def command(submissions, out):
    return [sys.executable, "-m", "d2l_autograder", "grade", str(submissions), "--out", str(out), "--jobs", "2"]


def results(out):
    return {file: file.read_text() for file in (out / "results").rglob("*.json")}


def wait_for(what, grader):
    """Wait until `what` returns something, and return it."""
    deadline = time.monotonic() + 120
    while not (found := what()):
        assert grader.poll() is None, "the grader has already ended"
        assert time.monotonic() < deadline, "the grader did not get so far"
        time.sleep(0.02)
    return found


@pytest.mark.sandbox
def test_a_killed_grader_leaves_nothing_running_and_the_next_finishes(tmp_path):
    need_a_sandbox()
    assignment = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")
    solutions = solutions_to(NAME)
    submissions, out = tmp_path / "submissions", tmp_path / "out"
    submissions.mkdir()
    for number, other in enumerate(ANSWERS):
        content = nbformat.writes(compose(assignment.release, solutions | other))
        (submissions / f"student{number}_{NAME}.ipynb").write_text(content + " " * number)

    with nothing_left() as first_processes:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        grader = subprocess.Popen(command(submissions, out), cwd=ROOT, **quiet)
        wait_for(lambda: results(out), grader)
        # Between two submissions it has no sandbox, and its two jobs may be there at the same time
        first_processes += wait_for(lambda: first_processes_below(grader.pid), grader)
        grader.kill()
        grader.wait()
        kept = results(out)
        assert 0 < len(kept) < len(ANSWERS)
        done = subprocess.run(command(submissions, out), cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert len(results(out)) == len(ANSWERS)
    assert kept.items() <= results(out).items()  # what was marked before is not marked again
    store = Store(out / "results")
    grader = Grader({NAME: assignment}, (out / "secret").read_bytes(), store, again=True)
    outcomes = list(grader.grade(collect(submissions, {NAME: ROOT / "notebooks" / f"{NAME}.ipynb"}).entries))
    assert {outcome.kept for outcome in outcomes} == {Kept.SAME}
    earned = {outcome.result.student: outcome.result.earned for outcome in outcomes}
    assert [earned[f"student{number}"] for number in range(len(ANSWERS))] == EARNED


@pytest.mark.sandbox
@pytest.mark.nbgrader
def test_kills_at_any_moment_leave_what_an_undisturbed_run_writes(tmp_path):
    need_a_sandbox()
    need_nbgrader()
    submissions = hand_in(tmp_path / "submitted", {f"s{number:02}": "{" + " " * number for number in range(40)})
    plain, out = tmp_path / "plain", tmp_path / "out"
    assert grade(submissions, plain).returncode == 0
    for kept in (1, 12, 25, 40):
        grader = start(submissions, out)
        wait_for(lambda: len(results(out)) >= kept, grader)  # noqa: B023
        grader.kill()
        grader.communicate()
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    assert (out / "grades.csv").read_bytes() == (plain / "grades.csv").read_bytes()
    assert {file.relative_to(out) for file in results(out)} == {file.relative_to(plain) for file in results(plain)}
    assert scores(out) == scores(plain)
    assert len(scores(out)) == 40
    assert "before" not in done.stdout  # no mark has changed


def scores(out):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out}/gradebook.db") as book:
        return sorted((one.student.id, one.score) for one in book.assignment_submissions(NAME))
