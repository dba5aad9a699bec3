"""A panel in the classic Notebook with Colab's versions: prints, the first cell's error, a page hearing no thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from support.colab import pinned
from support.environments import in_front

from d2l_authoring.links import install_cell

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.network]

PRINTS = """
import logging, os, subprocess, sys, time, warnings
import d2l_helpers as helpers
from IPython.display import HTML, display
from tqdm import tqdm

def train(lr=0.1, num_epochs=2):
    print("printed", lr)
    print("to stderr", file=sys.stderr)
    sys.stdout.write("10 %\\r20 %\\n")
    display(HTML("<b>never</b>"), 42)
    logging.getLogger("reader").warning("logged")
    warnings.warn("warned")
    for _ in tqdm(range(3), desc="bar"):
        pass
    print(subprocess.run(["echo", "from a program"], capture_output=True, text=True).stdout, end="")
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)
"""
QUIET = """
import d2l_helpers as helpers

def train(lr=0.1, num_epochs=2):
    for epoch in range(num_epochs):
        yield lr / (epoch + 1)

helpers.retrain(train)
"""
NOTE = "This page does not show how a fit goes on."
Serve = Callable[..., object]


def opened(page: Page, served: Serve, folder: Path, *cells: str) -> object:
    """Write a notebook of these cells, and return the server that serves it."""
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "a.ipynb")
    stack = pinned("notebook", "ipywidgets", "ipykernel", "ipython", "jupyter-client")
    return served([str(in_front("colab", stack)), "-m", "notebook"], folder, "--NotebookApp.token")


def run_all(page: Page, server: str, token: str) -> None:
    page.goto(f"{server}/notebooks/a.ipynb?token={token}")
    page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for()
    page.evaluate("Jupyter.notebook.execute_all_cells()")


def test_what_a_function_prints_appears_in_its_panel(page: Page, served: Serve, tmp_path: Path) -> None:
    with opened(page, served, tmp_path / "work", PRINTS, "print('of a cell')") as (server, token):
        run_all(page, server, token)
        panel = page.locator(".output_subarea:has(button:text-is('Retrain'))").first
        expect(panel).to_contain_text("done after 2 of 2 epochs")
        box = panel.locator("pre")
        for text in ("printed 0.1", "to stderr", "20 %", "42", "logged", "UserWarning: warned", "bar: 100%"):
            expect(box).to_contain_text(text)
        expect(box).to_contain_text("from a program")
        expect(box).not_to_contain_text("10 %")
        stray = page.locator(".output_stream")
        expect(stray).to_have_text(["of a cell\n"])
        expect(page.get_by_text(NOTE)).to_be_hidden()
        page.goto("about:blank")


def test_the_first_cells_error_is_a_sentence(page: Page, served: Serve, tmp_path: Path) -> None:
    cell = install_cell(None).replace('"d2l_helpers")', '"no_such_package")')
    with opened(page, served, tmp_path / "work", cell) as (server, token):
        run_all(page, server, token)
        shown = page.locator(".output_subarea")
        expect(shown).to_have_count(1)
        expect(shown).to_contain_text("UsageError: put d2l_helpers-*.whl, handed out with this notebook, beside it")
        assert "Traceback" not in shown.inner_text()
        page.goto("about:blank")


def test_a_page_that_ignores_threads_shows_a_note_with_which_training_goes_on(
    page: Page, served: Serve, tmp_path: Path
) -> None:
    busy = {"value": False}

    def drop_what_comes_while_idle(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            content = json.loads(message) if isinstance(message, str) else {}
            if content.get("msg_type") == "status":
                busy["value"] = content["content"]["execution_state"] == "busy"
            if busy["value"] or content.get("msg_type") != "comm_msg":
                socket.send(message)

        server.on_message(pass_on)

    page.route_web_socket("**/api/kernels/**", drop_what_comes_while_idle)
    with opened(page, served, tmp_path / "work", QUIET) as (server, token):
        run_all(page, server, token)
        panel = page.locator(".output_subarea:has(button:text-is('Retrain'))").first
        note = panel.get_by_text(NOTE)
        expect(note).to_be_visible()
        panel.get_by_role("button", name="Train while the page waits").click()
        expect(panel).to_contain_text("done after 2 of 2 epochs")
        expect(panel).to_contain_text("Each fit now runs while the page waits.")
        handle = panel.locator(".ui-slider-handle").first
        handle.focus()
        handle.press("ArrowRight")
        expect(panel.locator("[role=status]").first).to_contain_text("learning rate 0.11")
        expect(panel.locator("[role=status]").first).to_contain_text("done after 2 of 2 epochs")
        page.goto("about:blank")
