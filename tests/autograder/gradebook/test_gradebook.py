"""nbgrader's gradebook: it holds the marks of the results, and a teacher's own marks stay."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import nbformat
import pytest
from support.courses import NAME, need_nbgrader
from support.sample_results import EVIL, result_for

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.gradebook import gradebook
from d2l_autograder.results import Row, Status
from d2l_autograder.submission.submission import read_submission
from d2l_helpers.errors import LibraryUnusable, NotebookError

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]


def submission(assignment, *cells):
    notebook = nbformat.v4.new_notebook(cells=[*assignment.release.cells, *cells])
    return read_submission(to_bytes(notebook), assignment)


def outcome(assignment, *cells, **changes):
    return Row(result_for(assignment, **changes)), submission(assignment, *cells)


def book(folder):
    need_nbgrader()
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder}/gradebook.db")


EARNED = pytest.approx(7.32)


def grade(gradebook, student="ada", exercise="stable_softmax"):
    return gradebook.find_grade(f"check-{exercise}", NAME, NAME, student)


@pytest.fixture
def saved(tmp_path, assignment):
    """Return a function that saves outcomes, by default one, and returns their folder."""
    need_nbgrader()

    def save(*outcomes):
        gradebook.save(outcomes or [outcome(assignment)], {NAME: assignment}, tmp_path / "course")
        return tmp_path / "course"

    return save


def test_the_gradebook_holds_the_marks_of_the_results(saved, assignment):
    shares = {"ada": 2 / 3, "bob": 1, "cyd": 0}
    folder = saved(*(outcome(assignment, student=student, share=share) for student, share in shares.items()))
    with book(folder) as found:
        for student, share in shares.items():
            ours = result_for(assignment, student, share)
            theirs = found.find_submission(NAME, student)
            assert theirs.score == pytest.approx(ours.earned)
            assert theirs.max_score == ours.points
            assert {mark.exercise: mark.earned for mark in ours.marks} == {
                grade.name.removeprefix("check-"): grade.auto_score for grade in theirs.notebooks[0].grades
            }
        assert grade(found).auto_score == 1.33
        assert not grade(found).needs_manual_grade


def test_a_new_gradebook_has_the_version_that_nbgrader_would_write(saved, tmp_path, monkeypatch):
    # nbgrader looks for the program alembic there
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    from sqlalchemy import text

    versions = []
    for folder in (saved(), tmp_path):
        with book(folder) as found:
            versions.append(found.db.execute(text("SELECT version_num FROM alembic_version")).all())
    assert len(versions[0]) == 1
    assert versions[0] == versions[1]


def test_a_teachers_mark_survives_a_second_save(saved, assignment):
    with book(saved()) as found:
        manual = grade(found)
        manual.manual_score, manual.needs_manual_grade = 0.5, False
        found.db.commit()
    with book(saved()) as found:  # the same result: nothing to review
        assert (grade(found).score, grade(found).auto_score, grade(found).needs_manual_grade) == (0.5, 1.33, False)
    with book(saved(outcome(assignment, share=1))) as found:  # another result: nbgrader asks the teacher to review it
        assert (grade(found).score, grade(found).auto_score, grade(found).needs_manual_grade) == (0.5, 2, True)


def test_saving_twice_changes_no_file(saved):
    folder = saved()
    (file,) = folder.glob("autograded/*/*/*.ipynb")
    before = file.stat()
    saved()
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    (folder / "gradebook.db").unlink()
    with book(saved()) as found:
        assert grade(found).auto_score == 1.33


def test_sandbox_faults_and_unknown_assignments_leave_no_mark(saved, assignment):
    fault = Row(result_for(assignment, status=Status.SANDBOX_FAULT, marks=())), None
    unknown = Row(dataclasses.replace(result_for(assignment), assignment="unknown")), None
    folder = saved(fault, unknown, outcome(assignment, student="bob"))
    assert [path.name for path in (folder / "autograded").iterdir()] == ["bob"]
    with book(folder) as found:
        assert [student.id for student in found.students] == ["bob"]


def test_a_damaged_submission_has_no_points_and_says_why(saved, assignment):
    damaged = result_for(assignment, share=0, status=Status.DAMAGED, detail=f"it is {EVIL}")
    folder = saved((Row(damaged), None))
    with book(folder) as found:
        assert (found.find_submission(NAME, "ada").score, grade(found).auto_score) == (0, 0)
    (file,) = folder.glob("autograded/*/*/*.ipynb")
    first = nbformat.read(file, as_version=4).cells[0].source
    assert "it is &lt;script&gt;" in first
    assert "\x1b" not in first


@pytest.mark.parametrize(
    "students",
    [
        ("o'brien", "50%", "a#b", "a;b", "[a]", "a\\b", " a  b ", "a+b", "a,b", "{a}", "a&b", "$(a)", "*", "-a", "~a"),
        (
            "Ünal Ö.",
            "' OR 1=1 --",
            "名前",
            "=1+1",
            "a\nb",
            "CON",
            "a.",
            "e\u0301",
            "é",
            "Ada",
            "ada",
            "\x1b[2J",
            "\u202ea",
        ),
    ],
)
def test_an_id_is_the_text_that_it_is(saved, assignment, students):
    folder = saved(*(outcome(assignment, student=student) for student in students))
    assert {path.parents[1].name for path in folder.glob(f"autograded/*/{NAME}/{NAME}.ipynb")} == set(students)
    with book(folder) as found:
        assert {student.id: student.score for student in found.students} == dict.fromkeys(students, EARNED)


def test_an_id_that_cannot_be_a_folders_name_has_marks_but_no_notebook(saved, assignment):
    students = ["..", ".", "a/b", "/etc/x", "../../x", "x" * 300]
    folder = saved(*(outcome(assignment, student=student) for student in students))
    assert not list(folder.glob("autograded/*"))
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    with book(folder) as found:
        assert {student.id: student.score for student in found.students} == dict.fromkeys(students, EARNED)


@pytest.mark.parametrize("student", ["<script>took()</script>", 'a" onmouseover="took()', "\ud800", "a\0b", ""])
def test_an_id_that_is_code_for_formgrader_or_no_text_is_refused(saved, assignment, student):
    ((row, error),) = gradebook.save(
        [outcome(assignment, student=student), outcome(assignment, student="ada")], {NAME: assignment}, saved()
    )
    assert row.result.student == student
    assert "id" in str(error)
    assert error.remedy
    with book(saved()) as found:
        assert [student.id for student in found.students] == ["ada"]


def test_an_id_that_the_teacher_has_added_is_never_refused(saved, assignment):
    with book(saved()) as found:
        found.update_or_create_student("a<b")
    assert saved(outcome(assignment, student="a<b"))
    with book(saved()) as found:
        assert found.find_student("a<b").score == EARNED


def test_an_assignment_with_other_cells_is_refused(saved, assignment):
    folder = saved()
    other = dataclasses.replace(
        assignment,
        release=nbformat.v4.new_notebook(cells=[cell for cell in assignment.release.cells if "kl" not in cell.id]),
    )
    with pytest.raises(NotebookError, match=NAME):
        gradebook.save([outcome(assignment, student="bob")], {NAME: other}, folder)


def test_without_nbgrader_the_error_says_how_to_install_it(saved, assignment, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    with pytest.raises(LibraryUnusable, match="make grading"):
        saved()


def test_no_connection_to_the_database_stays_open(saved, monkeypatch):
    import sqlite3

    connections = []

    class Connection(sqlite3.Connection):
        is_open = True

        def close(self):
            self.is_open = False
            super().close()

    def connect(*arguments, _connect=sqlite3.connect, **options):
        connections.append(_connect(*arguments, **{"factory": Connection, **options}))
        return connections[-1]

    for module in (sqlite3, sqlite3.dbapi2):
        monkeypatch.setattr(module, "connect", connect)
    saved()
    assert connections
    assert not any(connection.is_open for connection in connections)
