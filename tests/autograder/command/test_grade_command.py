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
from d2l_helpers.errors import ArgumentError

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
    course = make_course(tmp_path_factory.mktemp("course") / "softmax", points={"stable_softmax": 4})
    hand_in(course, "ada", answered(course, solutions()))
    hand_in(course, "ben", answered(course, solutions() | {"stable_softmax": half_right("stable_softmax")}))
    hand_in(course, "cleo", b"{")
    return course


def test_a_class_in_a_course_gets_grades_feedback_and_gradebook(course):
    done = grade(course / "submitted", "--course", course)
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
    grade(course / "submitted", "--course", course)
    before = {file: file.stat().st_mtime_ns for file in (course / "results").rglob("*.json")}
    assert grade(course / "submitted", "--course", course).exit_code == 0
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
    done = grade(course / "submitted" / "ben" / NAME / f"{NAME}.ipynb", "--course", course)
    assert done.exit_code == 0
    assert "11 of 13" in done.output
    assert "scores of 1000 and more" in done.output
    damaged = grade(course / "submitted" / "cleo" / NAME / f"{NAME}.ipynb", "--course", course)
    assert damaged.exit_code == 1
    assert "not JSON" in damaged.output


def test_a_mark_without_a_sandbox_says_so(course, tmp_path):
    file = tmp_path / f"{NAME}.ipynb"
    file.write_bytes(to_bytes(answered(course, solutions())))
    done = grade(file, "--no-sandbox")
    assert done.exit_code == 0, done.output
    assert "11 of 11" in done.output
    assert "without a sandbox" in done.output.lower()


def test_roster_platform_and_names_reach_what_is_collected(tmp_path):
    need_a_sandbox()
    submissions, out, roster = tmp_path / "export", tmp_path / "out", tmp_path / "roster.csv"
    submissions.mkdir()
    for name in ("x~ada~1", "x~ben~1"):
        (submissions / f"{name}.ipynb").write_text((ROOT / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"), "utf-8")
    (submissions / "photo.png").write_bytes(b"x")
    roster.write_text("id\nada\ncleo\n")
    done = grade(submissions, "--out", out, "--roster", roster, "--names", "x~(?P<student>[a-z]+)~")
    assert done.exit_code == 0, done.output
    assert {student: row["status"] for student, row in rows(out).items() if student != "photo.png"} == {
        "ada": "marked",
        "ben": "marked",
        "cleo": "missing",
    }
    assert "3 files and folders" in done.output
    assert "who are not on the roster:\n  ben" in done.output
    with (out / "collected.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["path"]: row["what became of it"] for row in csv.DictReader(file)}
    assert set(found) >= {"x~ada~1.ipynb", "x~ben~1.ipynb", "photo.png"}
    refused = CliRunner().invoke(_commands, ["grade", str(submissions), "--out", str(out), "--platform", "nowhere"])
    assert isinstance(refused.exception, ArgumentError)
    assert "nowhere" in str(refused.exception)


def test_one_submission_counts_for_each_of_a_group(course, tmp_path):
    out, groups = tmp_path / "out", tmp_path / "groups.csv"
    groups.write_text("group_name,login_id\nTeam 1,ada\nTeam 1,dan\nTeam 2,ben\nTeam 2,cleo\nTeam 3,eve\n")
    done = grade(course / "submitted", "--course", course, "--out", out, "--groups", groups)
    assert done.exit_code == 0, done.output
    marks = {student: (row["status"], row["earned"]) for student, row in rows(out).items()}
    assert marks == {
        "ada": ("marked", "13"),
        "ben": ("marked", "11"),
        "cleo": ("damaged", "0"),
        "dan": ("marked", "13"),
        "eve": ("missing", ""),
    }
    assert "3 notebooks, and 1 further student of groups: " in done.output
    assert "ben, cleo each handed in, and each has a mark of their own" in " ".join(done.output.split())
    assert "handed in by ada, of the same group" in (out / "feedback" / "dan" / f"{NAME}.html").read_text()
    assert (out / "autograded" / "dan" / NAME / f"{NAME}.ipynb").is_file()

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out}/gradebook.db") as book:
        assert {one.student.id: one.score for one in book.assignment_submissions(NAME)} == {
            "ada": 13, "ben": 11, "cleo": 0, "dan": 13,
        }  # fmt: skip
