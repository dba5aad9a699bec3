"""Item analysis: the hardest exercise first, and wrong answers that three or more students share."""

from __future__ import annotations

from support.sample_results import class_of

from d2l_autograder.report.item_analysis import item_analysis
from d2l_autograder.results import Finding, Mark, Result, Status
from d2l_autograder.sandbox import Verdict


def test_the_hardest_exercise_comes_first_with_the_answer_that_most_share():
    group = class_of("shape (3, 1)", "shape (3, 1)", "shape (3, 1)", "nan", "nan", None, None, None)
    hard, easy = item_analysis(group)
    assert (hard.exercise, hard.right, hard.got, hard.students) == ("hard", 3 / 8, "shape (3, 1)", 3)
    assert (easy.exercise, easy.right, easy.got, easy.students) == ("loss", 1.0, "", 0)


def test_an_answer_that_only_two_students_share_is_not_named():
    assert [item.got for item in item_analysis(class_of("nan", "nan", None, None, None))] == ["", ""]


def test_a_student_counts_once_however_many_probes_got_the_same():
    found = tuple(Finding(f"row {number}", Verdict.WRONG, "nan") for number in range(3))
    result = Result("Ada", "04_softmax", Status.MARKED, "", (Mark("hard", "Hard", 2.0, 0.0, Verdict.WRONG, found),))
    assert item_analysis([result])[0].got == ""


def test_a_class_without_results_has_no_items():
    assert item_analysis([]) == []
