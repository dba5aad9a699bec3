"""``d2l-grade export`` as a teacher runs it: on a real gradebook, into real folders."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import shutil
import zipfile

import pytest
from click.testing import CliRunner
from support.courses import NAME, ROOT, need_nbgrader
from support.gradebooks import CANVAS, GRADEBOOK, WORKSHEET
from support.sample_results import PARTLY, RIGHT, result_for

from d2l_autograder.__main__ import _commands
from d2l_autograder.assignment import load_assignment
from d2l_autograder.gradebook import gradebook
from d2l_autograder.report import write_feedback, write_grades
from d2l_autograder.results import Result, Row, Status
from d2l_helpers.errors import D2LHelpersError

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder of results of three students."""
    need_nbgrader()
    folder = tmp_path_factory.mktemp("export") / "course"
    assignment = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")
    with gradebook.opened(folder, {NAME: assignment}) as book:
        for student, share in (("s01", 1), ("s02", 0.5), ("s04", 0)):
            write_feedback(book.save(Row(result_for(assignment, student, share=share))), folder)
    return folder


@pytest.fixture
def course(results, tmp_path):
    """These results, with the platforms' files beside them."""
    folder = tmp_path / "course"
    shutil.copytree(results, folder)
    (tmp_path / "canvas.csv").write_text(CANVAS)
    (tmp_path / "Grades-CS101-HW4-77.csv").write_text(WORKSHEET)
    (tmp_path / "grades.csv").write_text(GRADEBOOK)
    return folder


def export(course, *options):
    """Run the command in the folder of the platforms' files, and return its status and what it printed."""
    with contextlib.chdir(course.parent):
        done = CliRunner().invoke(_commands, ["export", "--course", str(course), *map(str, options)])
    if done.exception and not isinstance(done.exception, SystemExit):
        assert isinstance(done.exception, D2LHelpersError), done.exception
        return 1, str(done.exception)
    return done.exit_code, done.output


