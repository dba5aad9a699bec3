"""Every notebook in JupyterLab: its cells run, its exhibits answer, an exercise goes from not attempted to right."""

from __future__ import annotations

import pytest
from jupyter_lab import LabNotebook, settled, status
from playwright.sync_api import Locator, Page, expect

from answers.key import Answer, answers_to
from d2l_helpers.exercises.catalogue import CHAPTER, chapter
from d2l_helpers.exercises.exercise import Exercise


@pytest.mark.parametrize("name", CHAPTER)
def test_a_reader_works_through(page: Page, lab: str, name: str) -> None:
    with LabNotebook(page, lab, name) as notebook:
        notebook.run_all()
        panels = notebook.panels()
        assert panels, "a notebook has at least one exhibit"
        for panel in panels:
            panel.scroll_into_view_if_needed()
            is_training = panel.get_by_role("button", name="Retrain").count()
            retrains(panel) if is_training else answers_at_once(panel)
        solve(notebook, *first_written(name))


def answers_at_once(panel: Locator) -> None:
    """Move each control from the keyboard: status line and picture follow, and go back to the book's values."""
    line = status(panel)
    panel.locator("svg, img").first.wait_for()
    book, drawn, has_moved = settled(line), pictures(panel), False
    for control in panel.get_by_role("slider").all():
        control.focus()
        at_its_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
        control.press("ArrowLeft" if at_its_end else "ArrowRight")
        expect(line).not_to_have_text(book)
        panel.page.wait_for_timeout(300)  # status line and picture come one after the other
        has_moved |= pictures(panel) != drawn
        panel.get_by_role("button", name="Book values").press("Enter")
        expect(line).to_have_text(book)
    assert has_moved, "some controls change only the words, not all"
    panel.page.wait_for_timeout(300)
    assert pictures(panel) == drawn


def retrains(panel: Locator) -> None:
    """Move the first slider, stop the longest fit, go back."""
    line, curves = status(panel), panel.locator("svg").first
    expect(line).to_contain_text("done after")
    book = settled(line)
    settings = book.splitlines()[0]
    label = curves.get_attribute("aria-label")
    slider = panel.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(line).not_to_contain_text(settings)
    expect(line).to_contain_text("done after")
    expect(curves).not_to_have_attribute("aria-label", label or "")
    batch_size = (
        panel.locator(".widget-hslider, .widget-inline-hbox", has_text="batch size").get_by_role("slider").first
    )
    batch_size.focus()
    batch_size.press("Home")  # the smallest, which takes the longest
    epochs = panel.locator(".widget-hslider, .widget-inline-hbox", has_text="epochs").get_by_role("slider").first
    epochs.focus()
    epochs.press("End")
    expect(line).to_contain_text("epochs 30")
    panel.get_by_role("button", name="Stop").click()
    expect(line).to_contain_text("stopped")
    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)


def pictures(panel: Locator) -> list[str]:
    return panel.locator("svg, img").evaluate_all("nodes => nodes.map(node => node.outerHTML)")


def first_written(name: str) -> tuple[Exercise, Answer]:
    exercise = next(exercise for exercise in chapter()[name] if exercise.kind == "written")
    return exercise, answers_to(name)[exercise.name]


def solve(notebook: LabNotebook, exercise: Exercise, answer: Answer) -> None:
    stub, check = exercise.name.replace("_", "-"), f"check-{exercise.name.replace('_', '-')}"
    verdict = notebook.cell(check).locator(".jp-OutputArea-output")
    expect(verdict).to_contain_text("not attempted, 0 of")
    notebook.write(stub, f"{exercise.name} = lambda *arguments, **settings: 'wrong'")
    expect(verdict).to_contain_text("not yet, 0 of")
    expect(verdict).to_contain_text("expected:")
    notebook.write(stub, answer.source())
    expect(verdict).to_contain_text(f"right, {exercise.points} of {exercise.points}")
