"""A gradebook that is spoilt, locked, full or half written: nothing in it is lost, and the next run completes it."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from support.courses import NAME, need_nbgrader
from support.sample_results import result_for
from support.saving import saving

from d2l_autograder.file_names import file_name
from d2l_autograder.gradebook import database as gradebook_database
from d2l_autograder.gradebook import gradebook
from d2l_autograder.results import Row, Status
from d2l_helpers.errors import RecordError

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]

STUDENTS = ("ada", "bob", "cyd")


@pytest.fixture(scope="module")
def template(tmp_path_factory, assignment):
    """A folder with three students' marks, one of which a teacher has changed."""
    need_nbgrader()
    folder = tmp_path_factory.mktemp("saved") / "course"
    assert save(folder, assignment) == []
    execute(
        folder, "UPDATE grade SET manual_score = 0.5, needs_manual_grade = 0 WHERE id = (SELECT min(id) FROM grade)"
    )
    execute(folder, "UPDATE comment SET manual_comment = 'Well done' WHERE id = (SELECT min(id) FROM comment)")
    return folder


@pytest.fixture
def folder(template, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(template, copy)
    return copy


def save(folder, assignment, *students, **changes):
    rows = [(Row(result_for(assignment, student, **changes)), None) for student in students or STUDENTS]
    return gradebook.save(rows, {NAME: assignment}, folder)


def execute(folder, statement, *values):
    database = sqlite3.connect(folder / "gradebook.db")
    with database:
        found = database.execute(statement, values).fetchall()
    database.close()
    return found


WHOSE = (
    "JOIN base_cell ON base_cell.id = cell_id JOIN submitted_notebook book ON book.id = {0}.notebook_id "
    "JOIN submitted_assignment whose ON whose.id = book.assignment_id"
)


def contents(folder):
    """Return all that the gradebook says, without the ids that it makes up."""
    grades = "student_id, base_cell.name, auto_score, manual_score, needs_manual_grade FROM grade"
    comments = "student_id, base_cell.name, auto_comment, manual_comment FROM comment"
    return tuple(
        sorted(map(repr, execute(folder, f"SELECT {columns} {WHOSE.format(columns.split()[-1])}")))
        for columns in (grades, comments)
    )


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM grade WHERE id IN (SELECT id FROM grade WHERE manual_score IS NULL LIMIT 7)",
        "DELETE FROM comment WHERE manual_comment IS NULL",
        "UPDATE grade SET auto_score = NULL",
        "UPDATE grade SET auto_score = 0.25",
        "UPDATE comment SET auto_comment = 'what another grader said'",
        "DELETE FROM student",
    ],
)
def test_what_is_missing_or_differs_is_written_by_the_next_run(folder, assignment, damage):
    whole = contents(folder)
    files = {file: file.stat().st_mtime_ns for file in folder.glob("autograded/*/*/*")}
    execute(folder, damage)
    assert save(folder, assignment) == []
    mended = contents(folder)
    if "UPDATE grade" in damage:  # the teacher is asked to look again at the score that she gave before
        mended, whole = (
            ([line.replace(" 1)", " 0)") for line in grades], comments) for grades, comments in (mended, whole)
        )
    assert mended == whole
    assert {student for (student,) in execute(folder, "SELECT id FROM student")} == set(STUDENTS)
    assert {file: file.stat().st_mtime_ns for file in files} == files


def test_a_run_that_changes_nothing_writes_nothing(folder, assignment):
    before = (folder / "gradebook.db").read_bytes()
    assert save(folder, assignment) == []
    assert (folder / "gradebook.db").read_bytes() == before


def test_another_mark_replaces_the_mark_and_a_teachers_score_stays(folder, assignment):
    assert save(folder, assignment, share=1) == []
    full = {item.exercise.name: item.points for item in assignment.items}
    rows = execute(
        folder,
        "SELECT name, auto_score, manual_score, needs_manual_grade FROM grade JOIN base_cell ON cell_id = base_cell.id",
    )
    assert all(auto == full[name.removeprefix("check-")] for name, auto, _, _ in rows)
    assert [(manual, needs) for _, _, manual, needs in rows if manual is not None] == [(0.5, 1)]
    assert [needs for _, _, manual, needs in rows if manual is None] == [0] * (len(rows) - 1)


def test_a_student_who_is_missing_is_added_and_one_who_withdrew_stays(folder, assignment):
    before = contents(folder)
    missing = [Row(result_for(assignment, student, status=Status.MISSING, marks=())) for student in ("dan", "ada")]
    assert gradebook.save([(row, None) for row in missing], {NAME: assignment}, folder) == []
    assert contents(folder) == before
    assert {student for (student,) in execute(folder, "SELECT id FROM student")} == {*STUDENTS, "dan"}


def test_opening_a_gradebook_adds_nobody(folder, assignment):
    with gradebook.opened(folder, {NAME: assignment}, ["a file's name", "ada", "a<b", "\ud800"]):
        pass
    assert {student for (student,) in execute(folder, "SELECT id FROM student")} == set(STUDENTS)


