"""The flagship's panel as a reader meets it: move a slider, stop a fit, put the book's values back."""

from __future__ import annotations

import re

from jupyter_lab import SCREENSHOTS, LabNotebook, Watch, status
from playwright.sync_api import Page, expect

# Seconds, wide enough for two cores on which another test runs; what was measured on quiet ones stands in the README
MOST = {"slider to first text": 1, "slider to first curve": 3, "slider to last curve": 15, "Stop to stopped": 1.5}


def told(what: str, seconds: float) -> None:
    """Tell how long a reader waited, and fail where that was far too long."""
    print(f"{what:<22}{seconds:.2f} s")
    assert seconds < MOST[what], what


def test_a_reader_retrains_the_flagship(page: Page, lab: str) -> None:
    with LabNotebook(page, lab, "07_softmax_regression_gluon") as notebook:
        notebook.run_all()
        panel = next(panel for panel in notebook.panels() if panel.get_by_role("button", name="Retrain").count())
        expect(status(panel)).to_contain_text("done after 10 of 10 epochs")
        expect(status(panel)).to_contain_text("test accuracy 0.8302")
        panel.scroll_into_view_if_needed()
        panel.screenshot(path=SCREENSHOTS / "panel.png")

        rate = panel.get_by_role("slider").first
        rate.focus()
        for _ in range(9):
            rate.press("ArrowRight")
        expect(status(panel)).to_contain_text("learning rate 0.2818")
        watch = Watch(page, panel)
        rate.press("ArrowRight")
        told("slider to first text", watch.first("learning rate 0.3162"))
        told("slider to first curve", watch.first("learning rate 0.3162", "after 1 epoch"))
        told("slider to last curve", watch.first("done after 10 of 10"))
        expect(panel.locator("tbody tr").first).to_contain_text("0.3162")
        panel.screenshot(path=SCREENSHOTS / "panel-moved.png")

        epochs = panel.get_by_role("slider").nth(2)
        epochs.focus()
        epochs.press("End")
        expect(status(panel)).to_contain_text(re.compile(r"epoch \d+ of 30"))
        panel.get_by_role("button", name="Stop").click()
        told("Stop to stopped", watch.first("stopped after"))

        panel.get_by_role("button", name="Book values").click()
        expect(status(panel)).to_contain_text("learning rate 0.1, batch size 256, epochs 10")
        expect(status(panel)).to_contain_text("test accuracy 0.8302")
