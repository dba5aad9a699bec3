"""The hidden probes of the project's key: solutions earn all points, and wrong answers what their authors say."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.key import FOLDER, answers_to

from d2l_autograder.assignment import load_assignment
from d2l_autograder.trial.tries import (
    drawing_problem,
    label_of,
    solutions_probes_problem,
    undue_points_problem,
    wrong_answers_probes_problem,
)
from d2l_helpers.exercises.catalogue import chapter

ROOT = Path(__file__).parents[3]
ITEMS = {
    item.exercise.name: item
    for notebook in chapter()
    for item in load_assignment(ROOT / "notebooks" / f"{notebook}.ipynb", ROOT / "answers").items
}
WRONG = [
    pytest.param(name, wrong, id=f"{name}:{label_of(wrong)}")
    for name, item in ITEMS.items()
    for wrong in item.answer.wrong
]


def test_every_exercise_is_in_an_assignment():
    names = [exercise.name for group in chapter().values() for exercise in group]
    assert list(ITEMS) == names == [name for notebook in chapter() for name in answers_to(notebook)]


def test_no_module_of_the_key_is_over_300_lines():
    assert all(len(file.read_text().splitlines()) <= 300 for file in FOLDER.rglob("*.py"))


with_secrets = pytest.mark.parametrize(
    "secrets",
    [pytest.param((b"one", b"two"), id="2"), pytest.param(range(3, 23), id="20", marks=pytest.mark.nightly)],
)


@with_secrets
@pytest.mark.parametrize("name", ITEMS)
def test_the_solution_earns_all_points_whatever_is_drawn(name, secrets):
    assert solutions_probes_problem(ITEMS[name], tuple(map(bytes, secrets))) == ""


@with_secrets
@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_wrong_answer_earns_what_its_author_says(name, wrong, secrets):
    assert wrong_answers_probes_problem(ITEMS[name], wrong, tuple(map(bytes, secrets))) == ""


@pytest.mark.parametrize("name", ITEMS)
def test_probes_draw_other_arguments_for_other_submissions(name):
    assert drawing_problem(ITEMS[name]) == ""


@pytest.mark.parametrize("name", ITEMS)
def test_constants_echoes_and_odd_values_earn_nothing(name):
    assert undue_points_problem(ITEMS[name]) == ""
