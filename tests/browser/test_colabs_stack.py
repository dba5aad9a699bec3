"""A training exhibit and a light one in the classic Notebook, with the versions that Colab has."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from support.classic_notebook import solve
from support.jupyter_lab import settled

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.network]

ALL_IDLE = "#kernel_indicator_icon.kernel_idle_icon"


def open_and_run(page: Page, address: str, name: str) -> None:
    """Open a notebook and run all its cells."""
    page.goto(address.format(name))
    page.locator(ALL_IDLE).wait_for()
    page.get_by_role("menuitem", name="Cell", exact=True).or_(page.locator("#celllink")).first.click()
    page.locator("#run_all_cells a").click()


def first_exhibit(page: Page) -> Locator:
    panel = page.locator(".output_subarea:has(button:text-is('Book values'))").first
    panel.wait_for(timeout=180_000)
    # While a cell runs, no slider is heard
    page.locator(ALL_IDLE).wait_for(timeout=180_000)
    panel.scroll_into_view_if_needed()
    return panel


def press(panel: Locator, slider: str, key: str) -> None:
    """Press a key on the slider of this name; on the first, if the name is empty."""
    row = panel.locator(".widget-hslider, .widget-inline-hbox", has_text=slider)
    handle = row.locator(".ui-slider-handle, [role=slider]").first
    handle.focus()
    handle.press(key)


def guess(page: Page) -> None:
    """Answer the first question, run the cell that compares, and see the guess beside the result."""
    question = page.locator(".output_subarea:has(button:has-text('a: '))").first
    text = question.get_by_role("button", name="a: ").inner_text().removeprefix("a: ")
    question.get_by_role("button", name="a: ").click()
    expect(question.get_by_text(f"Your guess: “{text}”")).to_be_visible()
    page.evaluate("() => Jupyter.notebook.get_cells().find(c => c.get_text().includes('helpers.compare(')).execute()")
    expect(page.get_by_text(f"You said “{text}”;").first).to_be_visible()


@pytest.mark.parametrize("name", ["04_softmax_regression", "02_linear_regression_scratch"])
def test_a_reader_works_through(page: Page, classic: str, name: str) -> None:
    open_and_run(page, classic, name)
    panel = first_exhibit(page)
    line = panel.locator("[role=status]")
    trains = panel.get_by_role("button", name="Retrain").count() > 0
    if trains:
        expect(line).to_contain_text("done after")
    book = settled(line)
    press(panel, "", "ArrowRight")
    expect(line).not_to_have_text(book)
    expect(line).not_to_contain_text("starting")
    if trains:
        press(panel, "batch size", "Home")  # the smallest, which takes the longest
        press(panel, "epochs", "End")
        expect(line).to_contain_text("epochs 30")
        panel.get_by_role("button", name="Stop").click()
        expect(line).to_contain_text("stopped")
    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)
    if not trains:  # elsewhere the cells below have bound the names of the first comparison again
        guess(page)
    solve(page, name)
