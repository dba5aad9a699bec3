"""A notebook that Voila shows: run from top to bottom, without its code."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import NOTEBOOKS, recorded_exhibits

from d2l_authoring.notebook_file import read_notebook

__all__ = ["VoilaPage"]


class VoilaPage:
    """One page of Voila's, on which all cells have run.

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
        # Icons that Voila's own page asks for, and the chapter does not use: without a network they are missing
        page.route(re.compile("fontawesome"), lambda route: route.fulfill(body="", content_type="text/css"))
        page.goto(address.format(name), timeout=300_000)

    def panels(self) -> list[Locator]:
        """Find the exhibits, in the notebook's order: all that were recorded."""
        shown = self.page.locator(".jp-OutputArea-output:has(button:text-is('Book values'))")
        expect(shown).to_have_count(recorded_exhibits(self.cells))
        return shown.all()
