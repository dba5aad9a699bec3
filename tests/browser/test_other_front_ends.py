"""Every notebook in Notebook 7, nbclassic and Voila: the recorded pictures, then the exhibits and the exercises."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from support.classic_notebook import ClassicNotebook
from support.classic_notebook import solve as solve_in_classic
from support.exhibits import answers_at_once, follows_its_rate, names_its_sliders, retrains
from support.jupyter_lab import SCREENSHOTS, Notebook7, recorded_exhibits, says, solve
from support.readable import check_outputs
from support.voila_page import VoilaPage

from d2l_helpers.chapter import CHAPTER
from d2l_helpers.exercises.catalogue import chapter

pytestmark = pytest.mark.browser

SMALLEST, FLAGSHIP = "00_start_here", "07_softmax_regression_gluon"
NAMES = [pytest.param(name, marks=[] if name == SMALLEST else pytest.mark.nightly) for name in CHAPTER]
HOW = "Run this cell to use its controls."
FAILED = re.compile("model not found|Error displaying|Traceback")
_NOT_DRAWN = "images => images.filter(image => !image.alt || !image.naturalWidth).map(image => image.outerHTML)"


@pytest.mark.parametrize("name", NAMES)
def test_notebook_7(page: Page, notebook7: str, name: str) -> None:
    with Notebook7(page, notebook7, name) as notebook:
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(notebook.cells))  # they come one by one
        unfolded = [cell for cell in notebook.cells if not cell.metadata.get("jupyter", {}).get("outputs_hidden")]
        shows_its_pictures(page, ".jp-OutputArea-output", recorded_exhibits(unfolded))
        assert "".join(page.locator(".jp-OutputPlaceholder").all_inner_texts()).strip() == ""
        notebook.run_all()
        for exercise in chapter()[name]:
            says(notebook, exercise, "not attempted, 0 of")
        expect(page.get_by_text(FAILED)).to_have_count(0)
        check_outputs(page, page.locator(".jp-OutputArea-output"))
        use(notebook.panels(), name)
        guess(page, "Your guess: “|You said “")
        solve(notebook, name)


@pytest.mark.network
@pytest.mark.nightly  # the chapter does not install nbclassic and Voila, and each takes a quarter of a minute
@pytest.mark.parametrize("name", CHAPTER)
def test_nbclassic(page: Page, nbclassic: str, name: str) -> None:
    notebook = ClassicNotebook(page, nbclassic, name)
    shows_its_pictures(page, ".output_subarea", recorded_exhibits(notebook.cells))
    notebook.run_all()
    expect(page.get_by_text(FAILED)).to_have_count(0)
    check_outputs(page, page.locator(".output_subarea"), themes=())
    use(notebook.panels(), name)
    guess(page, "Your guess: “|You said “")
    solve_in_classic(page, name)


@pytest.mark.network
@pytest.mark.nightly
@pytest.mark.parametrize("name", CHAPTER)
def test_voila(page: Page, voila: str, name: str) -> None:
    shown = VoilaPage(page, voila, name)
    expect(page.get_by_text(HOW)).to_have_count(0)
    expect(page.get_by_text("helpers.predict")).to_have_count(0)
    check_outputs(page, page.locator(".jp-OutputArea-output"), themes=())
    use(shown.panels(), name)
    expect(page.get_by_text(FAILED)).to_have_count(0)  # only now: a view without its model appears late
    guess(page, "You said “")


@pytest.mark.network
@pytest.mark.nightly
def test_voila_in_the_dark(page: Page, voila: str) -> None:
    shown = VoilaPage(page, f"{voila}&theme=dark", FLAGSHIP)
    assert shown.panels()
    check_outputs(page, page.locator(".jp-OutputArea-output"), themes=())
    assert page.evaluate("getComputedStyle(document.querySelector('.jp-OutputArea-output img')).colorScheme") == "dark"


def shows_its_pictures(page: Page, output: str, exhibits: int) -> None:
    """Check that the file's pictures are drawn and have alt texts, an exhibit's with a sentence on how to use it."""
    expect(page.locator(output).filter(has_text=HOW).filter(has=page.locator("img"))).to_have_count(exhibits)
    assert page.locator(f"{output} img").evaluate_all(_NOT_DRAWN) == []
    expect(page.get_by_text(FAILED)).to_have_count(0)


def guess(page: Page, reply: str) -> None:
    """Choose the first answer of the first question that has choices, by keyboard."""
    question = page.locator(".jp-OutputArea-output, .output_subarea").filter(has=page.locator("button:has-text('a: ')"))
    if question.count():  # in some notebooks, all answers are numbers
        question.first.get_by_role("button", name=re.compile("^a: ")).press("Enter")
        expect(question.first).to_contain_text(re.compile(reply))


def use(panels: list[Locator], name: str) -> None:
    """Move each exhibit's controls by keyboard, and the first one's by mouse."""
    assert panels or name == "09_review", "a notebook has at least one exhibit"
    for panel in panels:
        names_its_sliders(panel)
        panel.scroll_into_view_if_needed()
        if name == SMALLEST:
            follows_its_rate(panel)
        elif panel.get_by_role("button", name="Retrain").count():
            retrains(panel)
        else:
            answers_at_once(panel)
    if panels:
        panels[0].screenshot(path=SCREENSHOTS / f"{name}-exhibit.png")
