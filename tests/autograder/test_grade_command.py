"""``d2l-grade grade`` as a teacher calls it: in a course, on a flat folder, and on one notebook."""

from __future__ import annotations

import csv
import sys

import pytest
from click.testing import CliRunner
from support.courses import NAME, ROOT, answered, half_right, hand_in, make_course, solutions
from support.leftovers import need_a_sandbox

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.__main__ import _commands

pytestmark = [pytest.mark.sandbox, pytest.mark.nbgrader]

KEY = ("--notebooks", str(ROOT / "notebooks"), "--answers", str(ROOT / "answers"))


def grade(*arguments):
    """Run ``d2l-grade grade``, which may end with any status but not with a traceback."""
    done = CliRunner().invoke(_commands, ["grade", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def rows(folder):
    """Return the rows of grades.csv by student."""
    with (folder / "grades.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    need_a_sandbox()
    course = make_course(tmp_path_factory.mktemp("course") / "softmax", points={"kl_bits": 4})
    hand_in(course, "ada", answered(course, solutions()))
    hand_in(course, "ben", answered(course, solutions() | {"kl_bits": half_right("kl_bits")}))
    hand_in(course, "cleo", b"{")
    return course


def test_a_class_in_a_course_gets_grades_feedback_and_gradebook(course):
    done = grade(course / "submitted")
    assert done.exit_code == 0, done.output
    marks = {student: (row["status"], row["earned"], row["points"]) for student, row in rows(course).items()}
    assert marks == {"ada": ("marked", "13", "13"), "ben": ("marked", "11", "13"), "cleo": ("damaged", "0", "13")}
    for student in marks:
        assert (course / "feedback" / student / f"{NAME}.html").is_file()
        assert (course / "autograded" / student / NAME / f"{NAME}.ipynb").is_file()

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        scores = {one.student.id: one.score for one in book.assignment_submissions(NAME)}
    assert scores == {"ada": 13, "ben": 11, "cleo": 0}


def test_a_notebook_with_a_result_is_not_marked_again(course):
    grade(course / "submitted")
    before = {file: file.stat().st_mtime_ns for file in (course / "results").rglob("*.json")}
    assert grade(course / "submitted").exit_code == 0
    assert {file: file.stat().st_mtime_ns for file in (course / "results").rglob("*.json")} == before


def test_a_flat_folder_is_graded_without_a_course_and_without_nbgrader(course, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    submissions, out = tmp_path / "export", tmp_path / "out"
    submissions.mkdir()
    (submissions / f"ada_123_{NAME}.ipynb").write_bytes(to_bytes(answered(course, solutions())))
    (submissions / "ben_notes.ipynb").write_text("{}")
    done = grade(submissions, "--out", out, "--gradescope", *KEY)
    assert done.exit_code == 0, done.output
    assert "No gradebook.db" in done.output
    marks = {student: (row["status"], row["earned"]) for student, row in rows(out).items()}
    assert marks == {"ada_123": ("marked", "11"), "ben_notes": ("damaged", "0")}  # all others are of one assignment
    assert (out / "gradescope" / "ada_123" / NAME / "results.json").is_file()
    assert not (out / "gradebook.db").exists()


def test_one_notebooks_marks_are_printed(course):
    done = grade(course / "submitted" / "ben" / NAME / f"{NAME}.ipynb")
    assert done.exit_code == 0
    assert "11 of 13" in done.output
    assert "outcomes that never happen" in done.output
    damaged = grade(course / "submitted" / "cleo" / NAME / f"{NAME}.ipynb")
    assert damaged.exit_code == 1
    assert "not JSON" in damaged.output


def test_a_mark_without_a_sandbox_says_so(course, tmp_path):
    file = tmp_path / f"{NAME}.ipynb"
    file.write_bytes(to_bytes(answered(course, solutions())))
    done = grade(file, "--no-sandbox", *KEY)
    assert done.exit_code == 0, done.output
    assert "11 of 11" in done.output
    assert "without a sandbox" in done.output.lower()
