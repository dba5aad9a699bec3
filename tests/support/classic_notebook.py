"""A notebook open in the classic Notebook, as a reader handles it: Notebook 6 or nbclassic."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import NOTEBOOKS, recorded_exhibits
from support.key import answers_to

from d2l_authoring.notebook_file import read_notebook

__all__ = ["ClassicNotebook", "solve"]


class ClassicNotebook:
    """One notebook in one tab.

    Parameters
    ----------
    page : Page
        The tab.
    address : str
        The server's, to be completed by a notebook's name.
    name : str
        The notebook's, without its ending.
    """

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.cells = read_notebook(NOTEBOOKS / f"{name}.ipynb").cells
        page.goto(address.format(name))
        self.wait_until_idle()

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs."""
        self.page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for(timeout=1000 * seconds)

    def run_all(self) -> None:
        """Run all cells, and wait for the last one."""
        count = sum(cell.cell_type == "code" for cell in self.cells)
        self.page.evaluate("Jupyter.notebook.execute_all_cells()")
        last = self.page.locator(".code_cell .input_prompt").last
        expect(last).to_contain_text(f"[{count}]:", timeout=300_000)
        self.wait_until_idle()

    def panels(self) -> list[Locator]:
        """Find the exhibits, in the notebook's order: all that were recorded."""
        shown = self.page.locator(".output_subarea:has(button:text-is('Book values'))")
        expect(shown).to_have_count(recorded_exhibits(self.cells))
        return shown.all()


def solve(page: Page, name: str) -> None:
    """Take a hint for the first exercise, then write its solution into the stub, and see it found right."""
    answer = next(iter(answers_to(name).values()))
    find = "grade_id => Jupyter.notebook.get_cells().find(c => (c.metadata.nbgrader || {}).grade_id === grade_id)"
    verdict = page.evaluate_handle(f"({find})({f'check-{answer.exercise}'!r}).element[0]").as_element()
    assert verdict is not None
    assert "not attempted" in verdict.inner_text()
    verdict.query_selector("button:has-text('Next hint for')").press("Enter")
    page.wait_for_function("element => element.innerText.includes('hint 1 of 3')", arg=verdict)
    page.evaluate(f"([id, source]) => ({find})(id).set_text(source)", [answer.exercise, answer.source()])
    for cell in (answer.exercise, f"check-{answer.exercise}"):
        page.evaluate(f"id => ({find})(id).execute()", cell)
    page.wait_for_function("element => element.innerText.includes(': right,')", arg=verdict)
