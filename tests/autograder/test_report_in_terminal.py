"""Reports in the terminal: one submission's marks, and how a class did."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import given
from support.sample_results import DAMAGED, FAULT, RESULT, RIGHT, is_harmless, results, shown

from d2l_autograder.report import marks_table, summary
from d2l_autograder.report.item_analysis import struggles
from d2l_autograder.results import Finding, Kept, Mark, Result, Status
from d2l_autograder.sandbox import Verdict


def of_class(*answers):
    """A class's results for two exercises, each given by what the first one got, or None where it is right."""
    for number, got in enumerate(answers):
        found = (Finding("a row", Verdict.WRONG if got else Verdict.RIGHT, got or "what is right"),)
        first = Mark("hard", "A hard one", 2.0, 0.0 if got else 2.0, found[0].verdict, found)
        yield Result(f"student {number}", "04_softmax", Status.MARKED, "", (RIGHT, first))


def test_the_summary_shows_the_hardest_exercise_first_and_what_three_share():
    group = list(of_class("shape (3, 1)", "shape (3, 1)", "shape (3, 1)", "nan", "nan", None, None, None))
    hard, easy = struggles(group)
    assert (hard.exercise, hard.right, hard.got, hard.students) == ("hard", 3 / 8, "shape (3, 1)", 3)
    assert (easy.exercise, easy.right, easy.got) == ("loss", 1.0, "")
    said = shown(summary(group, [Kept.NEW] * 8))
    assert said.index("A hard one") < said.index("The loss")
    assert "3 × shape (3, 1)" in said
    assert "nan" not in said


def test_what_two_students_share_is_not_shown():
    assert [found.got for found in struggles(list(of_class("nan", "nan", None, None, None)))] == ["", ""]


def test_one_student_counts_once():
    found = tuple(Finding(f"row {number}", Verdict.WRONG, "nan") for number in range(3))
    result = Result("Ada", "04_softmax", Status.MARKED, "", (Mark("hard", "Hard", 2.0, 0.0, Verdict.WRONG, found),))
    assert struggles([result])[0].got == ""


def test_the_summary_counts_names_and_measures():
    group = list(of_class("nan", "nan", None, None, None))
    said = shown(summary([*group, DAMAGED, FAULT], [Kept.NEW, Kept.DIFFERENT, *[Kept.SAME] * 4, None]))
    assert "7 notebooks: 5 marked, 1 could not be marked, 1 failed by the sandbox" in said
    assert "Ada, 04_softmax: a file that is not JSON" in said
    assert "Bob, 04_softmax: bwrap" in said
    assert re.search(r"differs from an earlier grading.*:\n  student 1, 04_softmax\n(?!  student)", said)
    assert re.search(r"04_softmax +5 +4\.0 +2\.0 – 4\.0 +4\n", said)  # of 2, 2, 4, 4 and 4


def test_the_summary_of_nothing_is_no_error():
    assert "0 notebooks" in shown(summary([], []))
    assert "1 notebook:" in shown(summary([RESULT], [None]))


def test_marks_in_the_terminal_fit_its_width():
    for width in (40, 80):
        said = shown(marks_table(RESULT), width)
        assert max(map(len, said.splitlines())) <= width
    for part in ("5 of 7 points", "◐ large logits: not right yet", "3 of 8 numbers are nan", "mended: a cell"):
        assert part in said


def test_marks_of_what_was_not_marked_say_why():
    assert "could not be marked: a file that is not JSON" in shown(marks_table(DAMAGED))
    assert "failed by the sandbox: bwrap" in shown(marks_table(FAULT))


@given(results)
def test_a_terminal_is_not_steered_by_texts(result):
    said = shown(marks_table(result)) + shown(summary([result] * 3, [Kept.DIFFERENT] * 3))
    assert all(is_harmless(letter) for letter in said)


def test_markup_in_texts_is_shown_and_not_obeyed():
    result = dataclasses.replace(RESULT, student="[bold]Eve[/bold]", repairs=("[/] :smile:",))
    said = shown(marks_table(result))
    assert "[bold]Eve[/bold]" in said
    assert "[/] :smile:" in said
