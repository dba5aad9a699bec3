"""The class of the grading benchmark: who submits what, and what the hidden tests are worth."""

from collections import Counter
from pathlib import Path

import nbformat
import pytest

from benchmarks.grading.coursework import comparable, hidden_tests, notebook, students, submission
from d2l_autograder.assignment import load_assignment
from d2l_helpers.errors import ArgumentError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def assignment():
    return comparable(load_assignment(ROOT / "notebooks" / "04_softmax_regression.ipynb", ROOT / "answers"))


def earned(assignment, student):
    """Mark as the other autograders do: run the student's cells, then the tests, all in one namespace."""
    namespace, total = {}, 0.0
    setup = notebook(assignment).cells[0].source
    for source in (setup, *student.answers.values()):
        try:
            exec(source, namespace)
        except Exception:
            continue
    for test in hidden_tests(assignment):
        try:
            exec(f"{test.definition}\n{test.call.format(answer=test.exercise)}", namespace)
            total += test.points
        except Exception:
            continue
    return total


def test_forty_students_submit_the_documented_mixture(assignment):
    kinds = Counter(student.kind for student in students(assignment, 40))
    assert kinds == {"right": 14, "partly right": 12, "wrong": 8, "crashing": 5, "endless": 1}


def test_no_two_students_submit_the_same_file(assignment):
    blank = notebook(assignment)
    files = [submission(blank, student) for student in students(assignment, 40)]
    assert len(set(files)) == 40
    for file in files:
        nbformat.validate(nbformat.reads(file, as_version=4))


def test_hidden_tests_are_worth_the_points_of_the_exercises(assignment):
    assert sum(test.points for test in hidden_tests(assignment)) == sum(item.points for item in assignment.items) == 7


def test_hidden_tests_give_each_kind_of_student_its_marks(assignment):
    expected = {"right": (7, 7), "partly right": (2, 5), "wrong": (0, 0)}
    for student in students(assignment, 8):
        if student.kind in expected:
            least, most = expected[student.kind]
            assert least <= earned(assignment, student) <= most, student


@pytest.mark.parametrize("name", ["06_softmax_regression_scratch", "07_softmax_regression_gluon"])
def test_an_assignment_that_other_autograders_cannot_grade_is_refused(name):
    other = load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers")
    with pytest.raises(ArgumentError, match="cannot be benchmarked"):
        students(other, 40), hidden_tests(other)
