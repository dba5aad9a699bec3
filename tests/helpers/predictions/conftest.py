"""Three questions of the tests' own, what is displayed, and a folder for the reader's file."""

import pytest

from d2l_helpers.predictions import asking, catalogue, guesses
from d2l_helpers.predictions.question import Choice, ChoiceQuestion, NumberQuestion, TextQuestion

GROWTH = ChoiceQuestion(
    name="growth",
    text="An error doubles. By what factor does its squared loss grow?",
    choices=(
        Choice("twice", "It would be twice if the loss were the absolute error."),
        Choice("four times", "It would be four times if the loss were the square."),
    ),
    right=lambda factor: 0 if factor < 3 else 1,
    shown="it is {:.2f} times",
)
STEPS = NumberQuestion(
    name="steps",
    text="How many steps does an epoch have?",
    unit="steps",
    shown="it has {:g} steps",
    note="The last one is short.",
)
CLASS = TextQuestion(
    name="class", text="Which class is confused most?", right=lambda word: (word, f"{word}s"), shown="it is the {}"
)


@pytest.fixture(autouse=True)
def questions(tmp_path, monkeypatch):
    """Make a chapter of two notebooks, and forget all guesses and results."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(guesses, "_here", {})
    monkeypatch.setattr(asking, "_results", {})
    of_the_chapter = {"01_test": (GROWTH, STEPS), "02_test": (CLASS,), "03_test": ()}
    monkeypatch.setattr(catalogue.QUESTIONS, "_chapter", of_the_chapter)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, newest last."""
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles
