"""A training exhibit and a light one in the classic Notebook, with the versions that Colab has."""

from __future__ import annotations

import pytest
from jupyter_lab import settled
from playwright.sync_api import Locator, Page, expect


def exhibit(page: Page, address: str, name: str) -> Locator:
    """Open a notebook, run all its cells, and give its first exhibit."""
    page.goto(address.format(name))
    page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for()
    page.get_by_role("menuitem", name="Cell", exact=True).or_(page.locator("#celllink")).first.click()
    page.locator("#run_all_cells a").click()
    panel = page.locator(".output_subarea:has(button:text-is('Book values'))").first
    panel.wait_for(timeout=180_000)
    # While a cell runs, no slider is heard
    page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for(timeout=180_000)
    panel.scroll_into_view_if_needed()
    return panel


def move(panel: Locator) -> None:
    handle = panel.locator(".ui-slider-handle, [role=slider]").first
    handle.focus()
    handle.press("ArrowRight")


@pytest.mark.parametrize("name", ["04_softmax_regression", "02_linear_regression_scratch"])
def test_a_slider_is_answered(page: Page, classic: str, name: str) -> None:
    panel = exhibit(page, classic, name)
    line = panel.locator("[role=status]")
    if panel.get_by_role("button", name="Retrain").count():
        expect(line).to_contain_text("done after")
    book = settled(line)
    move(panel)
    expect(line).not_to_have_text(book)
    expect(line).not_to_contain_text("starting")
    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)
