"""VS Code: every notebook opens with its pictures, and exhibits work with the widgets of its Jupyter extension."""

from __future__ import annotations

import io
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
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Locator, Page, expect
from support.jupyter_lab import SCREENSHOTS
from support.vs_code import open_notebook, vs_code
from support.waiting import until

from d2l_authoring.notebook_file import read_notebook
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.lab.snapshots import EXHIBIT, VIEW

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.nightly]

ROOT = Path(__file__).parents[2]
DARK, LIGHT = "Default Dark Modern", "Default Light Modern"
HOW = "Run this cell to use its controls."
RETRAIN = """def train(lr=0.1, num_epochs=3):
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)"""
Serve = Callable[..., AbstractContextManager[tuple[str, str]]]


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a VS Code with a dark theme."""
    with vs_code(tmp_path_factory.mktemp("dark"), DARK) as address:
        yield address


@pytest.fixture(scope="module")
def tall(browser: Browser) -> Iterator[Page]:
    """A page as high as a notebook, on a light desktop: VS Code draws only the cells that are on the screen."""
    context = browser.new_context(viewport={"width": 900, "height": 20_000}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield page
    context.close()


@pytest.mark.parametrize("name", CHAPTER)
def test_every_notebook_opens(name: str, tall: Page, dark: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", tmp_path)
    notebook = read_notebook(tmp_path / f"{name}.ipynb")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = open_notebook(tall, dark, tmp_path)
    expect(shown.locator(".output")).to_have_count(len(outputs))
    expect(shown.locator(".preview")).to_have_count(sum(cell.cell_type == "markdown" for cell in notebook.cells))
    expect(shown.locator("body")).to_contain_text(plain(notebook.cells[-1].source.splitlines()[0]))
    tall.wait_for_timeout(1000)  # pictures are drawn after the texts
    tall.screenshot(path=SCREENSHOTS / f"vs_code-{name}.png")
    text = shown.locator("body").inner_text()
    assert text.count(HOW) == sum(EXHIBIT in output.get("metadata", {}) for output in outputs)
    assert not [wrong for wrong in ("renderer", "not found", "<!--", "$", "vscode-dark") if wrong in text]
    expect(shown.locator(".katex-error")).to_have_count(0)
    widths = "images => images.filter(image => image.src.startsWith('data:')).map(image => image.naturalWidth)"
    assert all(shown.locator("img").evaluate_all(widths))


def test_a_saved_notebook_keeps_what_the_grader_needs(tall: Page, dark: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(ROOT / "notebooks" / "04_softmax_regression.ipynb", tmp_path))
    before = read_notebook(path)
    open_notebook(tall, dark, tmp_path).locator(".preview").first.wait_for()
    tall.get_by_role("button", name="Add Code Cell").first.click()
    tall.keyboard.type("1 + 1")
    tall.keyboard.press("Control+s")
    until(lambda: "1 + 1" in path.read_text(), "VS Code saves the notebook")
    cells = [cell for cell in read_notebook(path).cells if cell.source != "1 + 1"]
    assert [(cell.id, cell.source, cell.metadata) for cell in cells] == [
        (cell.id, cell.source, cell.metadata) for cell in before.cells
    ]
    assert [cell.get("outputs") for cell in cells] == [cell.get("outputs") for cell in before.cells]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_exhibits_answer_and_leave_a_picture(theme: str, served: Serve, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "server" / "notebooks"
    folder.mkdir(parents=True)
    context = browser.new_context(viewport={"width": 900, "height": 2500}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    with vs_code(tmp_path / "vs_code", theme) as address:
        with served([sys.executable, "-m", "jupyter_server"], folder, "--IdentityProvider.token") as (server, token):
            kernel = started(server, token)
            outputs = run(tmp_path / "server" / "JUPYTER_RUNTIME_DIR" / f"kernel-{kernel}.json")
            channels = f"{server.replace('http', 'ws')}/api/kernels/{kernel}/channels?token={token}"
            shown = open_notebook(page, address, written(tmp_path / "live", outputs, channels))
            for text, slider in (("Entropy", "logit A"), ("done after", "learning rate")):
                answers(shown.locator(".output").filter(has_text=text), slider)
            page.screenshot(path=SCREENSHOTS / f"vs_code-exhibits-{theme}.png")
            page.goto("about:blank")  # before the kernel ends
        shown = open_notebook(page, address, written(tmp_path / "saved", outputs))
        expect(shown.get_by_text(HOW)).to_have_count(2)
        picture = shown.locator(".output").filter(has_text="Entropy").locator("img").first
        expect(picture).to_be_visible()
        assert is_dark(picture) == (theme == DARK)
    context.close()


def answers(exhibit: Locator, name: str) -> None:
    """Move a slider by the keyboard: text and chart follow, and a screen reader hears the slider's name and value."""
    line, drawing = exhibit.locator("[role=status]"), exhibit.locator("[role=img]").first
    slider = exhibit.get_by_role("slider", name=name, exact=True)
    slider.wait_for()
    said, drawn, value = line.inner_text(), drawing.inner_html(), slider.get_attribute("aria-valuetext")
    slider.press("ArrowRight")
    expect(line).not_to_have_text(said)
    until(lambda: drawing.inner_html() != drawn, "the chart follows")
    assert slider.get_attribute("aria-valuetext") != value


def is_dark(picture: Locator) -> bool:
    """Return whether most of a picture is dark."""
    pixels = Image.open(io.BytesIO(picture.screenshot())).convert("L")
    return bool(ImageStat.Stat(pixels).median[0] < 128)


def plain(line: str) -> str:
    """Return the beginning of a line of Markdown as a page shows it."""
    return re.split(r"[*`$\[<]", line.lstrip("# "))[0].strip()


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
    """Write a notebook as VS Code saves it after its cells ran; `channels` is the address of a running kernel."""
    cells = []
    for content in outputs:
        data = content["data"] | {VIEW: content["data"][VIEW] | {"channels": channels}}
        output = nbformat.v4.new_output("display_data", data, metadata=content["metadata"])
        cells.append(nbformat.v4.new_code_cell("...", outputs=[output], execution_count=1))
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "exhibits.ipynb")
    return folder