@pytest.mark.parametrize("is_on_roster", [False, True])
def test_marks_under_a_safe_name_move_to_the_students_id(folder, assignment, is_on_roster):
    old = file_name("o'brien")
    execute(folder, "PRAGMA foreign_keys = OFF")
    execute(folder, "UPDATE submitted_assignment SET student_id = ? WHERE student_id = 'ada'", old)
    execute(folder, "UPDATE student SET id = ? WHERE id = 'ada'", old)
    (folder / "autograded" / "ada").rename(folder / "autograded" / old)
    if is_on_roster:
        execute(folder, "INSERT INTO student (id, first_name) VALUES ('o''brien', 'Pat')")
    manual = [line for line in contents(folder)[0] if "0.5" in line]
    for _ in range(2):
        with gradebook.opened(folder, {NAME: assignment}, ["o'brien", "bob", "cyd"]) as book:
            book.save(Row(result_for(assignment, "o'brien")))
    assert {student for (student,) in execute(folder, "SELECT id FROM student")} == {"o'brien", "bob", "cyd"}
    assert sorted(path.name for path in (folder / "autograded").iterdir()) == ["bob", "cyd", "o'brien"]
    assert len([line for line in contents(folder)[0] if ", 0.5, " in line]) == len(manual) == 1


def test_a_student_whose_id_looks_like_a_safe_name_keeps_the_marks(folder, assignment):
    twin = file_name("o'brien")
    for _ in range(2):
        with gradebook.opened(folder, {NAME: assignment}, ["o'brien", twin]) as book:
            book.save(Row(result_for(assignment, twin, share=1)))
            book.save(Row(result_for(assignment, "o'brien", share=0)))
    assert {"o'brien", twin} <= {student for (student,) in execute(folder, "SELECT id FROM student")}
    query = f"SELECT student_id, sum(auto_score) FROM grade {WHOSE.format('grade')} GROUP BY student_id"
    scores = dict(execute(folder, query))
    assert (scores["o'brien"], scores[twin]) == (0, 11)


def test_one_failing_entry_is_named_and_the_others_are_written(folder, assignment):
    blocked = folder / "autograded" / "bob"
    shutil.rmtree(blocked)
    blocked.write_text("a file in the folder's place")
    ((row, error),) = save(folder, assignment, share=1)
    assert row.result.student == "bob"
    assert error.remedy
    query = f"SELECT student_id, sum(auto_score) FROM grade {WHOSE.format('grade')} GROUP BY student_id"
    assert dict(execute(folder, query)) == dict.fromkeys(STUDENTS, 11)  # of bob, only the notebook is missing


@pytest.mark.parametrize(
    "made_of", ["text", "zeros", "half", "middle", "foreign", "older", "newer", "pipe", "folder", "dangling"]
)
def test_a_spoilt_gradebook_is_an_error_that_says_what_to_do_and_is_not_touched(folder, assignment, made_of):
    file = folder / "gradebook.db"
    content = file.read_bytes()
    if made_of in ("older", "newer"):
        version = "724cde206c17" if made_of == "older" else "ffffffffffff"
        execute(folder, "UPDATE alembic_version SET version_num = ?", version)
    elif made_of == "foreign":
        file.unlink()
        execute(folder, "CREATE TABLE songs (name)")
    elif made_of in ("pipe", "folder", "dangling"):
        file.unlink()
        {"pipe": os.mkfifo, "folder": os.mkdir, "dangling": lambda path: path.symlink_to("nowhere")}[made_of](file)
    else:
        middle = len(content) // 2
        spoilt = {
            "text": b"marks\n" * 1000,
            "zeros": bytes(len(content)),
            "half": content[:middle],
            "middle": content[:4096] + b"\xff" * (len(content) - 8192) + content[-4096:],
        }
        file.write_bytes(spoilt[made_of])
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(RecordError) as caught:
        save(folder, assignment)
    assert "gradebook.db" in str(caught.value)
    assert ("nbgrader db upgrade" in caught.value.remedy) == (made_of == "older")
    assert (file.read_bytes() if file.is_file() else None) == before


@pytest.mark.parametrize("name", ["a?b=c", "50% #1;", "a b'c", "Übung", "[x]"])
def test_a_folder_may_have_any_name(tmp_path, assignment, name):
    need_nbgrader()
    assert save(tmp_path / name, assignment, "ada") == []
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert execute(tmp_path / name, "SELECT id FROM student") == [("ada",)]


def test_an_empty_file_becomes_a_gradebook(folder, assignment):
    whole = contents(folder)
    (folder / "gradebook.db").write_bytes(b"")
    assert save(folder, assignment) == []
    assert len(contents(folder)[0]) == len(whole[0])


