"""Results in nbgrader's gradebook: its marks are ours, and a teacher's own marks stay."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

import nbformat
import pytest
from support.courses import NAME, ROOT, need_nbgrader

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder import gradebook
from d2l_autograder.assignment import load_assignment
from d2l_autograder.autograded_notebook import autograded_notebook
from d2l_autograder.results import Finding, Mark, Result, Status
from d2l_autograder.sandbox import Verdict
from d2l_autograder.submission import read_submission
from d2l_helpers.errors import LibraryUnusable, NotebookError

EVIL = '<script>took()</script>\x1b[2J\u202e<b onclick="took()">'


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")


def result(assignment, student="ada", share=2 / 3, **changes):
    """Give a share of the points for each exercise, which is not right then."""
    finding = Finding("an edge", Verdict.WRONG, EVIL, "numbers")
    verdict = Verdict.RIGHT if share == 1 else Verdict.WRONG
    marks = tuple(
        Mark(
            item.exercise.name,
            item.exercise.title,
            item.points,
            round(item.points * share, 2),
            verdict,
            (finding,),
            EVIL,
        )
        for item in assignment.items
    )
    return Result(student, assignment.name, **{"status": Status.MARKED, "marks": marks, **changes})


def submission(assignment, *cells):
    notebook = nbformat.v4.new_notebook(cells=[*assignment.release.cells, *cells])
    return read_submission(to_bytes(notebook), assignment)


def outcome(assignment, *cells, **changes):
    return result(assignment, **changes), submission(assignment, *cells)


def book(folder):
    need_nbgrader()
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder}/gradebook.db")


def grade(gradebook, student="ada", exercise="stable_softmax"):
    return gradebook.find_grade(f"check-{exercise}", NAME, NAME, student)


@pytest.fixture
def saved(tmp_path, assignment):
    """Save outcomes, by default one, in a folder of the test's."""
    need_nbgrader()

    def save(*outcomes):
        gradebook.save(outcomes or [outcome(assignment)], {NAME: assignment}, tmp_path / "course")
        return tmp_path / "course"

    return save


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_marks_in_the_gradebook_are_the_results(saved, assignment):
    shares = {"ada": 2 / 3, "bob": 1, "cyd": 0}
    folder = saved(*(outcome(assignment, student=student, share=share) for student, share in shares.items()))
    with book(folder) as found:
        for student, share in shares.items():
            ours = result(assignment, student, share)
            theirs = found.find_submission(NAME, student)
            assert theirs.score == pytest.approx(ours.earned)
            assert theirs.max_score == ours.points
            assert {mark.exercise: mark.earned for mark in ours.marks} == {
                grade.name.removeprefix("check-"): grade.auto_score for grade in theirs.notebooks[0].grades
            }
        assert grade(found).auto_score == 1.33
        assert not grade(found).needs_manual_grade


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_a_new_gradebook_has_the_version_that_nbgrader_gives_it(saved, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic by name
    from sqlalchemy import text

    versions = []
    for folder in (saved(), tmp_path):
        with book(folder) as found:
            versions.append(found.db.execute(text("SELECT version_num FROM alembic_version")).all())
    assert len(versions[0]) == 1
    assert versions[0] == versions[1]


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_a_teachers_mark_survives_a_second_save(saved, assignment):
    with book(saved()) as found:
        manual = grade(found)
        manual.manual_score, manual.needs_manual_grade = 0.5, False
        found.db.commit()
    with book(saved()) as found:  # the same result: nothing to look at again
        assert (grade(found).score, grade(found).auto_score, grade(found).needs_manual_grade) == (0.5, 1.33, False)
    with book(saved(outcome(assignment, share=1))) as found:  # another one: nbgrader asks the teacher
        assert (grade(found).score, grade(found).auto_score, grade(found).needs_manual_grade) == (0.5, 2, True)


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_saving_twice_changes_no_file(saved):
    folder = saved()
    (file,) = folder.glob("autograded/*/*/*.ipynb")
    before = file.stat()
    saved()
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    (folder / "gradebook.db").unlink()
    with book(saved()) as found:
        assert grade(found).auto_score == 1.33


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_our_faults_and_unknown_assignments_leave_no_mark(saved, assignment):
    fault = result(assignment, status=Status.SANDBOX_FAULT, marks=()), None
    unknown = dataclasses.replace(result(assignment), assignment="unknown"), None
    folder = saved(fault, unknown, outcome(assignment, student="bob"))
    assert [path.name for path in (folder / "autograded").iterdir()] == ["bob"]
    with book(folder) as found:
        assert [student.id for student in found.students] == ["bob"]


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_a_damaged_submission_has_no_points_and_says_why(saved, assignment):
    damaged = result(assignment, share=0, status=Status.DAMAGED, detail=f"it is {EVIL}")
    folder = saved((damaged, None))
    with book(folder) as found:
        assert (found.find_submission(NAME, "ada").score, grade(found).auto_score) == (0, 0)
    (file,) = folder.glob("autograded/*/*/*.ipynb")
    first = nbformat.read(file, as_version=4).cells[0].source
    assert "it is &lt;script&gt;" in first
    assert "\x1b" not in first


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_whatever_a_student_is_called_the_files_stay_in_the_folder(saved, assignment):
    students = ["..", "a/b", "Ünal Ö.", "' OR 1=1 --", "名前", "x" * 300]
    folder = saved(*(outcome(assignment, student=student) for student in students))
    assert len(list(folder.glob(f"autograded/*/{NAME}/{NAME}.ipynb"))) == len(students)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    with book(folder) as found:
        assert [student.score for student in found.students] == [result(assignment).earned] * len(students)


@pytest.mark.filterwarnings("ignore::Warning:nbgrader")
def test_an_assignment_whose_cells_changed_is_refused(saved, assignment):
    folder = saved()
    other = dataclasses.replace(
        assignment,
        release=nbformat.v4.new_notebook(cells=[cell for cell in assignment.release.cells if "kl" not in cell.id]),
    )
    with pytest.raises(NotebookError, match=NAME):
        gradebook.save([outcome(assignment, student="bob")], {NAME: other}, folder)


def test_without_nbgrader_it_says_what_to_run(saved, assignment, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    with pytest.raises(LibraryUnusable, match="make grading"):
        saved()


@pytest.mark.parametrize("share", [0, 1 / 3, 2 / 3, 1])
def test_nbgrader_reads_our_marks_in_the_notebook(assignment, share):
    need_nbgrader()
    from nbgrader.utils import determine_grade

    ours = result(assignment, share=share)
    notebook = autograded_notebook(ours, assignment, submission(assignment))
    nbformat.validate(notebook)
    checks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [determine_grade(cell) for cell in checks] == [(mark.earned, mark.points) for mark in ours.marks]


def test_a_students_own_outputs_stay_and_checks_show_ours(assignment):
    plot = nbformat.v4.new_output("display_data", data={"text/plain": "my plot", "text/html": EVIL})
    cell = nbformat.v4.new_code_cell("'\ud800'\nplot()", outputs=[plot])
    submitted = json.dumps({**assignment.release, "cells": [*assignment.release.cells, cell]}).encode()
    notebook = autograded_notebook(result(assignment), assignment, read_submission(submitted, assignment))
    assert notebook.cells[-1].outputs[0].data == {"text/plain": "my plot"}
    assert notebook.cells[-1].source == "'?'\nplot()"
    to_bytes(notebook)
    for check in (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")):
        (shown,) = check.outputs
        assert shown.output_type == "execute_result"
        assert "<script" not in shown.data["text/html"]


def test_what_a_student_wrote_is_text_in_the_teachers_browser(assignment):
    cells = [nbformat.v4.new_markdown_cell(f"# Notes\n\n{EVIL} [x](javascript:took())"), nbformat.v4.new_raw_cell(EVIL)]
    notebook = autograded_notebook(result(assignment), assignment, submission(assignment, *cells))
    from nbconvert import HTMLExporter

    shown, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert "&lt;script&gt;took()" in shown
    for harm in ("<script>took", "<b onclick", 'href="javascript'):
        assert harm not in shown
    assert notebook.cells[0].source == assignment.release.cells[0].source


def test_what_was_mended_and_that_there_was_no_sandbox_are_said_first(assignment):
    notes = {"repairs": ("the cell kl_bits was missing and was put back",), "is_sandboxed": False}
    notebook = autograded_notebook(result(assignment, **notes), assignment, submission(assignment))
    assert "the cell kl_bits was missing" in notebook.cells[0].source
    assert "without a sandbox" in notebook.cells[0].source
