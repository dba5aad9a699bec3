"""Some cells of a notebook in a real JupyterLab, in Chromium, with a clock that watches an exhibit."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from benchmarks.chromium import chromium
from d2l_helpers.errors import TrainingError

__all__ = ["LabPage", "lab_page"]

_WAIT = 60  # seconds for a server that starts, or a cell that runs
# Of each change in the exhibit: the time, what the status line says, and the label of the curves
_WATCH = """
panel => {
  window.seen = [];
  const note = () => window.seen.push([
    performance.now(),
    panel.querySelector('[role=status]')?.textContent ?? '',
    panel.querySelector('[role=img]')?.getAttribute('aria-label') ?? '']);
  new MutationObserver(note).observe(panel, {subtree: true, childList: true, characterData: true, attributes: true});
  for (const kind of ['keydown', 'click'])
    window.addEventListener(kind, () => { window.started = performance.now(); window.seen = []; }, true);
}
"""
_FIRST = """
([status, curves]) => {
  const at = window.seen.findIndex(([_, s, c]) => new RegExp(status).test(s) && new RegExp(curves).test(c));
  return at < 0 ? null : (window.seen.splice(0, at + 1)[at][0] - window.started) / 1000;
}
"""
# A click by Playwright would come late: Playwright looks every 100 ms, and a fit of ten epochs may have ended by then
_CLICK_AT = """
([panel, button, status]) => {
  const watcher = new MutationObserver(() => {
    if (!new RegExp(status).test(panel.querySelector('[role=status]')?.textContent ?? '')) return;
    watcher.disconnect();
    button.click();
  });
  watcher.observe(panel, {subtree: true, childList: true, characterData: true});
}
"""


class LabPage:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def run(self, number: int) -> str:
        """Run a cell by its number, and wait for its end; return what it shows."""
        cell = self.page.locator(f'.jp-Notebook [data-windowed-list-index="{number}"]')
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([prompt, before]) => /\\d/.test(prompt.textContent) && prompt.textContent !== before",
            arg=[prompt.element_handle(), before],
            polling=100,  # at each frame, as Playwright does unless told, the page would take a third of a core
        )
        return str(cell.locator(".jp-Cell-outputWrapper").inner_text())

    def exhibit(self) -> Any:
        """Find the exhibit, and watch it from now on."""
        panel = self.page.locator(".d2l-exhibit").first
        panel.wait_for()
        self.page.evaluate(_WATCH, panel.element_handle())
        return panel

    def click_at(self, panel: Any, name: str, status: str) -> None:
        """Let the page click the exhibit's button of this name as soon as the status line next matches."""
        button = panel.get_by_role("button", name=name)
        self.page.evaluate(_CLICK_AT, [panel.element_handle(), button.element_handle(), status])

    def first(self, status: str, curves: str = "") -> float:
        """Wait until status line and curves' label match; return the seconds since the last key or click.

        What has been found is forgotten, with all before it.
        """
        return float(self.page.wait_for_function(_FIRST, arg=[status, curves], polling=100).json_value())


@contextmanager
def lab_page(cells: Sequence[str]) -> Iterator[LabPage]:
    """Open a notebook of these cells in a JupyterLab and a browser of its own; both end with the ``with`` block.

    Raises
    ------
    LibraryUnusable
        If Playwright or Chromium is missing.
    TrainingError
        If JupyterLab does not start.
    """
    with chromium() as browser, tempfile.TemporaryDirectory() as home, _lab(Path(home), cells) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(1000 * _WAIT)
        page.goto(address)
        page.locator("#jp-bottom-panel").get_by_text(re.compile(r"\| Idle")).wait_for()
        yield LabPage(page)


@contextmanager
def _lab(home: Path, cells: Sequence[str]) -> Iterator[str]:
    folder = home / "notebooks"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "panel.ipynb")
    quiet = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')  # else a question covers the page
    names = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    environment = os.environ | {name: str(home / name) for name in names}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, token = f"http://127.0.0.1:{port}", secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", "--LabApp.news_url=None"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"{address}/api?token={token}", server)
        yield f"{address}/lab/tree/panel.ipynb?token={token}"
    finally:
        server.terminate()
        server.wait(_WAIT)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _WAIT
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TrainingError(
        "The panel cannot be measured.",
        got="a JupyterLab that does not answer",
        expected="an answer within a minute",
        remedy="start python -m jupyterlab by hand, and see what it says",
    )
