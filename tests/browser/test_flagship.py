"""The flagship notebook as a reader meets it: run it, move a slider, stop a fit, put the book's values back."""

from __future__ import annotations

import re
import time

from conftest import SCREENSHOTS
from playwright.sync_api import Locator, Page, expect

NOTEBOOK = "07_softmax_regression_gluon.ipynb"


def run_up_to_the_panel(page: Page, address: str) -> Locator:
    """Open the notebook, run all its cells, and give the panel."""
    page.goto(address.format(NOTEBOOK))
    page.get_by_role("heading", name="Softmax Regression in Gluon").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    panel = page.locator(".jp-OutputArea-output:has(button:text-is('Retrain'))").last
    panel.wait_for(timeout=120_000)
    return panel


def status(panel: Locator) -> Locator:
    return panel.locator("[role=status]")


def test_a_reader_moves_the_sliders(page: Page, lab: str) -> None:
    panel = run_up_to_the_panel(page, lab)
    expect(status(panel)).to_contain_text("done after 10 of 10 epochs", timeout=120_000)
    expect(status(panel)).to_contain_text("test accuracy 0.8302")
    # While a cell runs, no slider is heard
    expect(page.get_by_text(re.compile(r"\| Idle"))).to_be_visible(timeout=180_000)
    panel.scroll_into_view_if_needed()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    panel.screenshot(path=SCREENSHOTS / "panel.png")

    curves = panel.locator("svg[aria-label^='Curves']")
    before = curves.get_attribute("aria-label")
    handle = panel.get_by_role("slider").first  # the learning rate
    handle.focus()
    started = time.perf_counter()
    for _ in range(10):
        handle.press("ArrowRight")
    expect(status(panel)).to_contain_text("learning rate 0.3162")
    print(f"first text after {time.perf_counter() - started:.2f} s")
    expect(curves).to_have_attribute("aria-label", re.compile("after 1 epochs"))
    print(f"first curve after {time.perf_counter() - started:.2f} s")
    expect(status(panel)).to_contain_text("done after 10 of 10 epochs", timeout=60_000)
    print(f"last curve after {time.perf_counter() - started:.2f} s")
    assert curves.get_attribute("aria-label") != before
    expect(panel.locator("tbody tr")).to_have_count(2)
    panel.screenshot(path=SCREENSHOTS / "panel-moved.png")

    epochs = panel.get_by_role("slider").nth(2)
    epochs.focus()
    for _ in range(20):
        epochs.press("ArrowRight")
    expect(status(panel)).to_contain_text(re.compile(r"epoch \d+ of 30"), timeout=60_000)
    stopping = time.perf_counter()
    panel.get_by_role("button", name="Stop").click()
    expect(status(panel)).to_contain_text("stopped after")
    print(f"stopped after {time.perf_counter() - stopping:.2f} s")

    panel.get_by_role("button", name="Book values").click()
    expect(status(panel)).to_contain_text("learning rate 0.1, batch size 256, epochs 10")
    expect(status(panel)).to_contain_text("test accuracy 0.8302", timeout=60_000)
