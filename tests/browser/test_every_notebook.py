"""Every notebook in JupyterLab, composed with the key's answers: its cells run, every check says right, its exhibits
answer, and the one exercise that was left open goes from not attempted over not yet to right.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from support.exhibits import answers_at_once, follows_its_rate, names_its_sliders, retrains
from support.jupyter_lab import LabNotebook, left_open, says, solve
from support.readable import check_outputs

from d2l_helpers.chapter import CHAPTER
from d2l_helpers.exercises.catalogue import chapter

SMALLEST = "00_start_here"  # a panel of two sliders, whose ten steps are over at once
FLAGSHIP, LIGHT = "07_softmax_regression_gluon", "01_linear_regression"

pytestmark = pytest.mark.browser


NAMES = [pytest.param(name, marks=[] if name in (FLAGSHIP, LIGHT) else pytest.mark.nightly) for name in CHAPTER]


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_works_through(page: Page, lab: str, name: str) -> None:
    with LabNotebook(page, lab, name) as notebook:
        notebook.run_all()
        for exercise in chapter()[name]:
            is_open = exercise == left_open(name)
            says(notebook, exercise, "not attempted, 0 of" if is_open else f"right, {exercise.points} of")
        panels = notebook.panels()
        assert panels or name == "09_review", "a notebook has at least one exhibit"
        for panel in panels:
            names_its_sliders(panel)
        check_outputs(page, page.locator(".jp-OutputArea-output"))
        for panel in panels:
            panel.scroll_into_view_if_needed()
            is_training = panel.get_by_role("button", name="Retrain").count()
            if name == SMALLEST:
                follows_its_rate(panel)
            else:
                retrains(panel, name == FLAGSHIP) if is_training else answers_at_once(panel)
        solve(notebook, name)
