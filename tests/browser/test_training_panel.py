"""The flagship's panel as a reader meets it: move a slider, stop a fit, put the book's values back."""

from __future__ import annotations

import re

from jupyter_lab import LabNotebook, Watch, status
from playwright.sync_api import Page, expect


def test_a_reader_retrains_the_flagship(page: Page, lab: str) -> None:
    notebook = LabNotebook(page, lab, "07_softmax_regression_gluon")
    notebook.run_all()
    panel = next(panel for panel in notebook.panels() if panel.get_by_role("button", name="Retrain").count())
    expect(status(panel)).to_contain_text("done after 10 of 10 epochs")
    expect(status(panel)).to_contain_text("test accuracy 0.8302")
    panel.scroll_into_view_if_needed()
    panel.screenshot(path="build/screenshots/panel.png")

    rate = panel.get_by_role("slider").first
    rate.focus()
    for _ in range(9):
        rate.press("ArrowRight")
    expect(status(panel)).to_contain_text("learning rate 0.2818")
    watch = Watch(page, panel)
    rate.press("ArrowRight")
    print(f"slider to first text  {watch.first('learning rate 0.3162'):.2f} s")
    print(f"slider to first curve {watch.first('learning rate 0.3162', 'after 1 epochs'):.2f} s")
    print(f"slider to last curve  {watch.first('done after 10 of 10'):.2f} s")
    expect(panel.locator("tbody tr").first).to_contain_text("0.3162")
    panel.screenshot(path="build/screenshots/panel-moved.png")

    epochs = panel.get_by_role("slider").nth(2)
    epochs.focus()
    epochs.press("End")
    expect(status(panel)).to_contain_text(re.compile(r"epoch \d+ of 30"))
    panel.get_by_role("button", name="Stop").click()
    print(f"Stop to stopped       {watch.first('stopped after'):.2f} s")

    panel.get_by_role("button", name="Book values").click()
    expect(status(panel)).to_contain_text("learning rate 0.1, batch size 256, epochs 10")
    expect(status(panel)).to_contain_text("test accuracy 0.8302")
    notebook.close()
