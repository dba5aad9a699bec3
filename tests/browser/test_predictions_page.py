"""A prediction in JupyterLab: the answer is folded until a guess stands beside the result, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.jupyter_lab import SCREENSHOTS, LabNotebook
from support.readable import check_outputs, set_theme

pytestmark = pytest.mark.browser

NAME = "00_start_here"
EXPLANATION = "The loss falls."


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_guess_is_committed_before_the_answer_unfolds(page: Page, lab: str, theme: str) -> None:
    page.set_viewport_size({"width": 900, "height": 1000})
    with LabNotebook(page, lab, NAME) as notebook:
        set_theme(page, theme)
        result, explanation = (notebook.cell(cell_id) for cell_id in ("compare-rate", "rate-answer"))
        for cell_id in ("setup", "define-train"):
            run(notebook, cell_id)
        run(notebook, "predict-rate")
        question = notebook.cell("predict-rate").locator(".jp-OutputArea-output")
        question.get_by_role("button", name="c: it grows").wait_for()
        expect(explanation.get_by_text(EXPLANATION)).to_have_count(0)
        question.screenshot(path=SCREENSHOTS / f"question-{theme[11:].lower()}.png")
        for letter, text in (("a", "it falls"), ("c", "it grows")):
            question.get_by_role("button", name=f"{letter}: {text}").press("Enter")
            expect(question.get_by_text(f"Your guess: “{text}”. Now run the next cell.")).to_be_visible()
        check_outputs(page, question)
        run(notebook, "compare-rate")
        expect(
            result.get_by_text("You said “it grows”; after ten steps the loss is 0.122 times what it was.")
        ).to_be_visible()
        expect(result.get_by_text("That happens above a rate of 1")).to_be_visible()
        run(notebook, "rate-answer")
        expect(explanation.locator("p").get_by_text(EXPLANATION)).to_be_visible()
        check_outputs(page, result.locator(".jp-OutputArea-output"))
        set_theme(page, theme)  # `check_outputs` ends in the light one
        page.screenshot(path=SCREENSHOTS / f"answer-{theme[11:].lower()}.png")


def run(notebook: LabNotebook, cell_id: str) -> None:
    """Select a cell beside its text, and run it."""
    notebook.cell(cell_id).click(position={"x": 40, "y": 2})  # a click into the editor would not select it
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_until_idle()
