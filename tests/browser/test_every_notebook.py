"""Every notebook in JupyterLab: its cells run, its exhibits answer, an exercise goes from not attempted to right."""

from __future__ import annotations

import re

import pytest
from jupyter_lab import LabNotebook, status
from playwright.sync_api import Locator, Page, expect

from answers.key import Answer, answers_to
from d2l_helpers.exercises.catalogue import CHAPTER, chapter
from d2l_helpers.exercises.exercise import Exercise


@pytest.mark.parametrize("name", CHAPTER)
def test_a_reader_works_through(page: Page, lab: str, name: str) -> None:
    notebook = LabNotebook(page, lab, name)
    notebook.run_all()
    panels = notebook.panels()
    assert panels, "a notebook has at least one exhibit"
    for panel in panels:
        panel.scroll_into_view_if_needed()
        if panel.get_by_role("button", name="Retrain").count():
            retrains(panel)
        else:
            answers_at_once(panel)
    exercise, answer = first_written(name)
    solve(notebook, exercise, answer)
    notebook.close()


def answers_at_once(panel: Locator) -> None:
    """Move each control from the keyboard: the status line and the picture follow, and go back to the book's values."""
    line, picture = status(panel), panel.locator("svg, img").first
    expect(line).not_to_be_empty()
    picture.wait_for()
    book, drawn = line.inner_text(), picture.evaluate("node => node.outerHTML")
    for control in [*panel.get_by_role("slider").all(), *panel.locator("select").all()]:
        control.focus()
        control.press("ArrowRight" if control.get_attribute("role") == "slider" else "ArrowDown")
        expect(line).not_to_have_text(book)
        panel.get_by_role("button", name="Book values").click()
        expect(line).to_have_text(book)
    assert picture.evaluate("node => node.outerHTML") == drawn


def retrains(panel: Locator) -> None:
    """Move the first slider, stop the longest fit, go back."""
    line = status(panel)
    expect(line).to_contain_text("done after")
    book = line.inner_text()
    curves = panel.locator("svg").first
    drawn = curves.get_attribute("aria-label")
    slider = panel.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(line).to_contain_text("done after")
    expect(curves).not_to_have_attribute("aria-label", drawn or "")
    epochs = panel.locator(".widget-slider", has_text="epochs").get_by_role("slider")
    epochs.focus()
    epochs.press("End")
    expect(line).to_contain_text(re.compile(r"epoch \d+ of \d\d"))
    panel.get_by_role("button", name="Stop").click()
    expect(line).to_contain_text("stopped after")
    panel.get_by_role("button", name="Book values").click()
    expect(line).to_have_text(book)


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
    notebook.write(stub, answer.source(exercise.name))
    expect(verdict).to_contain_text(f"right, {exercise.points} of {exercise.points}")
