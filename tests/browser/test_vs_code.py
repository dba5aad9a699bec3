"""VS Code: every notebook opens with its pictures, and exhibits work with the widgets of its Jupyter extension."""

from __future__ import annotations

import json
import re
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Browser, FrameLocator, Page, expect
from support.jupyter_lab import SCREENSHOTS
from support.vs_code import open_notebook, vs_code

from d2l_authoring.notebook_file import read_notebook
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.lab.snapshots import EXHIBIT, VIEW

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.nightly]

ROOT = Path(__file__).parents[2]
DARK, LIGHT = "Default Dark Modern", "Default Light Modern"
HOW = "Run this cell to use its controls."
TALL = 20_000  # pixels; VS Code draws only the cells that are on the screen
RETRAIN = """def train(lr=0.1, num_epochs=3):
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)"""
Serve = Callable[..., AbstractContextManager[tuple[str, str]]]


@pytest.fixture
def tall(browser: Browser) -> Iterator[Page]:
    """A page as high as a notebook."""
    context = browser.new_context(viewport={"width": 900, "height": TALL}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.mark.parametrize("name", CHAPTER)
def test_every_notebook_opens(name: str, tall: Page, tmp_path: Path) -> None:
    notebook = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    with vs_code(tmp_path / "vs_code", DARK) as address:
        shown = open_notebook(tall, address, folder)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        expect(shown.locator(".output")).to_have_count(len(outputs))
        expect(shown.locator(".preview")).to_have_count(sum(cell.cell_type == "markdown" for cell in notebook.cells))
        settle(tall, shown)
        tall.screenshot(path=SCREENSHOTS / f"vs_code-{name}.png")
        text = shown.locator("body").inner_text()
        assert text.count(HOW) == sum(EXHIBIT in output.get("metadata", {}) for output in outputs)
        for wrong in ("renderer", "not found", "<!--", "$", "vscode-dark"):
            assert wrong not in text
        formulas = sum(
            len(re.findall(r"\$\$.+?\$\$|\$[^$\n]+?\$", cell.source, re.S))
            for cell in notebook.cells
            if cell.cell_type == "markdown"
        )
        print(formulas, shown.locator(".preview .katex").count(), shown.locator(".katex-error").count())


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_exhibits_answer(theme: str, served: Serve, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "server" / "notebooks"
    folder.mkdir(parents=True)
    with served([sys.executable, "-m", "jupyter_server"], folder, "--IdentityProvider.token") as (server, token):
        kernel = started(server, token)
        outputs = run(tmp_path / "server" / "JUPYTER_RUNTIME_DIR" / f"kernel-{kernel}.json")
        work = written(
            tmp_path / "work", outputs, f"{server.replace('http', 'ws')}/api/kernels/{kernel}/channels?token={token}"
        )
        with vs_code(tmp_path / "vs_code", theme) as address:
            context = browser.new_context(viewport={"width": 900, "height": 2500}, color_scheme="light")
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("console", lambda message: print(message.text) if message.type == "error" else None)
            shown = open_notebook(page, address, work)
            softmax, training = (shown.locator(".output").filter(has_text=text) for text in ("Entropy", "done after"))
            print(softmax.get_by_role("slider").count())
            for exhibit, name in ((softmax, "logit A"), (training, "learning rate")):
                line, drawing = exhibit.locator("[role=status]"), exhibit.locator("[role=img]").first
                slider = exhibit.get_by_role("slider", name=name, exact=True)
                slider.wait_for()
                before, drawn = line.inner_text(), drawing.inner_html()
                slider.press("ArrowRight")
                expect(line).not_to_have_text(before)
                page.wait_for_timeout(1000)
                assert drawing.inner_html() != drawn
                print(before, line.inner_text(), slider.get_attribute("aria-valuetext"))
                print(line.evaluate("e => getComputedStyle(e).color"))
            page.screenshot(path=SCREENSHOTS / f"vs_code-exhibits-{theme}.png")
            context.close()


def started(server: str, token: str) -> str:
    """Start a kernel, and return its id."""
    request = urllib.request.Request(f"{server}/api/kernels", b"{}", {"Authorization": f"token {token}"})
    with urllib.request.urlopen(request) as reply:
        return str(json.load(reply)["id"])


def run(connection: Path) -> list[dict[str, Any]]:
    """Show two exhibits in a kernel; return their outputs."""
    outputs: list[dict[str, Any]] = []
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(60)
        for cell in ("import d2l_helpers as helpers", "helpers.explore_softmax()", RETRAIN):
            client.execute_interactive(
                cell, timeout=120, output_hook=lambda message: outputs.append(message["content"])
            )
    finally:
        client.stop_channels()
    return [content for content in outputs if VIEW in content.get("data", {})]


def written(folder: Path, outputs: list[dict[str, Any]], channels: str = "") -> Path:
    """Write a notebook as VS Code saves it after the cells have run; `channels` is the address of a kernel that lives."""
    cells = []
    for content in outputs:
        data = content["data"] | {VIEW: content["data"][VIEW] | {"channels": channels}}
        output = nbformat.v4.new_output("display_data", data, metadata=content["metadata"])
        cells.append(nbformat.v4.new_code_cell("...", outputs=[output], execution_count=1))
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "exhibits.ipynb")
    return folder


def settle(page: Page, shown: FrameLocator) -> None:
    page.wait_for_timeout(3000)
