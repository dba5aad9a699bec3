"""Cells below a check take nothing from the answer that the check has seen."""

import copy
import json

import pytest
from support.marked import GLUON, SCRATCH, mark_contents
from support.submitted import ASSIGNMENTS, answered, code

from d2l_autograder.marking.second_try import last_cell_of
from d2l_autograder.submission.submission import read_submission

MERGED = """
offset = 0.0
def product(A, B):
    return np.dot(A, B)

def merged(W1, b1, W2, b2):
    return product(W2, W1), product(W2, b1) + b2 + offset
"""
BELOW = {
    "a helper of the same name": "def product(A, B):\n    return np.dot(A.T, B)",
    "a loop's variable": "for offset in 'abc':\n    pass",
    "a deleted helper": "del product",
    "another NumPy": "import numpy as np",
}


def with_cells(notebook, exercise, answer, below):
    """Return a solved notebook with this answer, and a cell below its check."""
    content = copy.deepcopy(answered(ASSIGNMENTS[notebook]))
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in content["cells"]]
    if answer:
        content["cells"][names.index(exercise)]["source"] = answer
    content["cells"].insert(names.index(f"check-{exercise}") + 1, code(below))
    return json.dumps(content).encode()


def item_of(notebook, exercise):
    return next(item for item in ASSIGNMENTS[notebook].items if item.exercise.name == exercise)


@pytest.mark.parametrize("case", BELOW)
def test_an_answer_is_asked_where_its_check_stands_if_a_cell_below_binds_what_it_needs(case):
    submission = read_submission(with_cells(GLUON, "merged", MERGED, BELOW[case]), ASSIGNMENTS[GLUON])
    place = submission.place_of_check("merged")
    assert submission.notebook.cells[place - 1].metadata.nbgrader.grade_id == "check-merged"
    assert last_cell_of(item_of(GLUON, "merged"), submission) == place


@pytest.mark.parametrize("below", ["other = 1", "print(product)", "def merged(W1, b1, W2, b2):\n    return W1, b1"])
def test_other_cells_below_a_check_run_before_the_answer_is_asked(below):
    submission = read_submission(with_cells(GLUON, "merged", MERGED, below), ASSIGNMENTS[GLUON])
    assert last_cell_of(item_of(GLUON, "merged"), submission) is None


@pytest.mark.parametrize("notebook", ASSIGNMENTS)
def test_no_solved_notebook_of_the_chapter_needs_a_sandbox_more(notebook):
    assignment = ASSIGNMENTS[notebook]
    submission = read_submission(json.dumps(answered(assignment)).encode(), assignment)
    assert {last_cell_of(item, submission) for item in assignment.items} == {None}


@pytest.mark.sandbox
@pytest.mark.parametrize("case", BELOW)
def test_what_a_cell_below_binds_again_costs_no_points(case):
    found = mark_contents(GLUON, with_cells(GLUON, "merged", MERGED, BELOW[case]))
    assert found["merged"].earned == found["merged"].points


@pytest.mark.sandbox
def test_a_number_counts_as_its_check_has_seen_it():
    below = "galileos_constant = np.array([[galileos_constant / 49]])"
    found = mark_contents(SCRATCH, with_cells(SCRATCH, "galileos_constant", "", below))
    assert found["galileos_constant"].earned == found["galileos_constant"].points
