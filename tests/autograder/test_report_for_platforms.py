"""Reports that spreadsheets open and learning platforms import."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample_results import DAMAGED, FAULT, RESULT, results, rows_of

from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.grades import grades_csv
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.results import Mark, Result, Status
from d2l_autograder.sandbox import Verdict


def test_grades_have_a_row_for_each_notebook_and_a_column_for_each_exercise():
    other = Result("Ada", "01_line", Status.MARKED, "", (Mark("slope", "A slope", 1.5, 0.5, Verdict.WRONG),))
    content = grades_csv([RESULT, DAMAGED, other])
    head = ["student", "assignment", "status", "earned", "points"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content) == [
        [*head, "slope", "softmax", "loss", "limit", "detail", "repairs", "sandboxed"],
        ["Ada", "01_line", "marked", "0.5", "1.5", "0.5", "", "", "", "", "", "yes"],
        ["Ada", "04_softmax", "damaged", "0", "1", "", "", "", "0", "a file that is not JSON", "", "yes"],
        ["Zoë 李", "04_softmax", "marked", "5", "7", "", "3", "2", "0", "", "a cell was put back", "yes"],
    ]


def test_grades_do_not_depend_on_the_order_of_results():
    assert grades_csv([FAULT, RESULT, DAMAGED]) == grades_csv([DAMAGED, FAULT, RESULT])


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r\n=1", "＝1"])
def test_a_spreadsheet_does_not_run_a_name(name):
    student = rows_of(grades_csv([dataclasses.replace(RESULT, student=name)]))[1][0]
    assert student.startswith("'")


@given(st.lists(results, max_size=4))
def test_grades_come_back_whole_and_hold_no_formula(several):
    rows = rows_of(grades_csv(several))
    assert len(rows) == len(several) + 1
    assert len({len(row) for row in rows}) == 1
    assert sorted(row[2] for row in rows[1:]) == sorted(str(result.status) for result in several)
    for row in rows:
        assert not any(re.match(r"\s*[=+\-@]", cell) or "\n" in cell for cell in row)


def test_gradescope_gets_a_test_for_each_exercise():
    scores = gradescope_results(feedback_on(RESULT), 1.5)
    assert scores["score"] == sum(test["score"] for test in scores["tests"]) == 5.0
    assert [test["status"] for test in scores["tests"]] == ["failed", "passed", "failed"]
    assert scores["tests"][0] == {
        "name": "The softmax",
        "number": "1",
        "score": 3.0,
        "max_score": 4.0,
        "status": "failed",
        "output": "◐ partly right\n● a row: right\n◐ large logits: not right yet\n"
        "  got:      3 of 8 numbers are nan\n  expected: numbers\nHint: Subtract the maximum.",
        "visibility": "visible",
    }
    assert "a cell was put back" in scores["output"]
    assert scores["stdout_visibility"] == "hidden"
