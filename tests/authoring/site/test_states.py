"""Each exhibit of the chapter has three states that its controls can have, and questions that its notebook asks."""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path

import pytest

from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.site.exhibits.asked import asked
from d2l_authoring.site.exhibits.frames import frame
from d2l_authoring.site.exhibits.markup import SHOWN, exhibit_html
from d2l_authoring.site.exhibits.pictures import read_pictures
from d2l_helpers.errors import ArgumentError, NotebookError
from d2l_helpers.lab.snapshots import EXHIBIT

NOTEBOOKS = {path.stem: read_notebook(path) for path in (Path(__file__).parents[3] / "notebooks").glob("*.ipynb")}
LIVE = [one for one in SHOWN if one.make]
RECORDED = [one for one in SHOWN if not one.make]


def named(one):
    return f"{one.notebook[:2]}-{one.cell}"


def recorded(one):
    """What the notebook recorded of an exhibit, by MIME type."""
    (cell,) = [cell for cell in NOTEBOOKS[one.notebook].cells if cell["id"] == one.cell]
    (output,) = [output for output in cell.outputs if EXHIBIT in output.metadata]
    return output.data


def test_each_exhibit_of_the_chapter_is_in_the_table_once():
    exhibits = [
        (name, cell["id"])
        for name, notebook in NOTEBOOKS.items()
        for cell in notebook.cells
        if any(EXHIBIT in output.get("metadata", {}) for output in cell.get("outputs", ()))
    ]
    assert sorted(exhibits) == sorted((one.notebook, one.cell) for one in SHOWN)
    assert len(exhibits) == 14


@pytest.mark.parametrize("one", SHOWN, ids=named)
def test_an_exhibit_has_three_different_states_without_measured_numbers(one):
    assert len(one.states) == 3
    assert len({state.title for state in one.states}) == 3
    assert len({str(state.values) for state in one.states}) == 3
    for state in one.states:
        assert state.seen.endswith(".")
        assert not re.search(r"\d[.,]\d|\d\s*%", state.seen), "nothing checks a number in this text"


@pytest.mark.parametrize("one", SHOWN, ids=named)
def test_each_state_answers_a_question_that_stands_before_the_exhibit(one):
    notebook = NOTEBOOKS[one.notebook]
    ids = [cell["id"] for cell in notebook.cells]
    assert ids.index(one.question) < ids.index(one.cell)
    assert ids.index(one.cell) - ids.index(one.question) <= 3
    questions = asked(notebook, one.question)
    assert set(one.asks) == set(range(len(questions)))
    assert all("?" in question for question in questions)


@pytest.mark.parametrize("one", LIVE, ids=named)
def test_what_the_build_computes_is_what_the_notebook_recorded(one):
    exhibit = one.make()
    text = recorded(one)["text/plain"]
    assert text.startswith(exhibit.title)
    assert text.endswith(frame(exhibit, {}).sentence)


@pytest.mark.parametrize("one", LIVE, ids=named)
def test_the_three_states_look_different(one):
    exhibit = one.make()
    assert len({frame(exhibit, state.values) for state in one.states}) == 3


@pytest.mark.parametrize("one", RECORDED, ids=named)
def test_the_three_states_are_recorded_and_look_different(one):
    taken = read_pictures(one)
    assert len({picture["markup"] for picture in taken}) == 3
    for picture in taken:
        assert not re.search("<script|onload|https?:", picture["markup"])


def test_a_page_is_refused_if_its_notebook_asks_too_little():
    notebook = copy.deepcopy(NOTEBOOKS["05_fashion_mnist"])
    (cell,) = [cell for cell in notebook.cells if cell["id"] == "browse-heading"]
    cell["source"] = "1. Is there one question?"
    with pytest.raises(NotebookError, match="1 question in the cell 'browse-heading'"):
        exhibit_html(notebook, "05_fashion_mnist", "browse")


def test_a_cell_that_the_table_does_not_have_keeps_its_output():
    notebook = NOTEBOOKS["05_fashion_mnist"]
    assert exhibit_html(notebook, "05_fashion_mnist", "setup") is None
    assert exhibit_html(notebook, "my_own_notebook", "browse") is None


def test_a_state_with_a_wrong_name_or_value_is_refused():
    exhibit = LIVE[0].make()
    for values, got in (({"rate": 0.1}, "rate=0.1"), ({"num_steps": 101}, "num_steps=101")):
        with pytest.raises(ArgumentError, match=re.escape(got)):
            frame(exhibit, values)


@pytest.mark.parametrize(
    ("name", "cell", "title"),
    [
        ("05_fashion_mnist", "browse", "Shirts"),
        ("07_softmax_regression_gluon", "explore-errors", "Shirts taken for T-shirts"),
    ],
    ids=["05", "07"],
)
def test_a_recorded_state_with_the_books_values_is_what_the_notebook_recorded(name, cell, title):
    (one,) = [one for one in RECORDED if (one.notebook, one.cell) == (name, cell)]
    place = [state.title for state in one.states].index(title)
    assert html.escape(read_pictures(one)[place]["sentence"]) in recorded(one)["text/html"]
