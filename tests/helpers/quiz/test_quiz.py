"""The quiz: what is drawn, how it is asked without buttons, and how answers are marked."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import ArgumentError
from d2l_helpers.quiz.drawing import ALL, draw, letters_of, score
from d2l_helpers.records import RECORDING

NUMBERS = {name.partition("_")[0] for name in CHAPTER} - {"00", "09"}


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, newest last."""
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def right_letters(drawn):
    return [next(letter for letter in one.options if one.is_right(letter)) for one in drawn]


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.text[:40])
def test_a_question_has_one_right_answer_and_a_sentence_for_each(question):
    assert question.notebook in NUMBERS
    assert 2 <= len(question.wrong) <= 3
    assert question.right not in question.wrong
    assert all(sentence.endswith(".") for sentence in (question.why, *question.wrong.values()))
    assert len(question.text.split()) <= 40


def test_every_notebook_has_at_least_five_questions():
    counts = {number: sum(question.notebook == number for question in ALL) for number in NUMBERS}
    assert min(counts.values()) >= 5, counts
    assert len({question.text for question in ALL}) == len(ALL)


@given(st.integers(1, len(ALL)), st.integers())
def test_questions_are_drawn_from_all_notebooks_as_evenly_as_possible(number, seed):
    drawn = draw(number, random.Random(seed))
    assert len({one.question.text for one in drawn}) == len(drawn) == number
    assert [one.question.notebook for one in drawn] == sorted(one.question.notebook for one in drawn)
    if number <= 5 * len(NUMBERS):
        counts = [sum(one.question.notebook == notebook for one in drawn) for notebook in NUMBERS]
        assert max(counts) - min(counts) <= 1
    assert all(set(one.choices) == {one.question.right, *one.question.wrong} for one in drawn)


def test_the_right_answer_stands_in_every_place():
    letters = {letter for seed in range(50) for letter in right_letters(draw(15, random.Random(seed)))}
    assert letters >= {"a", "b", "c"}


def test_each_quiz_is_drawn_anew_and_leaves_the_notebooks_generators_alone(shown):
    random.seed(1)
    before = random.getstate()
    texts = set()
    for _ in range(5):
        shown.clear()
        helpers.quiz()
        assert len(shown) == 16
        texts.add("".join(bundle["text/plain"] for bundle in shown))
    assert len(texts) > 1
    assert random.getstate() == before


def test_answers_are_marked_with_their_reasons_and_a_score(shown):
    drawn = draw(3, random.Random(7))
    letters = right_letters(drawn)
    wrong = next(letter for letter in drawn[0].options if letter != letters[0])
    helpers.quiz(3, seed=7, answers="".join([wrong, *letters[1:]]))
    assert [bundle["text/plain"][0] for bundle in shown[:3]] == ["◐", "●", "●"]
    assert drawn[0].question.wrong[drawn[0].options[wrong]] in shown[0]["text/plain"]
    assert f"The right answer: {drawn[0].question.right}." in shown[0]["text/plain"]
    assert drawn[1].question.why in shown[1]["text/plain"]
    assert shown[3]["text/plain"].startswith("2 of 3 right")


def test_the_text_says_how_to_answer(shown):
    helpers.quiz(2, seed=5)
    assert "helpers.quiz(2, seed=5, answers='aa')" in shown[-1]["text/plain"]


def test_a_recorded_quiz_is_always_the_same(shown, monkeypatch):
    monkeypatch.setenv(RECORDING, "1")
    helpers.quiz()
    first = [*shown]
    shown.clear()
    helpers.quiz()
    assert shown == first


@pytest.mark.parametrize("number", [0, -1, len(ALL) + 1, "15", 1.5, True, None, pytest.param(10**5000, id="huge")])
def test_a_number_that_cannot_be_drawn_is_refused(number):
    with pytest.raises(ArgumentError, match="Cannot draw"):
        helpers.quiz(number)


@pytest.mark.parametrize("answers", ["a", "aaaa", "aaz", "a,a", "aa1", 111, ["a", "a", "a"], True])
def test_answers_that_do_not_fit_are_refused(answers):
    with pytest.raises(ArgumentError, match="not possible answers"):
        helpers.quiz(3, seed=1, answers=answers)


@pytest.mark.parametrize("seed", ["1", 1.5, [1]])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(ArgumentError, match="Cannot draw a quiz"):
        helpers.quiz(3, seed=seed)


def test_answers_without_the_seed_of_their_questions_are_refused():
    with pytest.raises(ArgumentError, match="Cannot draw these questions again"):
        helpers.quiz(3, answers="aaa")


@given(st.text(max_size=30), st.integers(1, 5))
def test_any_text_is_read_as_letters_or_refused(text, number):
    drawn = draw(number, random.Random(0))
    letters = letters_of(text, drawn)
    if letters is not None:
        right = sum(count for count, _ in score(drawn, letters).values())
        assert right == sum(one.is_right(letter) for one, letter in zip(drawn, letters, strict=True))
