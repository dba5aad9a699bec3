"""The button for hints and the solution in JupyterLab, from the keyboard and on a narrow page, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import SCREENSHOTS, LabNotebook, left_open
from support.readable import check_outputs

from d2l_helpers.exercises.exercise import Exercise

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]  # where the solutions are
NAME = "04_softmax_regression"


def test_hints_and_then_the_solution_come_below_the_message(page: Page, lab: str) -> None:
    exercise = left_open(NAME)
    page.set_viewport_size({"width": 900, "height": 1000})
    with LabNotebook(page, lab, NAME) as notebook:
        wrong = f'helpers.check("{exercise.name}", lambda *given: {"x" * 200!r})'
        notebook.write("setup", f"import os\nimport d2l_helpers as helpers\nos.chdir({str(ROOT)!r})")
        check = f"check-{exercise.name.replace('_', '-')}"
        notebook.write(check, wrong)
        output = notebook.cell(check).locator(".jp-OutputArea-output")
        button = output.get_by_role("button", name=f"Next hint for {exercise.name}")
        button.wait_for()
        button.scroll_into_view_if_needed()
        assert_aligned(output.locator("dt"), output.locator("dd"), output)
        assert hints_seen(output, exercise) == []
        button.focus()
        for number in (1, 2, 3):
            page.keyboard.press("Enter")
            expect(output.get_by_text(f"hint {number} of 3")).to_be_visible()
            assert hints_seen(output, exercise) == list(range(1, number + 1))
        output.screenshot(path=SCREENSHOTS / "hints.png")
        expect(output.get_by_role("button", name=f"Show the solution of {exercise.name}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(output.locator("pre").get_by_text(f"def {exercise.name}(")).to_be_visible()
        expect(output.get_by_role("button", name=f"Solution of {exercise.name}")).to_be_disabled()
        output.screenshot(path=SCREENSHOTS / "solution.png")
        check_outputs(page, output)


def hints_seen(output: Locator, exercise: Exercise) -> list[int]:
    text = output.inner_text()
    return [number for number, hint in enumerate(exercise.hints, start=1) if hint in text]


def assert_aligned(terms: Locator, values: Locator, output: Locator) -> None:
    """Labels begin at one place, values at another, each beside its label and within the output."""
    assert terms.all_inner_texts() == ["got:", "expected:", "help:"]
    edges = "parts => parts.map(part => part.getBoundingClientRect()).map(box => [box.left, box.right])"
    labels, texts = terms.evaluate_all(edges), values.evaluate_all(edges)
    assert len({left for left, _ in labels}) == len({left for left, _ in texts}) == 1
    assert max(right for _, right in labels) <= texts[0][0]
    assert max(right for _, right in texts) <= output.evaluate_all(edges)[0][1]
    assert values.evaluate_all("parts => parts.every(part => part.scrollWidth <= part.clientWidth)")
