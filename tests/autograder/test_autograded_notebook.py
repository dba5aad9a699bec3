"""Autograded notebooks: nbgrader reads the marks in them, and nothing of a student's runs in a teacher's browser."""

from __future__ import annotations

import base64
import io
import json

import nbformat
import pytest
from PIL import Image
from support.courses import NAME, ROOT, need_nbgrader
from support.sample_results import EVIL, result_for

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.assignment import load_assignment
from d2l_autograder.autograded_notebook import autograded_notebook
from d2l_autograder.submission import read_submission


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")


def submission(assignment, *cells):
    notebook = {**assignment.release, "cells": [*assignment.release.cells, *cells]}
    return read_submission(json.dumps(notebook).encode(), assignment)


@pytest.mark.nbgrader
@pytest.mark.parametrize("share", [0, 1 / 3, 2 / 3, 1])
def test_nbgrader_reads_the_marks_in_the_notebook(assignment, share):
    need_nbgrader()
    from nbgrader.utils import determine_grade

    ours = result_for(assignment, share=share)
    notebook = autograded_notebook(ours, assignment, submission(assignment))
    nbformat.validate(notebook)
    checks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [determine_grade(cell) for cell in checks] == [(mark.earned, mark.points) for mark in ours.marks]


def test_a_students_own_outputs_stay_and_checks_show_the_marks(assignment):
    plot = nbformat.v4.new_output("display_data", data={"text/plain": "my plot", "text/html": EVIL})
    cell = nbformat.v4.new_code_cell("'\ud800'\nplot()", outputs=[plot])
    result = result_for(assignment)
    notebook = autograded_notebook(result, assignment, submission(assignment, cell))
    assert notebook.cells[-1].outputs[0].data == {"text/plain": "my plot"}
    assert notebook.cells[-1].source == "'?'\nplot()"
    to_bytes(notebook)
    checks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(checks) == len(result.marks)
    for check, mark in zip(checks, result.marks, strict=True):
        (shown,) = check.outputs
        assert shown.output_type == "execute_result"
        assert float(shown.data["text/plain"]) == mark.earned
        assert "<script" not in shown.data["text/html"]


def test_without_a_submission_the_release_takes_its_place(assignment):
    notebook = autograded_notebook(result_for(assignment, share=0), assignment)
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in assignment.release.cells]


def test_what_a_student_wrote_is_text_in_the_teachers_browser(assignment):
    cells = [nbformat.v4.new_markdown_cell(f"# Notes\n\n{EVIL} [x](javascript:took())"), nbformat.v4.new_raw_cell(EVIL)]
    notebook = autograded_notebook(result_for(assignment), assignment, submission(assignment, *cells))
    from nbconvert import HTMLExporter

    shown, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert "&lt;script&gt;took()" in shown
    for harm in ("<script>took", "<b onclick", 'href="javascript'):
        assert harm not in shown
    assert notebook.cells[0].source == assignment.release.cells[0].source


def test_attached_pictures_show_in_the_teachers_browser(assignment):
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, "PNG")
    picture = base64.b64encode(file.getvalue()).decode()
    names = ["image.png", "a b](javascript:took()).png", "é.png"]
    cell = nbformat.v4.new_markdown_cell("My plot:\n\n![x](attachment:image.png) ![y](attachment:missing.png)")
    cell["attachments"] = {name: {"image/png": picture} for name in names} | {"x.svg": {"image/svg+xml": EVIL}}
    notebook = autograded_notebook(result_for(assignment), assignment, submission(assignment, cell))
    nbformat.validate(notebook)
    from nbconvert import HTMLExporter

    shown, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert shown.count('src="data:image/png;base64,') >= len(names)
    assert "attachment:picture" not in shown
    for harm in ("<script>took", 'href="javascript'):
        assert harm not in shown


def test_repairs_and_a_missing_sandbox_are_noted_first(assignment):
    notes = {"repairs": ("the cell kl_bits was missing",), "is_sandboxed": False}
    notebook = autograded_notebook(result_for(assignment, **notes), assignment, submission(assignment))
    assert "the cell kl_bits was missing" in notebook.cells[0].source
    assert "without a sandbox" in notebook.cells[0].source
