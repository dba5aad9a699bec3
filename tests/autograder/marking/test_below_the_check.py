"""Cells below a check take nothing from the answer that the check has seen."""

import copy
import json

import pytest
from support.marked import GLUON, SCRATCH, mark_contents
from support.submitted import ASSIGNMENTS, answered, code

from d2l_autograder.marking.second_try import last_cell_of
from d2l_autograder.submission.submission import read_submission

SUMS = """
offset = 0.0
def shift(Z):
    return Z.max(axis=1, keepdims=True)

def stable_log_sum_exp(Z):
    highest = shift(Z)
    return highest[:, 0] + np.log(np.exp(Z - highest).sum(axis=1)) + offset
"""
BELOW = {
    "a helper of the same name": "def shift(Z):\n    return Z - Z.max(axis=1, keepdims=True)",
    "a loop's variable": "for offset in 'abc':\n    pass",
    "a deleted helper": "del shift",
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
    submission = read_submission(with_cells(GLUON, "stable_log_sum_exp", SUMS, BELOW[case]), ASSIGNMENTS[GLUON])
    place = submission.place_of_check("stable_log_sum_exp")
    assert submission.notebook.cells[place - 1].metadata.nbgrader.grade_id == "check-stable_log_sum_exp"
    assert last_cell_of(item_of(GLUON, "stable_log_sum_exp"), submission) == place


@pytest.mark.parametrize("below", ["other = 1", "print(shift)", "def stable_log_sum_exp(Z):\n    return Z"])
def test_other_cells_below_a_check_run_before_the_answer_is_asked(below):
    submission = read_submission(with_cells(GLUON, "stable_log_sum_exp", SUMS, below), ASSIGNMENTS[GLUON])
    assert last_cell_of(item_of(GLUON, "stable_log_sum_exp"), submission) is None


@pytest.mark.parametrize("notebook", ASSIGNMENTS)
def test_no_solved_notebook_of_the_chapter_needs_a_sandbox_more(notebook):
    assignment = ASSIGNMENTS[notebook]
    submission = read_submission(json.dumps(answered(assignment)).encode(), assignment)
    assert {last_cell_of(item, submission) for item in assignment.items} == {None}


@pytest.mark.sandbox
@pytest.mark.parametrize("case", BELOW)
def test_what_a_cell_below_binds_again_costs_no_points(case):
    found = mark_contents(GLUON, with_cells(GLUON, "stable_log_sum_exp", SUMS, BELOW[case]))
    assert found["stable_log_sum_exp"].earned == found["stable_log_sum_exp"].points


@pytest.mark.sandbox
def test_a_number_counts_as_its_check_has_seen_it():
    below = "galileos_constant = np.array([[galileos_constant / 49]])"
    found = mark_contents(SCRATCH, with_cells(SCRATCH, "galileos_constant", "", below))
    assert found["galileos_constant"].earned == found["galileos_constant"].points
