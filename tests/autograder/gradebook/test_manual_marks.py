"""An answer that a person marks, such as the error analysis of 09_review: its points are the teacher's."""

from __future__ import annotations

import copy

import pytest
from support.courses import ROOT, need_nbgrader
from support.sample_results import result_for

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.assignment import load_assignment
from d2l_autograder.gradebook import gradebook
from d2l_autograder.results import Row
from d2l_autograder.submission.submission import read_submission

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]
NAME, CELL = "09_review", "error-analysis"
TEXT = "All 68 test penguins are right; <b>I</b> looked at the three least certain ones."


@pytest.fixture(scope="module")
def review():
    return load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")


@pytest.fixture
def saved(tmp_path, review):
    """Return a function that saves a submission with a text as its error analysis, and returns its folder."""
    need_nbgrader()

    def save(text=None, share=1):
        notebook = copy.deepcopy(review.release)
        (cell,) = (cell for cell in notebook.cells if cell.id == CELL)
        cell.source = text or cell.source
        submission = read_submission(to_bytes(notebook), review)
        gradebook.save([(Row(result_for(review, share=share)), submission)], {NAME: review}, tmp_path / "course")
        return tmp_path / "course"

    return save


def book(folder):
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder}/gradebook.db")


def grade(found):
    return found.find_grade(CELL, NAME, NAME, "ada")


def comment(found):
    return found.find_comment(CELL, NAME, NAME, "ada")


def standing(found):
    return grade(found).manual_score, grade(found).needs_manual_grade, comment(found).manual_comment


def test_a_text_waits_for_the_teacher_and_earns_nothing_before(saved, review):
    with book(saved(TEXT)) as found:
        assert (grade(found).auto_score, grade(found).needs_manual_grade, grade(found).max_score) == (None, True, 6)
        assert comment(found).comment is None
        submission = found.find_submission(NAME, "ada")
        assert (submission.score, submission.max_score) == (10, sum(item.points for item in review.items) + 6)
        assert submission.needs_manual_grade


def test_no_text_earns_0_without_a_teacher(saved):
    with book(saved()) as found:
        assert (grade(found).auto_score, grade(found).needs_manual_grade) == (0, False)
        assert comment(found).comment == "No response."


def test_a_teachers_points_and_comment_survive_grading_again(saved):
    with book(saved(TEXT)) as found:
        grade(found).manual_score, grade(found).needs_manual_grade = 4.5, False
        comment(found).manual_comment = "Which confusion?"
        found.db.commit()
    with book(saved(TEXT)) as found:
        assert standing(found) == (4.5, False, "Which confusion?")
        assert found.find_submission(NAME, "ada").score == 14.5
    with book(saved(f"{TEXT} One was a Chinstrap.", share=0)) as found:  # handed in again: the teacher looks again
        assert standing(found) == (4.5, True, "Which confusion?")
        assert found.find_submission(NAME, "ada").score == 4.5


def test_formgrader_shows_the_text_and_runs_none_of_it(saved):
    (file,) = saved(TEXT).glob("autograded/*/*/*.ipynb")
    (cell,) = (cell for cell in read_notebook(file).cells if cell.id == CELL)
    assert "&lt;b&gt;I&lt;/b&gt; looked" in cell.source
    assert "<b>" not in cell.source
