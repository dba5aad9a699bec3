"""Autograded notebooks: nbgrader reads the marks in them, and nothing of a student's runs in a teacher's browser."""

from __future__ import annotations

import base64
import copy
import dataclasses
import io
import json
from pathlib import Path

import nbformat
import pytest
from PIL import Image
from support.courses import need_nbgrader
from support.sample_results import EVIL, result_for

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.gradebook.autograded_notebook import autograded_notebook, comments_on, notebook_bytes, scores_of
from d2l_autograder.submission.submission import read_submission


def submission(assignment, *cells):
    notebook = {**assignment.release, "cells": [*assignment.release.cells, *cells]}
    return read_submission(json.dumps(notebook).encode(), assignment)


PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12P4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


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


@pytest.mark.nbgrader
@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_nbgraders_pages_show_a_pasted_picture_and_run_nothing(assignment, template):
    need_nbgrader()
    import nbgrader
    from nbconvert import HTMLExporter

    text = f"![mine](attachment:im.png) ![none](attachment:missing.png)\n\n{EVIL}\n\n</pre> [x](javascript:took())"
    marked = submission(assignment, nbformat.v4.new_markdown_cell(text))
    marked.notebook.cells[-1]["attachments"] = {
        "im.png": {"image/png": PICTURE},
        "<script>took()</script>": {"image/svg+xml": "<svg onload='took()'/>"},
    }
    notebook = nbformat.reads(notebook_bytes(autograded_notebook(result_for(assignment), assignment, marked)), 4)
    nbformat.validate(notebook)
    static = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
    exporter = HTMLExporter(
        template_name=template,
        sanitize_html=True,
        extra_template_basedirs=[str(static / "templates")],
        extra_template_paths=[str(static / "static" / "node_modules" / "bootstrap" / "dist" / "css")],
    )
    place = {"nbgrader": {"score": 1, "max_score": 2, "late_penalty": 0, "notebook": "x"}, "index": 0, "total": 1}
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(score=0, points=cell.metadata.nbgrader.get("points", 0), comment=None)
    shown, _ = exporter.from_notebook_node(notebook, resources=place)
    assert f'src="data:image/png;base64,{PICTURE}"' in shown
    assert "&lt;script&gt;took()" in shown
    for harm in ("<script>took", "<svg onload", "<b onclick", 'href="javascript'):
        assert harm not in shown


@pytest.mark.nbgrader
@pytest.mark.parametrize("share", [0, 2 / 3, 1])
def test_scores_and_comments_are_what_nbgrader_reads_in_the_notebook(assignment, share):
    need_nbgrader()
    from nbgrader.preprocessors import ComputeChecksums
    from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

    release = copy.deepcopy(assignment.release)
    release.cells.append(graded("essay", "markdown", "Write here.", solution=True, points=2))
    release.cells.append(graded("essay-2", "markdown", "Write here, too.", solution=True, points=2))
    release.cells.append(graded("own-test", "code", "assert net", solution=False, points=3))
    ComputeChecksums().preprocess(release, {})
    wider = dataclasses.replace(assignment, release=release)
    answers = list(copy.deepcopy(release).cells)
    answers[-3]["source"] = "My essay."
    marked = read_submission(json.dumps({**release, "cells": answers}).encode(), wider)
    checksums = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.get("checksum")
        for cell in release.cells
        if "nbgrader" in cell.metadata
    }
    result = result_for(wider, share=share)
    notebook = autograded_notebook(result, wider, marked, checksums)
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert scores_of(result, notebook, wider) == {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in cells if is_grade(cell)
    }
    assert comments_on(notebook, wider) == {
        cell.metadata.nbgrader.grade_id: "No response."
        if compute_checksum(cell) == cell.metadata.nbgrader.checksum
        else None
        for cell in cells
        if is_solution(cell)
    }
    assert scores_of(result, notebook, wider)["essay"] is None  # a teacher marks it
    assert scores_of(result, notebook, wider)["essay-2"] == 0  # as it was handed out
    assert scores_of(result, notebook, wider)["own-test"] == 0  # nobody has run it


def graded(name, kind, source, solution, points):
    metadata = {"grade": True, "solution": solution, "locked": not solution, "task": False, "schema_version": 3}
    cell = getattr(nbformat.v4, f"new_{kind}_cell")(source, id=name)
    cell.metadata["nbgrader"] = {**metadata, "grade_id": name, "points": points, "cell_type": kind}
    return cell


def test_the_release_and_the_submission_stay_as_they_are(assignment):
    marked = submission(assignment, nbformat.v4.new_markdown_cell("mine"), nbformat.v4.new_code_cell("x = 1"))
    before = copy.deepcopy(marked.notebook), copy.deepcopy(assignment.release)
    autograded_notebook(result_for(assignment), assignment, marked, {"stable_softmax": "abc"})
    autograded_notebook(result_for(assignment), assignment, None, {"stable_softmax": "abc"})
    assert (marked.notebook, assignment.release) == before
