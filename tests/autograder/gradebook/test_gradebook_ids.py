"""A student is one student for the roster, our gradebook and nbgrader's own commands, whatever the id."""

from __future__ import annotations

import csv

import pytest
from support.courses import NAME, answered, hand_in, make_course, nbgrader, need_nbgrader, solutions
from support.leftovers import need_a_sandbox
from support.sample_results import result_for

from d2l_autograder.course import read_course
from d2l_autograder.gradebook import gradebook
from d2l_autograder.results import Row, Status

pytestmark = pytest.mark.nbgrader

IDS = ("o'brien", "50%", "a#b", "a;b", "[ab]", "a\\b", "a  b", "a+b", "Ünal Ö.", "-x", "a&b", "{x}")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    need_nbgrader()
    folder = make_course(tmp_path_factory.mktemp("ids") / "course")
    for student in ("o'brien", "absent"):
        nbgrader(folder, "db", "student", "add", student, "--first-name", "Pat")
    assignments = {NAME: read_course(folder).load(folder / "release" / NAME / f"{NAME}.ipynb")}
    with gradebook.opened(folder, assignments, [*IDS, "absent"], folder) as book:
        for student in (*IDS, "a/b", ".hidden", "x" * 300):
            book.save(Row(result_for(assignments[NAME], student, share=1)))
        book.save(Row(result_for(assignments[NAME], "absent", status=Status.MISSING, marks=())))
    return folder


def test_the_export_has_the_marks_of_the_rosters_ids(course):
    nbgrader(course, "export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as file:
        rows = [(row["student_id"], row["first_name"], float(row["score"])) for row in csv.DictReader(file)]
    assert sorted(rows) == sorted(
        [("o'brien", "Pat", 11.0), ("absent", "Pat", 0.0)]
        + [(student, "", 11.0) for student in (*IDS[1:], "a/b", ".hidden", "x" * 300)]
    )


def test_nbgrader_generates_feedback_for_every_folder(course):
    nbgrader(course, "generate_feedback", NAME)
    pages = {path.parents[1].name: path for path in course.glob(f"feedback/*/{NAME}/{NAME}.html")}
    assert set(pages) == set(IDS) - {"[ab]"}  # which nbgrader takes for a pattern; our own feedback has a page
    assert "(Score: 11.0 / 11.0)" in pages["o'brien"].read_text()


def test_formgraders_pages_find_every_notebook(course):
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    api = NbGraderAPI(CourseDirectory(root=str(course)))
    assert {found["student"] for found in api.get_notebook_submissions(NAME, NAME)} == {*IDS, ".hidden"}
    assert {found["id"] for found in api.get_students()} == {*IDS, "a/b", ".hidden", "x" * 300, "absent"}


@pytest.mark.sandbox
def test_nbgrader_autograde_writes_to_the_same_student(course):
    need_a_sandbox()
    hand_in(course, "o'brien", answered(course, solutions()))
    nbgrader(course, "autograde", NAME, "--student", "o'brien", "--force")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        assert [student.id for student in book.students if "brien" in student.id] == ["o'brien"]
        assert book.find_submission(NAME, "o'brien").score == 11
