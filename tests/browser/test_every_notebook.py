"""Every notebook in JupyterLab, composed with the key's answers: its cells run, every check says right, its exhibits
answer, and the one exercise that was left open goes from not attempted over not yet to right.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import SCREENSHOTS, LabNotebook, Watch, appears, left_open, settled, status
from support.key import answers_to
from support.readable import check_outputs

from d2l_helpers.chapter import CHAPTER
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.panels.controls import log_step

SMALLEST = "00_start_here"  # a panel of two sliders, whose ten steps are over at once
FLAGSHIP, LIGHT = "07_softmax_regression_gluon", "01_linear_regression"
# Seconds at rest; README has what was measured
BOUNDS = {"slider to first text": 0.5, "slider to first curve": 1, "slider to last curve": 5, "Stop to stopped": 0.5}

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
                retrains(panel, name) if is_training else answers_at_once(panel)
        solve(notebook, name)


@pytest.mark.timing
def test_the_flagships_panel_answers_within_its_bounds(page: Page, lab: str) -> None:
    with LabNotebook(page, lab, FLAGSHIP) as notebook:
        notebook.run_all()
        waits: dict[str, float] = {}
        for panel in notebook.panels():
            panel.scroll_into_view_if_needed()
            if panel.get_by_role("button", name="Retrain").count():
                waits |= retrains(panel, FLAGSHIP)
    print(waits)
    assert waits.keys() == BOUNDS.keys()
    assert {what: seconds for what, seconds in waits.items() if seconds > BOUNDS[what]} == {}


def names_its_sliders(panel: Locator) -> None:
    """Check that a screen reader hears of each slider what is written before and behind it."""
    panel.scroll_into_view_if_needed()
    panel.get_by_role("slider", name=re.compile(".")).first.wait_for()
    for row in panel.locator(".widget-hslider, .widget-inline-hbox:has([role=slider])").all():
        title, value = (settled(row.locator(f".widget-{part}")) for part in ("label", "readout"))
        handle = row.get_by_role("slider", name=title, exact=True)
        expect(handle).to_have_attribute("aria-valuetext", value)


def follows_its_rate(panel: Locator) -> None:
    """Move the rate and put it back: the loss follows."""
    line = status(panel)
    expect(line).to_contain_text("done after")
    book = settled(line)
    panel.get_by_role("slider").first.press("ArrowRight")
    expect(line).not_to_have_text(book)
    panel.get_by_role("button", name="Book values").press("Enter")
    expect(line).to_have_text(book)


def answers_at_once(panel: Locator) -> None:
    """Move each control from the keyboard: status line and picture follow, and go back to the book's values."""
    line = status(panel)
    panel.locator("svg, img").first.wait_for()
    book, drawn, has_moved = settled(line), pictures(panel), False
    for control in panel.get_by_role("slider").all():
        top = pictures_top(panel)
        control.focus()
        at_its_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
        control.press("ArrowLeft" if at_its_end else "ArrowRight")
        expect(line).not_to_have_text(book)
        assert pictures_top(panel) == top, "what stands below the status line does not move"
        has_moved = has_moved or soon(panel.page, lambda: pictures(panel) != drawn)
        panel.get_by_role("button", name="Book values").press("Enter")
        expect(line).to_have_text(book)
    assert has_moved, "some controls change only the words, not all"
    assert soon(panel.page, lambda: pictures(panel) == drawn)


def soon(page: Page, is_so: Callable[[], bool]) -> bool:
    """Wait for what comes after the status line: on a busy machine, not at once."""
    for _ in range(30):
        if is_so():
            return True
        page.wait_for_timeout(100)
    return False


def retrains(panel: Locator, name: str) -> dict[str, float]:
    """Move the first slider, stop the longest fit, go back; return the seconds of each wait."""
    is_flagship, waits = name == FLAGSHIP, {}
    line, curves = status(panel), panel.get_by_role("img").first
    expect(line).to_contain_text("done after")
    book = settled(line)
    label = curves.get_attribute("aria-label")
    if is_flagship:
        expect(line).to_contain_text("learning rate 0.1, batch size 256, epochs 10")
        expect(line).to_contain_text("done after 10 of 10 epochs")
        expect(line).to_contain_text("held-out accuracy 0.8359")
        panel.screenshot(path=SCREENSHOTS / "panel.png")

    rate = panel.get_by_role("slider").first
    rate.focus()
    for _ in range(9):
        rate.press("ArrowRight")
    expect(line).to_contain_text(f"learning rate {rate_after(9, book):.4g}")
    moved = f"{rate_after(10, book):.4g}"
    watch = Watch(panel.page, panel)
    rate.press("ArrowRight")
    waits["slider to first text"] = watch.first(f"learning rate {moved}")
    waits["slider to first curve"] = watch.first(f"learning rate {moved}[^]*epoch 1 of", "after 1 epoch")
    waits["slider to last curve"] = watch.first(f"learning rate {moved}[^]*done after")
    expect(curves).not_to_have_attribute("aria-label", label or "")
    expect(panel.locator("tbody tr").first).to_contain_text(moved)
    if is_flagship:
        panel.screenshot(path=SCREENSHOTS / "panel-moved.png")

    stop, epochs = panel.get_by_role("button", name="Stop"), slider_of(panel, "epochs")
    if is_flagship:
        epochs.press("End")
        expect(line).to_contain_text(re.compile(r"epoch \d+ of 30"))
        stop.click()
        waits["Stop to stopped"] = watch.first("stopped after")
    slider_of(panel, "batch size").press("Home")  # the smallest, which takes the longest
    epochs.press("End")
    expect(line).to_contain_text(re.compile(r"batch size 1, epochs 30\b"))
    stop.click()
    expect(line).to_contain_text("stopped")

    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)
    return waits


def rate_after(keys: int, book: str) -> float:
    """Compute the learning rate to which this many key presses move the slider from the book's."""
    found = re.match(r"learning rate ([\d.]+),", book)
    assert found, book
    rate = float(found[1])
    return float(rate * 10 ** (keys * log_step(rate, -3, 0.05)))


def slider_of(panel: Locator, title: str) -> Locator:
    row = panel.locator(".widget-hslider, .widget-inline-hbox", has_text=title)
    return row.get_by_role("slider").first


def pictures_top(panel: Locator) -> float:
    """Return how many pixels the first picture lies below the upper edge of its exhibit."""
    top = "node.getBoundingClientRect().top"
    return float(
        panel.evaluate(
            f"panel => {{ const at = node => {top}; return at(panel.querySelector('svg, img')) - at(panel); }}"
        )
    )


def pictures(panel: Locator) -> list[str]:
    return panel.locator("svg, img").evaluate_all("nodes => nodes.map(node => node.outerHTML)")


def solve(notebook: LabNotebook, name: str) -> None:
    """Answer the open exercise, wrongly and then with the key's answer."""
    exercise = left_open(name)
    notebook.write(stub(exercise), f"{exercise.name} = lambda *arguments, **settings: 'wrong'")
    says(notebook, exercise, "not yet, 0 of", "expected:")
    notebook.write(stub(exercise), answers_to(name)[exercise.name].source())
    says(notebook, exercise, f"right, {exercise.points} of {exercise.points}")


def says(notebook: LabNotebook, exercise: Exercise, *texts: str) -> None:
    """Wait until an exercise's check says all this."""
    verdict = notebook.cell(f"check-{stub(exercise)}").locator(".jp-OutputArea-output")
    told = verdict
    for text in texts:
        told = told.filter(has_text=text)
    appears(told, verdict)


def stub(exercise: Exercise) -> str:
    return exercise.name.replace("_", "-")
