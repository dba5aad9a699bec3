"""A question on the page: what its buttons and its field keep, and what stands below them."""

import threading

import pytest

import d2l_helpers as helpers
from d2l_helpers.panels import guess_form
from d2l_helpers.predictions import asking
from d2l_helpers.predictions.guesses import all_guesses


@pytest.fixture
def form(monkeypatch):
    """Ask a question on a page; return its controls, and the status below them."""
    shown = []
    monkeypatch.setattr(asking, "has_page", lambda: True)
    monkeypatch.setattr(guess_form, "show_live", lambda kept, view: shown.append(view))

    def ask(name):
        helpers.predict(name)
        _, controls, status = shown[-1].children
        return controls.children, status

    return ask


def test_a_press_keeps_the_choice_and_the_last_press_counts(form):
    (twice, four_times), status = form("growth")
    assert (twice.description, four_times.description) == ("a: twice", "b: four times")
    assert status.value == ""
    for button, text in ((four_times, "four times"), (twice, "twice")):
        button.click()
        assert f"Your guess: “{text}”. Now run the next cell." in status.value
    assert all_guesses()["growth"].said == "a"
    assert "Your guess: “twice”" in form("growth")[1].value, "the cell ran again"


def test_presses_on_several_threads_come_one_at_a_time(form):
    buttons, status = form("growth")
    threads = [threading.Thread(target=button.click) for button in buttons * 10]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = all_guesses()["growth"].said
    assert f"“{'twice' if said == 'a' else 'four times'}”" in status.value


def test_enter_and_the_button_keep_what_stands_in_the_field(form):
    (field, button), status = form("steps")
    field.value = "42 steps"  # Enter
    assert "Your guess: 42 steps." in status.value
    button.click()
    assert all_guesses()["steps"].said == "42"


@pytest.mark.parametrize("text", ["x" * 1_000_000, "4" * 1_000_000, "\ud800", "<img src=x onerror=alert(1)>", "\x00"])
@pytest.mark.parametrize("name", ["steps", "class"])
def test_a_hostile_text_is_refused_or_escaped(form, name, text):
    (field, button), status = form(name)
    field.value = text
    button.click()
    status.value.encode()
    assert len(status.value) < 300
    assert "<img" not in status.value
    assert "not a possible guess" in status.value or text.startswith("<img")


def test_an_empty_field_says_what_is_expected(form):
    (_, button), status = form("steps")
    button.click()
    assert "This is not a possible guess; expected: a number, such as 2.5 or 1500." in status.value
    assert all_guesses() == {}