def marks_in(file, heading):
    rows = list(csv.reader(io.StringIO(file.read_text(), newline="")))
    return [row[rows[0].index(heading)] for row in rows[1:]]


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_all_files_are_written_beside_the_grades_and_each_mark_is_accounted_for(course):
    before = contents(course.parent)
    status, said = export(
        course, "--canvas", "canvas.csv", "--moodle", "Grades-CS101-HW4-77.csv", "--moodle", "grades.csv",
        "--feedback", "feedback.zip",
    )  # fmt: skip
    assert status == 1  # s04 is not in Moodle's gradebook
    out = course / "export"
    assert sorted(path.name for path in out.iterdir()) == ["Grades-CS101-HW4-77.csv", "canvas.csv", "grades.csv"]
    assert marks_in(out / "canvas.csv", "04 Softmax Regression (1234)")[2:6] == ["11", "5.5", "EX", "N/A"]
    assert marks_in(out / "Grades-CS101-HW4-77.csv", "Grade") == ["100", "55.00", "", "0", ""]
    assert marks_in(out / "grades.csv", f"Assignment: {NAME} (Real)") == ["11", "5.50", "-"]  # which stood there
    assert "s04: the file has no row for this student" in said
    assert "pages packed: 3, left out: 0" in said
    with zipfile.ZipFile(course.parent / "feedback.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
    assert {path: content for path, content in contents(course.parent).items() if path in before} == before


def test_a_mark_that_a_teacher_changed_counts_and_an_old_page_is_named(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.find_grade("check-stable_softmax", NAME, NAME, "s02").manual_score = 2.0
        book.db.commit()
    status, said = export(
        course, "--moodle", "Grades-CS101-HW4-77.csv", "--canvas", "canvas.csv", "--feedback", "f.zip"
    )
    assert status == 0
    assert marks_in(course / "export" / "canvas.csv", "04 Softmax Regression (1234)")[3] == "6.5"
    assert "shows another mark than the gradebook, so grade again first:\n      s02" in said


def test_one_wrong_file_and_nothing_is_written(course):
    before = contents(course.parent)
    for options, said in (
        (["--canvas", "canvas.csv", "--moodle", "canvas.csv"], "This is no gradebook file of Moodle"),
        (["--canvas", "canvas.csv", "--column", "HW 99=04_softmax_regression"], "Cannot use this --column"),
        (["--canvas", "canvas.csv", "--new-column", "05_other"], "one of 04_softmax_regression"),
        (["--canvas", "canvas.csv", "--maximum", "05_other=3"], "one of 04_softmax_regression"),
        (["--canvas", "canvas.csv", "--to", "."], "which would be overwritten"),
        (["--moodle", "Grades-CS101-HW4-77.csv", "--feedback", "Grades-CS101-HW4-77.csv"], "would be overwritten"),
        (["--moodle", "grades.csv", "--new-column", NAME], "--new-column without --canvas"),
        (["--canvas", "canvas.csv", "--feedback", "f.zip"], "the participants' numbers"),
        (["--canvas", "canvas.csv", "--roster", "canvas.csv", "--submitted", ".", "--feedback", "f.zip"], "in folders"),
        ([], "Say what to export"),
        (["--canvas", "canvas.csv", "--column", "nonsense"], "expected a heading and an assignment"),
        (["--canvas", "canvas.csv", "--maximum", "x=-1"], "a number above 0"),
        (["--canvas", "nowhere.csv"], "does not exist"),
    ):
        status, printed = export(course, *options)
        assert status != 0
        assert said in printed, (options, printed)
        assert contents(course.parent) == before


def test_a_folder_that_cannot_be_written_leaves_no_half_file(course):
    out = course / "export"
    out.write_text("a file in the way")
    before = contents(course.parent)
    status, said = export(course, "--canvas", "canvas.csv")
    assert status == 1
    assert "Cannot write canvas.csv" in said
    assert contents(course.parent) == before


def test_without_a_gradebook_it_says_what_to_do(course):
    (course / "gradebook.db").unlink()
    status, said = export(course, "--canvas", "canvas.csv")
    assert status == 1
    assert "run d2l-grade grade first" in said


def test_without_nbgrader_the_marks_are_those_of_the_table(course):
    (course / "gradebook.db").unlink()
    results = [Result(student, NAME, Status.MARKED, "", (RIGHT, PARTLY)) for student in ("s01", "s02", "=1+1")]
    rows = [Row(result, penalty=0.5) for result in results]
    rows[1] = Row(dataclasses.replace(results[1], is_sandboxed=False))
    write_grades(rows, course)
    status, said = export(course, "--canvas", "canvas.csv", "--maximum", f"{NAME}=6")
    assert status == 1
    assert marks_in(course / "export" / "canvas.csv", "04 Softmax Regression (1234)")[2:4] == ["4.5", "5"]
    assert "so the marks are those of grades.csv" in said
    assert f"s02, {NAME}: This notebook was marked without a sandbox" in said
    assert "=1+1: the file has no row for this student" in said
    (course / "grades.csv").write_text("student,total\ns01,5\n")
    assert "Cannot read grades.csv" in export(course, "--canvas", "canvas.csv")[1]


def test_a_mark_that_the_gradebook_refused_and_a_change_of_points_are_said(course):
    assignment = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")
    rows = [Row(result_for(assignment, student)) for student in ("s01", "s02", "a|b\u202e")]
    write_grades(rows, course)
    status, said = export(course, "--canvas", "canvas.csv")
    assert status == 1
    assert f"that gradebook.db does not have, so they are in no file:\n  a|b⟨U+202E⟩, {NAME}\n" in said
    assert "grade again before you import" not in said
    with gradebook.opened(course, {NAME: assignment}) as book:
        book.save(Row(result_for(assignment, "O'Neil;=1")))
    write_grades([*rows[:2], Row(result_for(assignment, "O'Neil;=1"))], course)
    assert "does not have" not in export(course, "--canvas", "canvas.csv")[1]
    write_grades([Row(Result("s01", NAME, Status.MARKED, "", (RIGHT, PARTLY)))], course)
    status, said = export(course, "--canvas", "canvas.csv")
    assert f"{NAME} is worth 11 points in gradebook.db, but the last run of d2l-grade grade marked it out of 6" in said


def test_files_of_one_name_get_numbers_and_a_roster_gives_more_ids(course):
    other = course.parent / "other"
    other.mkdir()
    (other / "canvas.csv").write_text(CANVAS.replace(",s01,ada,", ",t01,tad,").replace("Lovelace, Ada", "Lace, Ann"))
    (course.parent / "people.csv").write_text("id,email,name\ns01,tad,Somebody\n")
    export(course, "--canvas", "canvas.csv", "--canvas", "other/canvas.csv", "--roster", "people.csv")
    heading = "04 Softmax Regression (1234)"
    assert marks_in(course / "export" / "canvas.csv", heading)[2] == "11"
    assert marks_in(course / "export" / "canvas-2.csv", heading)[2] == "11"


def test_moodles_folders_tell_the_participants(course):
    for name in ("Ada Lovelace_9001_assignsubmission_file", "Bob B_9002_assignsubmission_file"):
        (course.parent / "submissions" / name).mkdir(parents=True)
    (course.parent / "people.csv").write_text("id,name\ns01,Ada Lovelace\ns02,Bob B\ns04,Jane Doe\n")
    status, said = export(course, "--feedback", "f.zip", "--submitted", "submissions", "--roster", "people.csv")
    assert status == 1
    assert "pages packed: 2, left out: 1" in said
    assert "s04: the file does not say which participant this is" in said
