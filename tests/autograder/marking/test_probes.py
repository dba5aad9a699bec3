"""The hidden probes of the project's key: solutions earn all points, and wrong answers what their authors say."""

from __future__ import annotations

import itertools
import math
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from support.key import FOLDER, answers_to

from d2l_autograder.assignment import load_assignment
from d2l_autograder.marking.marking import mark_answer
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.random_generators import generator
from d2l_autograder.sandbox import Lost, Verdict
from d2l_helpers.exercises.catalogue import chapter

ROOT = Path(__file__).parents[3]
ITEMS = {
    item.exercise.name: item
    for notebook in chapter()
    for item in load_assignment(ROOT / "notebooks" / f"{notebook}.ipynb", ROOT / "answers").items
}
WRONG = [
    pytest.param(name, wrong, id=f"{name}:{getattr(wrong.answer, '__name__', wrong.answer)}")
    for name, item in ITEMS.items()
    for wrong in item.answer.wrong
]


class InThisProcess:
    """An answer of the key, called in this process as a submission's is called inside a sandbox."""

    def __init__(self, answer):
        self.answer = answer

    def value(self, name):
        return self.answer

    def call(self, name, through, arguments):
        try:
            return evaluate(self.answer, through, arguments)
        except Exception as error:
            raise Lost(Verdict.ERROR, f"{type(error).__name__}: {error}") from error

    def alone(self, name, number):
        return nullcontext(self)


def mark(item, answer, secret=b"of this test"):
    return mark_answer(item, InThisProcess(answer), lambda *place: generator(secret, *place))


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
    for secret in map(bytes, secrets):
        found = mark(ITEMS[name], ITEMS[name].answer.solution, secret)
        assert (found.verdict, found.earned) == (Verdict.RIGHT, ITEMS[name].points), found


@with_secrets
@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_wrong_answer_earns_what_its_author_says(name, wrong, secrets):
    item = ITEMS[name]
    for secret in map(bytes, secrets):
        found = mark(item, wrong.answer, secret)
        assert found.verdict != Verdict.RIGHT
        assert found.earned == pytest.approx(wrong.earns * item.points, abs=0.01), found


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item.exercise.kind == "written"])
def test_probes_draw_other_arguments_for_other_submissions(name):
    for probe in ITEMS[name].answer.probes:
        drawn = [repr(probe.arguments(generator(bytes([number])))) for number in range(4)]
        assert len(set(drawn)) == 4, probe.title
        assert repr(probe.arguments(generator(bytes([0])))) == drawn[0]


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item.exercise.kind == "written"])
def test_constants_and_echoes_earn_nothing(name):
    item = ITEMS[name]
    echo = [lambda *arguments: arguments[0], lambda *arguments: arguments[-1]]
    constant = [lambda *_, value=value: value for value in (0.0, 1.0, True, None, "a", [], {})]
    for answer in itertools.chain(echo, constant):
        assert mark(item, answer).earned == 0, answer


ODD = (math.nan, math.inf, -math.inf, 0.0, 1e-308, 1e308, 10**18, True, "", "abcd", [], {}, [math.nan], [[0.5], [1, 2]])


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item.exercise.kind != "written"])
@pytest.mark.parametrize("odd", [*ODD, np.linspace(0, 1, 100), np.ones((0, 5))], ids=lambda odd: repr(odd)[:20])
def test_odd_values_earn_nothing(name, odd):
    assert mark(ITEMS[name], odd).earned == 0
