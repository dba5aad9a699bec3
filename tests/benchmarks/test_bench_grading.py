"""The race of the graders: who is in the class, what the hidden tests ask, and how memory is counted."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from benchmarks.grading.coursework import checks, notebook, students, submission
from benchmarks.grading.memory import Peaks, _is_being_started
from d2l_autograder.assignment import load_assignment
from d2l_helpers.errors import ArgumentError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(ROOT / "notebooks" / "04_softmax_regression.ipynb", ROOT / "answers")


def earned(assignment, student):
    """Mark as the other graders do: run the student's cells, then the tests, all in one namespace."""
    namespace, total = {}, 0.0
    setup = notebook(assignment).cells[0].source
    for source in (setup, *student.answers.values()):
        try:
            exec(source, namespace)
        except Exception:
            continue
    for check in checks(assignment):
        try:
            exec(f"{check.definition}\n{check.call.format(answer=check.exercise)}", namespace)
            total += check.points
        except Exception:
            continue
    return total


def test_forty_students_hand_in_what_is_promised(assignment):
    kinds = Counter(student.kind for student in students(assignment, 40))
    assert kinds == {"right": 14, "partly right": 12, "wrong": 8, "crashing": 5, "endless": 1}


def test_no_two_hand_in_the_same_file(assignment):
    blank = notebook(assignment)
    files = [submission(blank, student) for student in students(assignment, 40)]
    assert len(set(files)) == 40
    for file in files:
        nbformat.validate(nbformat.reads(file, as_version=4))


def test_the_tests_are_worth_what_the_exercises_are(assignment):
    assert sum(check.points for check in checks(assignment)) == sum(item.points for item in assignment.items) == 11


def test_the_tests_give_each_kind_its_due(assignment):
    due = {"right": (11, 11), "partly right": (6, 9), "wrong": (0, 0)}
    for student in students(assignment, 20):
        if student.kind in due:
            least, most = due[student.kind]
            assert least <= earned(assignment, student) <= most, student


@pytest.mark.parametrize("name", ["06_softmax_regression_scratch", "07_softmax_regression_gluon"])
def test_an_assignment_that_other_graders_could_not_grade_is_refused(name):
    other = load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers")
    with pytest.raises(ArgumentError, match="cannot be raced"):
        students(other, 40), checks(other)


def test_memory_is_that_of_all_processes_together():
    child = "data = bytearray(b'x') * 60_000_000; import time; time.sleep(2)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    peaks = Peaks()
    assert peaks.watch_until_end(subprocess.Popen([sys.executable, "-c", parent]), 60)
    assert 60e6 < peaks.everything < 120e6
    assert peaks.program < 40e6
    assert peaks.processes == 2
    assert peaks.kernel == 0


def test_a_process_that_has_its_parents_memory_still_is_not_counted():
    starts = "import subprocess\nwhile True: subprocess.run(['true'])"
    program, found = subprocess.Popen([sys.executable, "-c", starts]), []
    deadline = time.monotonic() + 30
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    while len(set(found)) < 2 and time.monotonic() < deadline:
        found += map(_is_being_started, map(int, children.read_text().split()))
    program.kill()
    program.wait()
    assert set(found) == {True, False}
    assert not _is_being_started(os.getpid())


def test_a_program_that_does_not_end_is_killed():
    program = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    assert not Peaks().watch_until_end(program, 0.5)
    assert program.returncode != 0
