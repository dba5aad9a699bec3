"""What a reader does with an exhibit: move its controls by keyboard, stop it, and go back to the book's values."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import SCREENSHOTS, Watch, settled, status

from d2l_helpers.panels.controls import log_step

__all__ = ["answers_at_once", "follows_its_rate", "names_its_sliders", "retrains"]


def names_its_sliders(panel: Locator) -> None:
    """Check that a screen reader hears of each slider what is written before and behind it."""
    panel.scroll_into_view_if_needed()
    panel.get_by_role("slider", name=re.compile(".")).first.wait_for()
    for row in panel.locator(".widget-hslider, .widget-inline-hbox:has([role=slider])").all():
        title, value = (settled(row.locator(f".widget-{part}")) for part in ("label", "readout"))
        handle = row.get_by_role("slider", name=title, exact=True)
        expect(handle).to_have_attribute("aria-valuetext", value)


def follows_its_rate(panel: Locator) -> None:
    """Move the rate and put it back: the loss follows."""
    line = status(panel)
    expect(line).to_contain_text("done after")
    book = settled(line)
    panel.get_by_role("slider").first.press("ArrowRight")
    expect(line).not_to_have_text(book)
    panel.get_by_role("button", name="Book values").press("Enter")
    expect(line).to_have_text(book)


def answers_at_once(panel: Locator) -> None:
    """Move each control from the keyboard: status line and picture follow, and go back to the book's values."""
    line = status(panel)
    panel.locator("svg, img").first.wait_for()
    book, drawn, has_moved = settled(line), pictures(panel), False
    for control in panel.get_by_role("slider").all():
        top = pictures_top(panel)
        control.focus()
        at_its_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
        control.press("ArrowLeft" if at_its_end else "ArrowRight")
        expect(line).not_to_have_text(book)
        assert pictures_top(panel) == top, "what stands below the status line does not move"
        has_moved = has_moved or soon(panel.page, lambda: pictures(panel) != drawn)
        panel.get_by_role("button", name="Book values").press("Enter")
        expect(line).to_have_text(book)
    assert has_moved, "some controls change only the words, not all"
    assert soon(panel.page, lambda: pictures(panel) == drawn)


def soon(page: Page, is_so: Callable[[], bool]) -> bool:
    """Wait for what comes after the status line: on a busy machine, not at once."""
    for _ in range(30):
        if is_so():
            return True
        page.wait_for_timeout(100)
    return False


def retrains(panel: Locator, is_flagship: bool = False) -> None:
    """Move the first slider, stop the longest fit, and go back to the book's values."""
    line, curves = status(panel), panel.get_by_role("img").first
    expect(line).to_contain_text("done after")
    book = settled(line)
    label = curves.get_attribute("aria-label")
    if is_flagship:
        expect(line).to_contain_text("learning rate 0.1, batch size 256, epochs 10")
        expect(line).to_contain_text("done after 10 of 10 epochs")
        expect(line).to_contain_text("held-out accuracy 0.8359")
        panel.screenshot(path=SCREENSHOTS / "panel.png")

    rate = panel.get_by_role("slider").first
    rate.focus()
    for _ in range(9):
        rate.press("ArrowRight")
    expect(line).to_contain_text(f"learning rate {rate_after(9, book):.4g}")
    moved = f"{rate_after(10, book):.4g}"
    watch = Watch(panel.page, panel)
    rate.press("ArrowRight")
    watch.first(f"learning rate {moved}")
    # The first drawing may come after several quick epochs, or after all
    drawn = f"learning rate {moved}[^]*(epoch \\d+ of|done after)"
    watch.first(drawn, "after \\d+ epoch")
    watch.first(f"learning rate {moved}[^]*done after")
    expect(curves).not_to_have_attribute("aria-label", label or "")
    expect(panel.locator("tbody tr").first).to_contain_text(moved)
    if is_flagship:
        panel.screenshot(path=SCREENSHOTS / "panel-moved.png")

    stop, epochs = panel.get_by_role("button", name="Stop"), slider_of(panel, "epochs")
    if is_flagship:
        epochs.press("End")
        expect(line).to_contain_text(re.compile(r"epoch \d+ of 30"))
        stop.click()
        watch.first("stopped after")
    slider_of(panel, "batch size").press("Home")  # the smallest, which takes the longest
    epochs.press("End")
    expect(line).to_contain_text(re.compile(r"batch size 1, epochs 30\b"))
    stop.click()
    expect(line).to_contain_text("stopped")

    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)


def rate_after(keys: int, book: str) -> float:
    """Compute the learning rate to which this many key presses move the slider from the book's."""
    found = re.match(r"learning rate ([\d.]+),", book)
    assert found, book
    rate = float(found[1])
    return float(rate * 10 ** (keys * log_step(rate, -3, 0.05)))


def slider_of(panel: Locator, title: str) -> Locator:
    row = panel.locator(".widget-hslider, .widget-inline-hbox", has_text=title)
    return row.get_by_role("slider").first


def pictures_top(panel: Locator) -> float:
    """Return how many pixels the first picture lies below the upper edge of its exhibit."""
    top = "node.getBoundingClientRect().top"
    return float(
        panel.evaluate(
            f"panel => {{ const at = node => {top}; return at(panel.querySelector('svg, img')) - at(panel); }}"
        )
    )


def pictures(panel: Locator) -> list[str]:
    return panel.locator("svg, img").evaluate_all("nodes => nodes.map(node => node.outerHTML)")
