"""A notebook open in JupyterLab, as a reader handles it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Self

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Locator, Page, TimeoutError, expect
from support.key import answers_to

from d2l_authoring.notebook_file import read_notebook
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.lab.snapshots import EXHIBIT

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

_WATCH = """
([panel]) => {
  window.seen = [];
  const note = () => {
    const status = panel.querySelector('[role=status]')?.textContent ?? '';
    const curves = panel.querySelector('[role=img]')?.getAttribute('aria-label') ?? '';
    window.seen.push([performance.now(), status, curves]);
  };
  new MutationObserver(note).observe(panel, {subtree: true, childList: true, characterData: true, attributes: true});
  window.events = [];
  for (const kind of ['keydown', 'click'])
    window.addEventListener(kind, () => window.events.push(performance.now()), true);
}
"""


class LabNotebook:
    """One notebook in one tab; its kernel is shut down at the end of a ``with`` block.

    Parameters
    ----------
    page : Page
        The tab.
    address : str
        What the ``lab`` fixture gives.
    name : str
        The notebook's, without its ending.
    """

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.cells = read_notebook(NOTEBOOKS / f"{name}.ipynb").cells
        page.goto(address.format(name))
        page.get_by_role("heading", name=self.cells[0].source.splitlines()[0].removeprefix("# ")).first.wait_for()
        self.wait_until_idle()  # a kernel that still starts would not hear Run All

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs."""
        bar = self.page.locator("#jp-bottom-panel")
        appears(bar.get_by_text(re.compile(r"\| Idle")), bar, seconds)

    def run_all(self) -> None:
        """Run all cells, and wait for the last one."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        numbered = self.cell([cell["id"] for cell in self.cells if cell.cell_type == "code"][-1])
        count = sum(cell.cell_type == "code" for cell in self.cells)
        prompt = numbered.locator(".jp-InputPrompt")
        appears(prompt.filter(has_text=f"[{count}]:"), prompt, 300)
        self.wait_until_idle()

    def cell(self, cell_id: str) -> Locator:
        """Find a cell by its id."""
        index = next(index for index, cell in enumerate(self.cells) if cell["id"] == cell_id)
        return self.page.locator(f'.jp-Notebook [data-windowed-list-index="{index}"]')

    def write(self, cell_id: str, source: str) -> None:
        """Replace a cell's code, and run it and the next code cell."""
        editor = self.cell(cell_id).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def panels(self) -> list[Locator]:
        """Find the exhibits, in the notebook's order: all that were recorded."""
        shown = self.page.locator(".jp-OutputArea-output:has(button:text-is('Book values'))")
        expect(shown).to_have_count(recorded_exhibits(self.cells))
        return shown.all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Shut the kernel down, so that the next notebook has the machine to itself."""
        self.page.evaluate(
            """async () => {
              const token = new URLSearchParams(location.search).get('token')
                ?? JSON.parse(document.getElementById('jupyter-config-data').textContent).token;
              const headers = {Authorization: `token ${token}`};
              const sessions = await (await fetch('/api/sessions', {headers})).json();
              for (const {id} of sessions) await fetch(`/api/sessions/${id}`, {method: 'DELETE', headers});
            }"""
        )


class Notebook7(LabNotebook):
    """One notebook in Notebook 7, which is made of JupyterLab's parts and has no status bar."""

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs."""
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator")
        appears(self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]"), indicator, seconds)


class Watch:
    """When a panel changed after the reader's last key or click, in seconds by the page's own clock."""

    def __init__(self, page: Page, panel: Locator) -> None:
        self.page = page
        page.evaluate(_WATCH, [panel.element_handle()])

    def first(self, status: str = "", curves: str = "", seconds: float = 60) -> float:
        """Wait for the first change after which status line and curves' label match; return its time."""
        arguments = json.dumps([status, curves])
        found = f"""
        () => {{
          const [status, curves] = {arguments}.map(pattern => new RegExp(pattern));
          const start = window.events.at(-1);
          const hit = window.seen.find(([t, s, c]) => t >= start && status.test(s) && curves.test(c));
          return hit ? (hit[0] - start) / 1000 : null;
        }}
        """
        try:
            return float(self.page.wait_for_function(found, timeout=1000 * seconds).json_value())
        except TimeoutError:
            last = self.page.evaluate("window.seen.at(-1)")
            pytest.fail(f"never seen: {status!r} with {curves!r}; last seen: {last}")


def recorded_exhibits(cells: list[NotebookNode]) -> int:
    """Count the exhibits among the recorded outputs."""
    return sum(EXHIBIT in output.get("metadata", {}) for cell in cells for output in cell.get("outputs", []))


def left_open(name: str) -> Exercise:
    """Return the exercise of a notebook that is solved on the page: its first written one."""
    return next(exercise for exercise in chapter()[name] if exercise.kind == "written")


def solve(notebook: LabNotebook, name: str) -> None:
    """Answer the open exercise, wrongly and then with the key's answer."""
    exercise = left_open(name)
    notebook.write(_stub(exercise), f"{exercise.name} = lambda *arguments, **settings: 'wrong'")
    says(notebook, exercise, "not yet, 0 of", "expected:")
    notebook.write(_stub(exercise), answers_to(name)[exercise.name].source())
    says(notebook, exercise, f"right, {exercise.points} of {exercise.points}")


def says(notebook: LabNotebook, exercise: Exercise, *texts: str) -> None:
    """Wait until an exercise's check says all this."""
    verdict = notebook.cell(f"check-{_stub(exercise)}").locator(".jp-OutputArea-output")
    told = verdict
    for text in texts:
        told = told.filter(has_text=text)
    appears(told, verdict)


def _stub(exercise: Exercise) -> str:
    """Return the id of an exercise's cell."""
    return exercise.name.replace("_", "-")


def appears(what: Locator, where: Locator, seconds: float = 60) -> None:
    """Wait for what is not on the page yet: each time `expect` looks for it, it describes the whole page, for a second.

    In vain, the test fails with the text that is there instead.
    """
    try:
        what.wait_for(timeout=1000 * seconds)
    except TimeoutError:
        pytest.fail(f"not seen for {seconds} s: {what}; the page says: {where.all_inner_texts()}")


def status(panel: Locator) -> Locator:
    """Find a panel's status line."""
    return panel.locator("[role=status]")


def settled(line: Locator) -> str:
    """Read a status line once it has said the same for half a second: while it is replaced, there is none."""
    text = ""
    for _ in range(60):
        before, text = text, line.inner_text()
        if text and text == before:
            return text
        line.page.wait_for_timeout(500)
    pytest.fail(f"the status line does not come to rest; it says {text!r}")
