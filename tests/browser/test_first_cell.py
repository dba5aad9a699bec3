"""The first cell is collapsed to its sentence; and JupyterLab without the extension of ipywidgets shows pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect
from support.jupyter_lab import SCREENSHOTS

from d2l_authoring.links import add_install_cell

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

LabIn = Callable[[Path], AbstractContextManager[tuple[str, str]]]
SENTENCE = "Run this cell first: it installs what this notebook still needs."
TRAIN = """
import d2l_helpers as helpers

def train(lr=0.1, num_epochs=2):
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)
"""


def written(folder: Path, *cells: str) -> None:
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    add_install_cell(notebook)
    nbformat.write(notebook, folder / "a.ipynb")


def run_all(page: Page) -> None:
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_a_collapsed_first_cell_shows_its_sentence_and_runs(page: Page, lab_in: LabIn, tmp_path: Path) -> None:
    written(tmp_path / "work", "print('below')")
    with lab_in(tmp_path / "work") as (server, token):
        page.goto(f"{server}/lab/tree/a.ipynb?token={token}")
        first = page.locator(".jp-Notebook .jp-CodeCell").first
        expect(first.get_by_text(SENTENCE)).to_be_visible()
        expect(page.get_by_text("import glob")).to_be_hidden()
        page.screenshot(path=SCREENSHOTS / "first-cell.png")
        run_all(page)
        expect(page.locator(".jp-OutputArea-output").get_by_text("below")).to_be_visible()
        page.goto("about:blank")


def test_a_page_without_the_extension_shows_a_picture_of_a_run(
    browser: Browser, lab_in: LabIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser.new_page()  # not the fixture's: JupyterLab writes to the console that it refuses each widget
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lacking = tmp_path / "JUPYTER_CONFIG_DIR" / "labconfig"
    lacking.mkdir(parents=True)
    names = {"@jupyter-widgets/jupyterlab-manager": True}
    (lacking / "page_config.json").write_text(json.dumps({"disabledExtensions": names}))
    written(tmp_path / "work", TRAIN, "helpers.predict('rate_of_almost_one')")
    with lab_in(tmp_path / "work") as (server, token):
        page.goto(f"{server}/lab/tree/a.ipynb?token={token}")
        run_all(page)
        shown = page.locator(".jp-OutputArea-output").first
        expect(shown).to_contain_text("If no controls appear, this page cannot show them; run this cell again")
        page.wait_for_timeout(1000)  # the page refuses the widgets after the cell
        run_all(page)
        expect(shown).to_contain_text("This page shows no controls, because it lacks the extension of ipywidgets.")
        expect(shown).to_contain_text("done after 2 of 2 epochs")
        expect(shown.locator("img")).to_be_visible()
        page.screenshot(path=SCREENSHOTS / "no-extension.png")
        page.close()
