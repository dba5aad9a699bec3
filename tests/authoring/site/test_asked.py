"""The questions before an exhibit are found in a list, at the end of a paragraph, or in what `predict` asks."""

from __future__ import annotations

import pytest
from nbformat import v4

from d2l_authoring.site.exhibits.asked import asked
from d2l_helpers.errors import NotebookError
from d2l_helpers.predictions.catalogue import find


def questions(source: str, kind: str = "markdown") -> list[str]:
    cell = v4.new_markdown_cell(source) if kind == "markdown" else v4.new_code_cell(source)
    cell["id"] = "ask"
    return asked(v4.new_notebook(cells=[cell]), "ask")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Text.\n\n1. Is *one*\n   so?\n2. Or two < 3?", ["<p>Is <em>one</em> so?</p>", "<p>Or two &lt; 3?</p>"]),
        ("Is this asked?\n\n- No question.\n- With $\\delta = 1$, is it?", ["<p>With δ = 1, is it?</p>"]),
        ("Take the mean. What changes? And what\ndoes not? Answer first.", ["<p>What changes? And what does not?</p>"]),
        (
            "How much at −5, and at 5? The dots show it. Where?",
            ["<p>How much at −5, and at 5? The dots show it. Where?</p>"],
        ),
        ("What is asked before?\n\nWhat is asked now?", ["<p>What is asked now?</p>"]),
    ],
    ids=["items", "item", "end", "between", "last"],
)
def test_the_questions_of_a_text(source, expected):
    assert questions(source) == expected


def test_predict_has_its_question_and_choices():
    (html,) = questions('helpers.predict("as_sure_as_right")', "code")
    question = find("as_sure_as_right")
    assert html.startswith(f"<p>{question.text}</p>")
    assert html.count("<li>") == len(question.options())


@pytest.mark.parametrize("source", ["No question here.", "Is $\\frac{1}{2}$ it?", ""], ids=["none", "formula", "empty"])
def test_a_cell_without_a_usable_question_is_refused(source):
    with pytest.raises(NotebookError, match="Cannot show the question"):
        questions(source)


def test_a_missing_cell_is_refused():
    with pytest.raises(NotebookError, match="'other'"):
        asked(v4.new_notebook(), "other")
