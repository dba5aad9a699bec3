"""Results in the terminal: one submission's marks, and how a class did."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

from hypothesis import given
from support.sample_results import DAMAGED, FAULT, RESULT, class_of, is_safe, printed, results

from d2l_autograder.report import marks_table, summary
from d2l_autograder.results import Result, Row, Status


def rows(results):
    return [Row(result) for result in results]


def test_the_summary_names_the_hardest_exercise_first_and_what_three_students_got():
    group = class_of("shape (3, 1)", "shape (3, 1)", "shape (3, 1)", "nan", "nan", None, None, None)
    text = printed(summary(rows(group)))
    assert text.index("A hard one") < text.index("The loss")
    assert "3 × shape (3, 1)" in text
    assert "nan" not in text


def test_the_summary_counts_and_names_what_was_not_marked():
    group = class_of("nan", "nan", None, None, None)
    text = printed(summary([*rows([group[0], DAMAGED, FAULT, *group[2:]]), Row(group[1], before=1.5)]))
    assert "7 notebooks: 5 marked, 1 could not be marked, 1 not marked, because the sandbox failed" in text
    assert "Ada, 04_softmax: a file that is not JSON" in text
    assert "Bob, 04_softmax: bwrap" in text
    assert "marks that are not what they were:\n  student 1, 04_softmax: 1.5 before, now 2 of 4 points\n" in text
    assert re.search(r"04_softmax +5 +4\.0 +2\.0 – 4\.0 +4\n", text)  # of 2, 2, 4, 4 and 4


def test_the_summary_names_who_is_missing_or_late_and_who_is_not_in_formgrader():
    missing = Row(Result("Cyd\x1b[2J", "04_softmax", Status.MISSING, "nothing"))
    late = Row(RESULT, datetime(2026, 3, 2, tzinfo=UTC), True, 1.5)
    hidden = Row(dataclasses.replace(RESULT, student="a/b"))
    text = printed(summary([missing, late, hidden]))
    assert "2 notebooks: 2 marked, 1 handed nothing in" in text
    assert "handed nothing in:\n  Cyd⟨U+001B⟩[2J, 04_softmax\n" in text
    assert "late:\n  Zoë 李, 04_softmax: 2026-03-02 00:00:00+00:00, loses 1.5\n" in text
    assert re.search(r"not in formgrader.*:\n  a/b, 04_softmax\n", text)


def test_what_else_a_mark_follows_from_is_printed():
    noted = dataclasses.replace(RESULT, marks=(dataclasses.replace(RESULT.marks[0], note="Cell 3 stopped."),))
    assert "Cell 3 stopped." in printed(marks_table(noted))


def test_the_summary_of_no_results_or_one_is_no_error():
    assert "0 notebooks" in printed(summary([]))
    assert "1 notebook:" in printed(summary([Row(RESULT)]))


def test_the_summary_names_twenty_and_says_how_many_more():
    many = [dataclasses.replace(DAMAGED, student=f"student {number}") for number in range(25)]
    text = printed(summary(rows(many)))
    assert "student 19," in text
    assert "student 20," not in text
    assert "and 5 more; grades.csv lists them all" in text


def test_marks_fit_the_terminals_width():
    for width in (40, 80):
        text = printed(marks_table(RESULT), width)
        assert max(map(len, text.splitlines())) <= width
    for part in ("5 of 7 points", "◐ large logits: not right yet", "3 of 8 numbers are nan", "repaired: a cell"):
        assert part in text


def test_a_result_without_marks_says_why():
    assert "could not be marked: a file that is not JSON" in printed(marks_table(DAMAGED))
    assert "because the sandbox failed: bwrap" in printed(marks_table(FAULT))


def test_a_result_without_a_sandbox_says_so():
    unconfined = dataclasses.replace(RESULT, is_sandboxed=False)
    for shown in (marks_table(unconfined), summary([Row(unconfined)])):
        assert "without a sandbox" in printed(shown)


@given(results)
def test_no_text_steers_the_terminal(result):
    assert is_safe(printed(marks_table(result)) + printed(summary([Row(result, before=1.0)] * 3)))


def test_markup_in_texts_is_printed_as_it_is():
    text = printed(marks_table(dataclasses.replace(RESULT, student="[bold]Eve[/bold]", repairs=("[/] :smile:",))))
    assert "[bold]Eve[/bold]" in text
    assert "[/] :smile:" in text
