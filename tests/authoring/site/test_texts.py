"""Questions, prose, tables and the first page as Markdown and HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbformat import v4

from d2l_authoring.site.buttons import buttons
from d2l_authoring.site.front import Section, front_page, sections_of
from d2l_authoring.site.prose import page_prose
from d2l_authoring.site.questions import hints, prediction, quiz
from d2l_authoring.site.tables import measured_html, with_named_headers
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.predictions.question import Choice, ChoiceQuestion
from d2l_helpers.quiz.drawing import ALL
from d2l_helpers.records import metrics_bundle

ADDRESS = "https://github.com/owner/name"
TEXT = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")) | st.sampled_from("ŷ−…é"))


def shown(markdown):
    """The text of Markdown as a page shows it, with any run of spaces as one."""
    rendered = MarkdownIt("commonmark").render(markdown)
    text = re.sub(r"<[^>]+>", "", rendered)
    for entity, character in {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}.items():
        text = text.replace(entity, character)
    return " ".join(text.split())


@given(TEXT.filter(lambda text: "`" not in text and text.strip()))
def test_a_question_shows_the_characters_that_it_has(text):
    question = ChoiceQuestion(name="q", text=text, choices=(Choice(text, ""), Choice("b", "")), right=lambda _: 0)
    said = " ".join(text.split())
    assert shown(prediction(question)) == f"Predict: {said} a {said} b b"


def test_hints_lie_folded_in_one_another_and_backticks_set_code():
    exercise = find("take_step")
    text = hints(exercise)
    assert re.findall(r"<summary>(.*)</summary>", text) == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"]
    assert text.count("</details>") == 3
    assert text.index("Hint 3 of 3") < text.index("</details>")
    assert "<code>train</code>" in MarkdownIt("commonmark").render(text)


@pytest.mark.parametrize("number", [0, 1, 15, len(ALL) + 5])
def test_a_quiz_explains_every_choice_behind_a_fold(number):
    text = quiz(number)
    asked = min(number, len(ALL))
    assert text.count("<summary>Answer</summary>") == text.count("**Question ") == asked
    assert text.count("</details>") == asked


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("It is **83.0%**<!--test_acc--> and 0.5<!-- loss[-1] -->.", "It is **83.0%** and 0.5."),
        ("# T\n\n[![Open in Colab](a)](b) [![Open in Binder](c)](d)\n\nText.", "# T\n\nText."),
        ("see `01_linear_regression`", "see [`01_linear_regression`](01_linear_regression.ipynb)"),
        ("`x` and `02_other`", "`x` and `02_other`"),
        ('One.\n\nStuck? `helpers.hint("x")` helps.\n\nTwo.', "One.\n\nTwo."),
        ("Six. The button below each\ncheck shows a hint. End.", "Six. End."),
        ("- A button below the check shows a hint.", "- A button below the check shows a hint."),
        ("Answer before you run the cell:", "Answer before you read on:"),
        ("[a](02_b.ipynb#1.-A-%28b%29) [c](#C)", "[a](02_b.ipynb#1-a-b) [c](#c)"),
    ],
    ids=["marks", "badges", "notebook", "no-notebook", "hint", "button", "list", "run", "anchors"],
)
def test_prose_is_without_what_a_page_cannot_do(source, expected):
    assert page_prose(source, ["01_linear_regression"]) == expected


METRICS = [
    ({"test_acc": (0.83, 1e-3)}, "epoch", ["test acc", "0.830"]),
    ({"a": (1.0, 0.1), "b": (2.5, 0.1), "long_name_of_it": (3.25, 0.01)}, "epoch", ["a", "1.0", "b", "2.5"]),
    ({"loss": ([0.5, 0.25], 0.01), "acc": ([0.1, 0.2], 0.1)}, "epoch", ["epoch", "loss", "acc", "1", "0.50", "0.1"]),
    ({"loss": ([0.5, 0.25], 0.01)}, ("by ¼", "by 4"), ["loss", "by ¼", "0.50", "by 4", "0.25"]),
    (
        {"loss": ([0.5, 0.25], 0.01), "end": (7.0, 1.0)},
        "epoch",
        ["epoch", "loss", "1", "0.50", "2", "0.25", "end", "7"],
    ),
]


@pytest.mark.parametrize(("metrics", "rows", "expected"), METRICS, ids=["one", "three", "table", "names", "both"])
def test_metrics_are_a_table_with_headers_or_a_list(metrics, rows, expected):
    markup = measured_html(metrics_bundle(metrics, rows)["text/plain"])
    texts = re.findall(r">([^<>]+)<", markup)
    assert texts[: len(expected)] == expected
    assert markup.count("<tr>") == markup.count("</tr>")


@pytest.mark.parametrize("text", ["", "no colon", "a  b\nc", "a  b\nc  d  e", ": 1"])
def test_what_is_no_metric_is_left_to_be_shown_as_it_is(text):
    assert measured_html(text) == ""


def test_the_first_page_has_a_row_and_an_entry_for_each_section():
    start = "| section | you will | minutes |\n|---|---|---|\n| `01_one` | fit a line | 40 |"
    notebooks = {
        "00_start_here": v4.new_notebook(cells=[v4.new_markdown_cell(f"# Start Here\n\n{start}")]),
        "01_one": v4.new_notebook(cells=[v4.new_markdown_cell("# One & Two\n\nText")]),
        "week": v4.new_notebook(cells=[]),
    }
    sections = sections_of(notebooks)
    assert sections[1] == Section("01_one", "One & Two", "fit a line", "40")
    page = front_page(sections, None)
    assert "| [1 One & Two](01_one.ipynb) | fit a line | 40 |" in page
    assert "\n1 One & Two <01_one>\nweek <week>\n" in page
    assert "github" not in page
    assert ADDRESS in front_page(sections, ADDRESS)


def test_buttons_lead_to_places_that_run_the_notebook():
    assert [one.text for one in buttons("04_softmax_regression", None)] == ["Download the notebook"]
    urls = {one.text: one.url for one in buttons("04_softmax_regression", ADDRESS)}
    assert list(urls) == ["Open in Colab", "Open in Binder", "Download the notebook"]
    assert urls["Open in Colab"].endswith("/owner/name/blob/main/notebooks/04_softmax_regression.ipynb")
    assert "Open in Binder" not in [one.text for one in buttons("08_softmax_regression_keras", ADDRESS)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<th class="head"><p></p></th>', '<td class="head"></td>'),
        ('<th class="head"><p>x</p></th>', '<th class="head"><p>x</p></th>'),
        ("<th><math><mi>y</mi></math></th>", '<th><math role="math" aria-label="y"><mi>y</mi></math></th>'),
        ("<th>a <math><mi>y</mi></math></th>", "<th>a <math><mi>y</mi></math></th>"),
    ],
    ids=["empty", "text", "formula", "both"],
)
def test_table_headers_have_names(header, expected):
    assert with_named_headers(f"<table><tr>{header}</tr></table>") == f"<table><tr>{expected}</tr></table>"
