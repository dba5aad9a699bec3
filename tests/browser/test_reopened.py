"""A notebook that a reader saves, closes and opens again: each exhibit shows its last picture, and says what to do."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect
from support.environments import in_front
from support.waiting import until

from d2l_helpers.lab.snapshots import VIEW

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

HOW = "Run this cell to use its controls."
CELLS = (
    "import d2l_helpers as helpers",
    "helpers.explore_softmax()",
    """def train(lr=0.1, num_epochs=3):
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)""",
)
OUTPUTS = ".jp-OutputArea-output, .output_area .output_subarea"
CLASSIC = ("--no-deps", "nbclassic==1.3.3", "nest-asyncio==1.6.0", "ipython-genutils==0.2.0")
_WIDTHS = "images => images.map(image => image.naturalWidth)"
Serve = Callable[..., AbstractContextManager[tuple[str, str]]]


class FrontEnd:
    """One of the pages that show notebooks; `address` is completed by a notebook's name."""

    def __init__(self, module: str, address: str, python: str | Path = sys.executable) -> None:
        self.command, self.address = [str(python), "-m", module], address

    def run_all(self, page: Page) -> None:
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def save(self, page: Page) -> None:
        page.keyboard.press("Control+s")

    def wait_for_kernel(self, page: Page) -> None:
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()


class Classic(FrontEnd):
    """nbclassic, which has no accessible menus."""

    def run_all(self, page: Page) -> None:
        page.evaluate("Jupyter.notebook.execute_all_cells()")

    def save(self, page: Page) -> None:
        page.evaluate("Jupyter.notebook.save_notebook()")

    def wait_for_kernel(self, page: Page) -> None:
        page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for()


def front_end(name: str) -> FrontEnd:
    if name == "JupyterLab":
        return FrontEnd("jupyterlab", "/lab/tree/{0}")
    if name == "Notebook 7":
        return FrontEnd("notebook", "/notebooks/{0}")
    return Classic("nbclassic", "/nbclassic/notebooks/{0}", in_front("nbclassic", CLASSIC))


@pytest.mark.parametrize("name", ["JupyterLab", "Notebook 7", "nbclassic"])
def test_an_exhibit_shows_its_last_picture(name: str, page: Page, served: Serve, tmp_path: Path) -> None:
    path = written(tmp_path / "work" / "two_exhibits.ipynb")
    front = front_end(name)
    with served(front.command, path.parent, "--IdentityProvider.token") as (server, token):
        address = f"{server}{front.address.format(path.name)}?token={token}"
        page.goto(address)
        until(lambda: "idle" in states(server, token), "the kernel starts")
        front.wait_for_kernel(page)
        page.wait_for_timeout(1000)
        front.run_all(page)
        softmax, training = (page.locator(OUTPUTS).filter(has_text=text) for text in ("Entropy", "done after"))
        expect(training).to_contain_text("done after 3")
        page.wait_for_timeout(2000)  # the page sets the exhibit's parts one by one
        first = moved(page, softmax, 0.2)
        front.save(page)
        until(lambda: first in content(path), "the first save has the picture of that moment")

        last, losses = moved(page, softmax, 0.9), moved(page, training, 0.8)
        expect(training).to_contain_text("done after 3")
        page.wait_for_timeout(1000)  # a still is written after its picture is drawn
        front.save(page)
        until(lambda: last in content(path) and losses in content(path), "a live exhibit is saved again")
        assert VIEW not in path.read_text()
        assert not page.get_by_text("changed on disk").count()

        for kernel in ("runs", "has ended"):
            if kernel == "has ended":
                shut_down(server, token)
            page.goto("about:blank")
            page.goto(address)
            for shown, text in ((softmax, last), (training, losses)):
                expect(shown).to_contain_text(text)
                expect(shown).to_contain_text(HOW)
                assert shown.locator("img").first.get_attribute("alt")
                until(lambda shown=shown: all(shown.locator("img").evaluate_all(_WIDTHS)), "the pictures are drawn")
            expect(page.get_by_text("not found")).to_have_count(0)
        until(lambda: "idle" in states(server, token), "the kernel starts")
        front.wait_for_kernel(page)
        page.wait_for_timeout(1000)
        front.run_all(page)
        expect(softmax.get_by_role("slider").first).to_be_visible()
        page.goto("about:blank")  # before the server ends


def written(path: Path) -> Path:
    path.parent.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def moved(page: Page, exhibit: Locator, share: float) -> str:
    """Click on the first slider's track, and return the first line of what the exhibit then says.

    In Notebook 7, the arrow keys do not move the sliders of ipywidgets, whoever made them.
    """
    line = exhibit.locator("[role=status]")
    line.wait_for()
    before = line.inner_text()
    track = exhibit.locator(".noUi-base, .ui-slider").first
    box = track.bounding_box()
    assert box
    track.click(position={"x": share * box["width"], "y": box["height"] / 2}, force=True)
    expect(line).not_to_have_text(before)
    page.wait_for_timeout(500)
    return line.inner_text().splitlines()[0].strip()


def content(path: Path) -> str:
    """Return the texts of all outputs."""
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.outputs]
    return json.dumps([output.get("data", {}).get("text/html", "") for output in outputs], ensure_ascii=False)


def states(server: str, token: str) -> list[str]:
    """Return what the kernels of all open notebooks do."""
    return [session["kernel"]["execution_state"] for session in asked(server, token, "sessions")]


def shut_down(server: str, token: str) -> None:
    """End all kernels, as a reader who closes the notebook and shuts it down."""
    for session in asked(server, token, "sessions"):
        asked(server, token, f"sessions/{session['id']}", "DELETE")


def asked(server: str, token: str, what: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"{server}/api/{what}", headers={"Authorization": f"token {token}"}, method=method)
    with urllib.request.urlopen(request) as reply:
        return json.loads(reply.read() or "null")
