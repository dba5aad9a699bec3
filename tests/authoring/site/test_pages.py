"""What a page shows of a notebook: no cell that needs a kernel, no metadata, and answers only behind a fold."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from nbformat import v4

from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.site import pages
from d2l_authoring.site.exhibits.markup import SHOWN
from d2l_authoring.site.pages import page_of
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.exercises.catalogue import chapter as exercises
from d2l_helpers.predictions.catalogue import chapter as questions
from d2l_helpers.records import metrics_bundle

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
TITLE = v4.new_markdown_cell("# Title", id="title")


def page(*cells):
    return page_of(v4.new_notebook(cells=list(cells)), "01_linear_regression", CHAPTER).cells


def folded(cells):
    """The cells inside folds, and those outside, without the folds' own ends."""
    inside, outside, depth = [], [], 0
    for cell in cells:
        opened, closed = cell.source.count("<details"), cell.source.count("</details>")
        depth += opened - closed
        if not opened and not closed:
            (inside if depth else outside).append(cell)
    assert depth == 0
    return inside, outside


@pytest.fixture(scope="module", params=CHAPTER)
def chapter_page(request):
    """A notebook and its page, whose exhibits are only named: to compute them all takes 20 s, and test_build does."""
    notebook = read_notebook(NOTEBOOKS / f"{request.param}.ipynb")
    exhibits = {(one.notebook, one.cell) for one in SHOWN}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "exhibit_html", lambda _, *place: "<p>exhibit</p>" if place in exhibits else None)
        return request.param, notebook, page_of(notebook, request.param, CHAPTER)


def test_a_page_keeps_the_headings_and_needs_no_kernel(chapter_page):
    name, notebook, shown = chapter_page
    text = "\n".join(cell.source for cell in shown.cells)
    called = re.findall(r"^helpers\.(predict|check|quiz|progress|hint)\(", text, re.MULTILINE)
    assert called == []
    headings = re.findall(
        r"^#+ .*", "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown"), re.MULTILINE
    )
    left_out = [heading for heading in headings if heading not in text]
    assert left_out in ([], ["### Where you stand"]), name
    assert "<!--" not in text
    assert "helpers.hint(" not in text


def test_every_question_and_every_hint_is_on_its_page(chapter_page):
    name, _, shown = chapter_page
    text = "\n".join(cell.source for cell in shown.cells).replace("\\", "")
    for question in questions()[name]:
        assert question.text in text
        assert all(choice in text for choice in question.options().values())
    for exercise in exercises()[name]:
        assert all(exercise.told(hint) in text for hint in exercise.hints)


def test_what_a_notebook_hides_is_folded_and_all_else_is_not(chapter_page):
    name, notebook, shown = chapter_page
    inside, outside = folded(shown.cells)
    hides = {"code": "outputs_hidden", "markdown": "source_hidden"}
    exhibits = {one.cell for one in SHOWN if one.notebook == name}  # their own pictures fold what they show
    hidden = [
        cell
        for cell in notebook.cells
        if hides[cell.cell_type] in cell.metadata.get("jupyter", {}) and cell.id not in exhibits
    ]
    for cell in hidden:
        expected = f"{cell.id}-result" if cell.cell_type == "code" else cell.id
        assert [one.id for one in inside].count(expected) == 1, (name, cell.id)
    assert {cell.id for cell in inside} == {
        "install",
        "setup",
        *(f"{cell.id}-result" if cell.cell_type == "code" else cell.id for cell in hidden),
    }
    code = {cell.id: cell for cell in outside if cell.cell_type == "code"}
    assert all(code[cell.id].outputs == [] for cell in hidden if cell.cell_type == "code")


def test_nothing_but_tags_is_left_of_metadata_and_the_notebook_is_unchanged():
    cell = v4.new_code_cell("1", id="one", metadata={"nbgrader": {"grade": False}, "tags": ["a"], "jupyter": {}})
    notebook = v4.new_notebook(cells=[TITLE, cell])
    before = copy.deepcopy(notebook)
    assert page_of(notebook, "x", ()).cells[1].metadata == {"tags": ["a"]}
    assert notebook == before


def test_metrics_become_a_list_and_other_types_are_left_out():
    output = v4.new_output("display_data", data={**metrics_bundle({"test_acc": (0.83, 1e-3)}), "text/x": "unknown"})
    (_, cell) = page(TITLE, v4.new_code_cell("helpers.show(test_acc=acc)", id="acc", outputs=[output]))
    assert cell.outputs[0].data == {
        "text/html": '<div class="measured"><dl><div><dt>test acc</dt><dd>0.830</dd></div></dl></div>'
    }


@pytest.mark.parametrize("function", ["predict", "check"])
def test_a_name_that_no_catalogue_has_leaves_the_cell(function):
    source = f'helpers.{function}("of_my_own", 1)'
    (_, cell) = page(TITLE, v4.new_code_cell(source, id="own"))
    assert (cell.cell_type, cell.source) == ("code", source)


def test_a_quiz_that_was_never_recorded_asks_nothing():
    cells = page(TITLE, v4.new_markdown_cell("## Quiz\n\nRun it.", id="q"), v4.new_code_cell("helpers.quiz()", id="z"))
    assert cells[1].source.startswith("## Quiz\n\nFifteen questions")
    assert cells[2].source == ""


def test_a_raw_cell_is_left_out():
    assert [cell.id for cell in page(TITLE, v4.new_raw_cell("raw", id="raw"))] == ["title"]
