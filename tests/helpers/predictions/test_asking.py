"""Questions, guesses and results as the reader sees them."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers import reader_files
from d2l_helpers.errors import ArgumentError, RecordError
from d2l_helpers.predictions import asking, guesses
from d2l_helpers.records import METRICS_TYPE, RECORDING

from .conftest import CLASS, GROWTH, STEPS

HUGE = 10**5000  # Python does not write so many digits


def said(shown):
    return shown[-1]["text/plain"]


def kept():
    return json.loads(reader_files.path_of("predictions.json").read_text())


def test_a_question_shows_its_choices_and_how_to_type_a_guess(shown):
    helpers.predict("growth")
    assert said(shown).splitlines() == [
        "Predict: An error doubles. By what factor does its squared loss grow?",
        "a:        twice",
        "b:        four times",
        "guess:    helpers.predict('growth', 'a')",
    ]


def test_a_result_without_a_guess_is_shown_alone_and_recorded(shown):
    helpers.compare("growth", 4.0)
    assert said(shown) == "It is 4.00 times."
    assert shown[-1][METRICS_TYPE] == {"growth": {"value": 4.0, "tolerance": 1e-4}}


def test_a_right_guess_stands_beside_the_result(shown):
    helpers.predict("growth", "b")
    assert said(shown).endswith("Your guess: “four times”. Now run the next cell.")
    helpers.compare("growth", 4.0)
    assert said(shown) == "● You said “four times”; it is 4.00 times."


def test_on_a_page_without_cells_a_guess_is_compared_at_once(shown, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    helpers.predict("growth", "a")  # in a kernel before this one
    assert said(shown).endswith("Your guess: “twice”.")
    helpers.compare("growth", 4.0)
    assert asking._answered(GROWTH, "b") == "● You said “four times”; it is 4.00 times."
    assert asking._answered(GROWTH, "a").startswith("◐ You said “twice”; it is 4.00 times.")
    assert asking._answered(GROWTH, "c").startswith("This is not a possible guess")


def test_a_wrong_choice_gets_its_own_sentence(shown):
    helpers.predict("growth", "twice")
    helpers.compare("growth", 4.0)
    assert said(shown).splitlines() == [
        "◐ You said “twice”; it is 4.00 times.",
        "It would be twice if the loss were the absolute error.",
    ]


def test_which_choice_is_right_follows_from_the_measured_result(shown):
    helpers.predict("growth", "a")
    helpers.compare("growth", 2.0)
    assert said(shown).startswith("●")


@pytest.mark.parametrize(
    ("guess", "mark"),
    [
        (4, "●"),
        ("4,2 steps", "●"),
        (np.float32(4), "●"),
        (np.array([4]), "●"),
        ("4.5", "◐"),
        (-4, "◐"),
        ("−4", "◐"),
    ],
)
def test_a_number_is_right_if_it_is_near(shown, guess, mark):
    helpers.predict("steps", guess)
    helpers.compare("steps", 4)
    assert said(shown).startswith(mark)
    assert said(shown).endswith("The last one is short.")


@pytest.mark.parametrize(
    ("text", "number"), [("0,125", "0.125"), ("1,234.5", "1234.5"), ("10,000,000", "10000000"), ("1500", "1500")]
)
def test_a_comma_stands_before_decimals_or_between_thousands(text, number):
    assert STEPS.read(text) == number


@pytest.mark.parametrize("text", ["10,000", "1,500 steps", "1/2", "4 or 5", "1 500", "2^3", "5½", "1.000,5", "1e-5000"])
def test_a_text_that_can_be_read_as_two_numbers_is_refused(text):
    with pytest.raises(ArgumentError, match="not a possible guess"):
        STEPS.read(text)


def test_a_number_that_is_not_near_is_too_high_or_too_low(shown):
    for guess, word in ((9, "high"), (1, "low")):
        helpers.predict("steps", guess)
        helpers.compare("steps", 4)
        assert f"Your guess is too {word}." in said(shown)


@pytest.mark.parametrize(("guess", "mark"), [("Shirt", "●"), (" shirts! ", "●"), ("coat", "◐")])
def test_a_text_is_compared_without_capitals_and_punctuation(shown, guess, mark):
    helpers.predict("class", guess)
    helpers.compare("class", "shirt")
    assert said(shown).startswith(mark)


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        *(("growth", guess) for guess in ("c", 2, "")),
        *(("steps", guess) for guess in ("many", float("nan"), True, "1e999", [4, 5], "4" * 70)),
        *(("class", guess) for guess in ("", 3, "x" * 61, "\x00", "\ud800", "?")),
        *(pytest.param(name, HUGE, id=f"{name}-huge") for name in ("growth", "steps", "class")),
    ],
)
def test_what_cannot_be_a_guess_is_refused_and_not_kept(name, guess):
    with pytest.raises(ArgumentError, match="not a possible guess"):
        helpers.predict(name, guess)
    assert not reader_files.path_of("predictions.json").exists()


@pytest.mark.parametrize("name", ["grow", 3, None, ["growth"], pytest.param(HUGE, id="huge"), "\ud800"])
def test_an_unknown_question_is_named(name):
    for ask in (helpers.predict, lambda name: helpers.compare(name, 1)):
        with pytest.raises(ArgumentError, match="no such question") as raised:
            ask(name)
        str(raised.value).encode()  # as the kernel does to send it to the page


def test_a_result_that_is_no_finite_number_cannot_be_recorded(shown):
    with pytest.raises(RecordError):
        helpers.compare("growth", float("nan"))


@pytest.mark.parametrize(
    "result", [None, "four", (4.0, 1.0), np.arange(3), {}, HUGE], ids=lambda result: type(result).__name__
)
def test_a_result_of_another_form_is_named_without_a_traceback(shown, result):
    for guess in (None, "a"):
        helpers.predict("growth", guess)
        with pytest.raises(ArgumentError, match="does not fit the question 'growth'") as raised:
            helpers.compare("growth", result)
        assert raised.value.__suppress_context__
    assert kept()["growth"] == {"said": "a", "first": None}


def test_the_first_guess_counts_and_a_later_one_does_not_change_that(shown):
    helpers.predict("growth", "a")
    helpers.compare("growth", 4.0)
    helpers.predict("growth", "b")
    helpers.compare("growth", 4.0)
    assert said(shown).startswith("●")
    assert kept()["growth"] == {"said": "b", "first": False}


def test_the_first_guess_counts_if_another_kernel_compared_it(shown, monkeypatch):
    this, other = {}, {}
    for here, guess, compares in ((this, "b", False), (other, "a", True), (this, "b", True)):
        monkeypatch.setattr(guesses, "_here", here)
        helpers.predict("growth", guess)
        if compares:
            helpers.compare("growth", 4.0)
    assert kept()["growth"] == {"said": "b", "first": False}
    assert guesses.all_guesses()["growth"].first is False


def test_guesses_outlive_the_kernel(shown, monkeypatch):
    helpers.predict("growth", "a")
    monkeypatch.setattr(guesses, "_here", {})
    helpers.compare("growth", 4.0)
    assert "You said “twice”" in said(shown)


def test_a_recorded_notebook_does_not_depend_on_guesses(shown, monkeypatch):
    helpers.predict("growth")
    helpers.compare("growth", 4.0)
    helpers.progress()
    without = [*shown]
    helpers.predict("growth", "a")
    helpers.compare("growth", 4.0)
    shown.clear()
    monkeypatch.setenv(RECORDING, "1")
    helpers.predict("growth", "b")
    helpers.compare("growth", 4.0)
    helpers.progress()
    assert shown == without
    assert kept()["growth"] == {"said": "a", "first": False}


def test_progress_counts_right_guesses_and_lists_the_others(shown):
    helpers.predict("growth", "a")
    helpers.compare("growth", 4.0)
    helpers.predict("class", "shirt")
    helpers.compare("class", "shirt")
    helpers.progress()
    assert [bundle["text/plain"].splitlines() for bundle in shown[-2:]] == [
        ["Predictions", "01_test  1 of 2 guessed  0 right", "02_test  1 of 1 guessed  1 right"],
        ["Questions whose first guess was wrong", f"01_test  {GROWTH.text}"],
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["growth", "steps", "class", "said", "first", ""]), inner)
    ),
    max_leaves=12,
)


@given(anything)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_may_hold_anything(shown, content):
    guesses._here.clear()
    file = reader_files.path_of("predictions.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    helpers.predict("growth")
    helpers.compare("steps", 4)
    helpers.compare("class", "shirt")
    helpers.progress()
    helpers.predict("growth", "a")
    assert kept()["growth"]["said"] == "a"
    assert all(isinstance(guess["first"], bool | None) for guess in kept().values())


@given(st.text(max_size=80))
def test_a_question_reads_any_text_or_refuses_it(text):
    for question in (GROWTH, STEPS, CLASS):
        try:
            guess = question.read(text)
        except ArgumentError:
            continue
        assert question.read(guess) == guess, "what is kept can be read again"
        assert question.said(guess)
