"""The public checks and the key: solutions pass, and wrong answers fail with the message intended."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.key import answers_to

from d2l_autograder.assignment import Item
from d2l_autograder.key import Answer
from d2l_autograder.trial.tries import solution_problem, wrong_answer_problem
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.exercise import Exercise

README = Path(__file__).parents[3] / "README.md"
PAIRS = [
    pytest.param(exercise, answers_to(notebook)[exercise.name], id=f"{notebook}:{exercise.name}")
    for notebook, group in chapter().items()
    for exercise in group
]
ITEMS = [pytest.param(Item(*pair.values, 1.0), id=pair.id) for pair in PAIRS]

AROUND = ("00_start_here", "09_review")  # before and after the sections


def test_the_chapter_has_enough_of_every_kind():
    groups = chapter()
    assert f"{sum(map(len, groups.values()))} exercises" in README.read_text()
    assert list(groups) == list(CHAPTER)
    names = [exercise.name for group in groups.values() for exercise in group]
    assert len(names) == len(set(names)) >= 36
    for notebook, group in groups.items():
        if notebook in AROUND:
            continue
        assert len(group) >= 4, notebook
        assert {"written", "predicted"} <= {exercise.kind for exercise in group}, notebook
    assert any(exercise.kind == "measured" for group in groups.values() for exercise in group)


@pytest.mark.parametrize("notebook", chapter())
def test_the_key_has_an_answer_to_each_exercise_in_the_notebooks_order(notebook: str):
    assert list(answers_to(notebook)) == [exercise.name for exercise in chapter()[notebook]]


@pytest.mark.parametrize(("exercise", "answer"), PAIRS)
def test_an_exercise_is_complete(exercise: Exercise, answer: Answer):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", exercise.name)
    assert exercise.points >= 1
    assert len({hint for hint in exercise.hints if hint.strip()}) == 3
    assert exercise.reason  # which the solution shows, too
    assert len(answer.wrong) >= 2


@pytest.mark.parametrize("item", ITEMS)
def test_the_solution_is_right(item: Item):
    assert solution_problem(item) == ""


@pytest.mark.timing
@pytest.mark.parametrize(("exercise", "answer"), PAIRS)
def test_the_solution_is_judged_within_a_second(exercise: Exercise, answer: Answer):
    judge(exercise, answer.solution)  # MXNet's first use of an operator is slow; in a notebook, earlier cells make it
    started = time.perf_counter()
    judge(exercise, answer.solution)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("item", ITEMS)
def test_the_feedback_on_a_wrong_answer_holds_its_message(item: Item):
    for wrong in item.answer.wrong:
        assert wrong_answer_problem(item, wrong) == "", wrong


@pytest.mark.parametrize(("exercise", "answer"), PAIRS)
def test_checks_leave_the_random_generators_alone(exercise: Exercise, answer: Answer):
    from mxnet import np as mxnet_np

    import d2l_helpers

    def drawn() -> tuple[float, float, float]:
        return random.random(), float(np.random.random()), float(mxnet_np.random.uniform())

    d2l_helpers.seed_all(3)
    expected = drawn()
    d2l_helpers.seed_all(3)
    judge(exercise, 0.0 if exercise.kind != "written" else lambda *_, **__: 0.0)
    if "random" not in answer.source():  # an answer that draws random numbers moves the generators itself
        judge(exercise, answer.solution)
    assert drawn() == expected


class _Odd:
    def __getattr__(self, name: str) -> None:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def _results() -> st.SearchStrategy[object]:
    arrays = st.sampled_from([np.zeros(0), np.ones((3, 1)), np.full((2, 2), np.nan), np.array(["a"]), np.array(None)])
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.complex_numbers()
    return plain | arrays | st.lists(plain, max_size=4) | st.builds(_Odd) | st.builds(object)


@pytest.mark.parametrize(("exercise", "answer"), PAIRS)
@given(result=_results(), as_function=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_gets_a_verdict(exercise: Exercise, answer: Answer, result: object, as_function: bool):
    verdict = judge(exercise, (lambda *_, **__: result) if as_function else result)
    assert verdict.state in ("not attempted", "not yet", "right")
    if verdict.state == "not yet":
        assert verdict.got
        assert verdict.expected
        assert "d2l_helpers" not in verdict.got
