"""What counts in the gradebook: nbgrader's own sums are the oracle, for rows of reports and for what is exported."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from support.courses import ROOT, need_nbgrader
from support.sample_results import result_for

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.assignment import load_assignment
from d2l_autograder.course import build_course, read_course
from d2l_autograder.gradebook import gradebook
from d2l_autograder.gradebook.totals import Total, read_totals
from d2l_autograder.results import Row, Status
from d2l_autograder.submission.submission import read_submission
from d2l_helpers.errors import RecordError

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]
NAME, CELL = "09_review", "error-analysis"


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    """The review with two points of extra credit, as a release has it."""
    folder = tmp_path_factory.mktemp("review")
    build_course(folder, ROOT / "notebooks", ROOT / "answers", only=["09"], extra=["best_setting"])
    return read_course(folder).load(folder / "source" / NAME / f"{NAME}.ipynb")


@pytest.fixture
def saved(tmp_path, review):
    """Return a function that saves rows of students with a text as their error analysis."""
    need_nbgrader()

    def save(*students, share=1.0, **changes):
        rows = []
        notebook = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers").release
        (cell,) = (cell for cell in notebook.cells if cell.id == CELL)
        cell.source = "My analysis."
        submission = read_submission(to_bytes(notebook), review)
        with gradebook.opened(tmp_path, {NAME: review}) as book:
            for student, of in (each if isinstance(each, tuple) else (each, "") for each in students):
                result = dataclasses.replace(result_for(review, student, share=share), **changes)
                marks = [dataclasses.replace(mark, is_extra=mark.exercise == "best_setting") for mark in result.marks]
                rows.append(
                    book.save(Row(dataclasses.replace(result, marks=tuple(marks)), handed_in_by=of), submission)
                )
        return tmp_path, rows

    return save


def nbgraders(folder: Path) -> dict[str, tuple[float, float, bool]]:
    """Return score, maximum and whether a person has to look, as nbgrader itself says."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        return {
            found.student.id: (found.score, found.max_score, found.needs_manual_grade)
            for found in book.assignment_submissions(NAME)
        }


def change(folder: Path, student: str, cell: str = CELL, comment: str = "", **values: object) -> None:
    """Do what formgrader does when a teacher marks a cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        grade = book.find_grade(cell, NAME, NAME, student)
        for name, value in values.items():
            setattr(grade, name, value)
        if comment:
            book.find_comment(cell.removeprefix("check-"), NAME, NAME, student).manual_comment = comment
        book.db.commit()


def test_rows_and_exports_have_what_nbgrader_has(saved):
    folder, _ = saved("ada", "bob", "cyd", "dan")
    change(folder, "ada", manual_score=4.5, needs_manual_grade=False, comment="Which confusion?")
    change(folder, "bob", "check-standardize", manual_score=0.5, extra_credit=0.25, comment="Copied")
    change(folder, "bob", extra_credit=3.0)  # without a score, nbgrader does not count it
    change(folder, "cyd", manual_score=6.0, extra_credit=1.0, needs_manual_grade=False)
    change(folder, "dan", "check-best_setting", manual_score=1.0)
    _, rows = saved("ada", "bob", "cyd", "dan")
    theirs = nbgraders(folder)
    assert {row.result.student: (row.earned, row.points) for row in rows} == {
        student: (score, most) for student, (score, most, _) in theirs.items()
    }
    assert [row.earned for row in rows] == [14.5, 8.75, 17.0, 9.0]
    assert [row.extra for row in rows] == [2.0, 2.25, 3.0, 1.0]
    assert all(row.points == 14 for row in rows)  # 8 without extra credit, and 6 by hand
    assert [any(hand.is_waiting for hand in row.by_hand) for row in rows] == [False, True, False, True]
    comments = {row.result.student: [hand.comment for hand in row.by_hand if hand.comment] for row in rows}
    assert comments == {"ada": ["Which confusion?"], "bob": ["Copied"], "cyd": [], "dan": []}
    totals = read_totals(folder / "gradebook.db")
    assert totals.points == {NAME: 14}
    assert {student: total.counts for (_, student), total in totals.totals.items()} == {
        student: score for student, (score, _, _) in theirs.items()
    }
    assert [totals.totals[NAME, student].unmarked for student in ("ada", "bob")] == [(), (CELL,)]


def test_another_notebook_asks_for_another_look_and_says_so(saved):
    folder, _ = saved("ada")
    change(folder, "ada", manual_score=4.5, needs_manual_grade=False)
    _, (row,) = saved("ada", share=0.0)
    (hand,) = [hand for hand in row.by_hand if hand.name == CELL]
    assert (hand.score, hand.is_waiting) == (4.5, True)
    assert read_totals(folder / "gradebook.db").totals[NAME, "ada"] == Total(4.5, changed=(CELL,))


def test_what_a_teacher_gave_one_of_a_group_the_others_have_too_unless_they_have_their_own(saved):
    folder, _ = saved("ada", ("bob", "ada"), ("cyd", "ada"))
    assert nbgraders(folder)["bob"] == (10, 14, True)
    change(folder, "ada", manual_score=4.5, needs_manual_grade=False, comment="Which confusion?")
    change(folder, "ada", "check-standardize", manual_score=1.0, extra_credit=0.5, needs_manual_grade=False)
    change(folder, "cyd", manual_score=6.0, needs_manual_grade=False, comment="You alone")
    _, (ada, bob, cyd) = saved("ada", ("bob", "ada"), ("cyd", "ada"))
    assert [row.earned for row in (ada, bob, cyd)] == [14.0, 14.0, 15.5]
    assert bob.by_hand == ada.by_hand
    assert [hand.comment for hand in cyd.by_hand if hand.name == CELL] == ["You alone"]
    assert nbgraders(folder)["bob"] == (14, 14, False)


def test_a_penalty_is_taken_and_never_more_than_there_is(saved):
    from nbgrader.api import Gradebook

    folder, _ = saved("ada", "bob")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        for student, penalty in (("ada", 2.5), ("bob", 99.0)):
            book.find_submission(NAME, student).notebooks[0].late_submission_penalty = penalty
        book.db.commit()
    totals = read_totals(folder / "gradebook.db").totals
    assert {student: total.counts for (_, student), total in totals.items()} == {"ada": 7.5, "bob": 0.0}


def test_a_student_without_a_submission_has_no_total(saved):
    folder, _ = saved("ada")
    saved("zoe", status=Status.MISSING, marks=())
    book = read_totals(folder / "gradebook.db")
    assert [student.ident for student in book.students] == ["ada", "zoe"]
    assert list(book.totals) == [(NAME, "ada")]


def test_without_a_gradebook_it_says_what_to_do(tmp_path):
    with pytest.raises(RecordError, match="run d2l-grade grade first"):
        read_totals(tmp_path / "gradebook.db")
    (tmp_path / "gradebook.db").write_bytes(b"no database" * 100)
    with pytest.raises(RecordError, match="Cannot read nbgrader's gradebook"):
        read_totals(tmp_path / "gradebook.db")