def test_a_gradebook_that_another_program_holds_is_waited_for(folder, assignment, monkeypatch):
    other = sqlite3.connect(folder / "gradebook.db", isolation_level=None)
    monkeypatch.setattr(gradebook_database, "_PATIENCE", 0.5)
    with gradebook.opened(folder, {NAME: assignment}) as book:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordError, match="locked") as caught:
            book.save(Row(result_for(assignment, share=1)))
        assert "end the other program" in caught.value.remedy
        other.execute("ROLLBACK")
        book.save(Row(result_for(assignment, share=1)))
    other.close()
    assert any("2.0" in line for line in contents(folder)[0])


def test_ctrl_c_ends_the_wait_for_another_program(folder, assignment, monkeypatch):
    with closing(sqlite3.connect(folder / "gradebook.db", isolation_level=None)) as other:
        with gradebook.opened(folder, {NAME: assignment}) as book:
            other.execute("BEGIN EXCLUSIVE")
            monkeypatch.setattr(gradebook_database, "_PATIENCE", 60)
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
            began = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                book.save(Row(result_for(assignment, share=1)))
        assert time.monotonic() - began < 30


def fill(book, assignment):
    for number in range(100):
        book.save(Row(result_for(assignment, f"student {number}")))


def test_a_full_disk_loses_nothing(folder, assignment, monkeypatch):
    before = contents(folder)
    with gradebook.opened(folder, {NAME: assignment}) as book:
        connection = book._database._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")  # sqlite's own way to have no more room
        with pytest.raises(RecordError, match="full") as caught:
            fill(book, assignment)
        assert "free some space" in caught.value.remedy
    assert execute(folder, "PRAGMA integrity_check") == [("ok",)]
    assert set(before[0]) <= set(contents(folder)[0])
    per_student = {len([line for line in contents(folder)[0] if f"'{student}'" in line]) for student in STUDENTS}
    assert len(per_student) == 1
    assert save(folder, assignment, *STUDENTS, *(f"student {number}" for number in range(100))) == []


def test_an_entry_that_fails_half_way_leaves_nothing_of_itself(folder, assignment):
    before = contents(folder)
    execute(
        folder,
        "CREATE TRIGGER fault BEFORE UPDATE ON grade WHEN NEW.auto_score = 1.0 BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    faults = save(folder, assignment, share=1)
    assert [row.result.student for row, _ in faults] == list(STUDENTS)
    assert contents(folder) == before


def test_two_graders_at_once_write_all_marks(tmp_path):
    need_nbgrader()
    require_both(tmp_path / "course")


@pytest.mark.nightly
def test_two_graders_at_once_write_all_marks_every_time(tmp_path):
    need_nbgrader()
    for number in range(12):
        require_both(tmp_path / str(number))


def require_both(folder):
    with saving(folder, 25) as one, saving(folder, 25) as other:
        assert [grader.wait(120) for grader in (one, other)] == [0, 0]
    require_whole(folder, 25)


@pytest.mark.nightly
def test_a_kill_at_any_moment_loses_nothing(tmp_path):
    need_nbgrader()
    moments = random.Random(13)
    for number in range(5):
        folder = tmp_path / str(number)
        for _ in range(3):
            with saving(folder, 100) as grader:
                time.sleep(moments.uniform(0, 3))
                grader.kill()
            if (folder / "gradebook.db").exists():
                assert execute(folder, "PRAGMA integrity_check") == [("ok",)]
        with saving(folder, 100) as grader:
            assert grader.wait(120) == 0
        require_whole(folder, 100)


def require_whole(folder, students):
    rows = execute(folder, f"SELECT count(*), sum(auto_score) FROM grade {WHOSE.format('grade')} GROUP BY student_id")
    assert rows == [(rows[0][0], 11.0)] * students
    assert len(list(folder.glob("autograded/*/*/*.ipynb"))) == students


def test_a_folder_that_cannot_be_written_is_an_error(folder, assignment):
    (folder / ".gradebook.lock").unlink()
    (folder / ".gradebook.lock").mkdir()  # root may write everywhere, but to no folder
    with pytest.raises(RecordError) as caught:
        save(folder, assignment)
    assert "writable" in caught.value.remedy


def test_a_read_only_database_is_an_error(folder, assignment):
    with gradebook.opened(folder, {NAME: assignment}) as book:
        book._database._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(RecordError) as caught:
            book.save(Row(result_for(assignment, share=1)))
    assert "writable" in caught.value.remedy


def test_the_same_student_in_two_assignments_has_one_entry_each(tmp_path, assignment):
    need_nbgrader()
    other = dataclasses.replace(assignment, name="04_again")
    rows = [(Row(dataclasses.replace(result_for(assignment), assignment=name)), None) for name in (NAME, "04_again")]
    assert gradebook.save(rows, {NAME: assignment, "04_again": other}, tmp_path / "course") == []
    assert execute(tmp_path / "course", "SELECT count(*) FROM submitted_assignment") == [(2,)]
    assert execute(tmp_path / "course", "SELECT count(*) FROM student") == [(1,)]
