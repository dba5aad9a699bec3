"""A quiz on the page: one question after the other, and the score at the end."""

import random
import threading

import pytest

import d2l_helpers as helpers
from d2l_helpers.panels import quiz_form
from d2l_helpers.quiz import asking
from d2l_helpers.quiz.drawing import draw


@pytest.fixture
def page(monkeypatch):
    """Start a quiz of three questions on a page; return its parts and what was drawn."""
    shown = []
    monkeypatch.setattr(asking, "has_page", lambda: True)
    monkeypatch.setattr(quiz_form, "show_live", lambda kept, view: shown.append(view))
    helpers.quiz(3, seed=7)
    return shown[-1].children, draw(3, random.Random(7))


def buttons_of(choices, one):
    right = [button for button, letter in zip(choices.children, one.options, strict=True) if one.is_right(letter)]
    return right[0], next(button for button in choices.children if button is not right[0])


def test_each_answer_is_explained_and_the_score_follows_the_last(page):
    (question, choices, reply, go_on), drawn = page
    for place, one in enumerate(drawn, start=1):
        assert f"{place} of 3." in question.value
        assert (reply.value, go_on.disabled) == ("", True)
        right, wrong = buttons_of(choices, one)
        (wrong if place == 1 else right).click()
        assert ("◐" if place == 1 else "●") in reply.value
        assert all(button.disabled for button in choices.children)
        assert go_on.description == ("Show the score" if place == 3 else "Next question")
        go_on.click()
    assert "2 of 3 right" in question.value
    assert (len(choices.children), reply.value, go_on.layout.display) == (0, "", "none")
    go_on.click()
    assert "2 of 3 right" in question.value


def test_the_first_answer_to_a_question_counts(page):
    (question, choices, reply, go_on), drawn = page
    before = choices.children
    right, wrong = buttons_of(choices, drawn[0])
    wrong.click()
    right.click()
    assert "◐" in reply.value
    go_on.click()
    go_on.click()  # a double press asks no question twice and leaves none out
    assert "2 of 3." in question.value
    before[0].click()  # a press that was on its way
    assert reply.value == ""


def test_presses_on_several_threads_count_once(page):
    (question, choices, _, go_on), _ = page
    threads = [threading.Thread(target=button.click) for button in choices.children * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    go_on.click()
    assert "2 of 3." in question.value
