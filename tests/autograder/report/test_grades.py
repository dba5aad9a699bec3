"""The table of grades: complete, independent of order, and without formulas."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample_results import DAMAGED, FAULT, RESULT, results, rows_of

from d2l_autograder.report.grades import grades_csv
from d2l_autograder.results import Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict


def table(*results):
    return grades_csv([Row(result) for result in results])


def test_each_notebook_has_a_row_and_each_exercise_a_column():
    other = Result("Ada", "01_line", Status.MARKED, "", (Mark("slope", "A slope", 1.5, 0.5, Verdict.WRONG),))
    content = table(RESULT, DAMAGED, other)
    head = ["student", "assignment", "status", "earned", "points"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content) == [
        [*head, "slope", "softmax", "loss", "limit", "detail", "repairs", "sandboxed"],
        ["Ada", "01_line", "marked", "0.5", "1.5", "0.5", "", "", "", "", "", "yes"],
        ["Ada", "04_softmax", "damaged", "0", "1", "", "", "", "0", "a file that is not JSON", "", "yes"],
        ["Zoë 李", "04_softmax", "marked", "5", "7", "", "3", "2", "0", "", "a cell was added", "yes"],
    ]


def test_a_sandbox_fault_has_no_grade():
    assert rows_of(table(FAULT))[1][2:5] == ["sandbox_fault", "", ""]


def test_a_mark_without_a_sandbox_says_so():
    assert rows_of(table(dataclasses.replace(RESULT, is_sandboxed=False)))[1][-1] == "no"


def test_the_table_does_not_depend_on_the_order_of_results():
    assert table(FAULT, RESULT, DAMAGED) == table(DAMAGED, FAULT, RESULT)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r\n=1", "＝1"])
def test_a_name_is_no_formula(name):
    student = rows_of(table(dataclasses.replace(RESULT, student=name)))[1][0]
    assert student.startswith("'")


@given(st.lists(results, max_size=4))
def test_any_table_is_complete_and_holds_no_formula(several):
    rows = rows_of(table(*several))
    assert len(rows) == len(several) + 1
    assert len({len(row) for row in rows}) == 1
    assert sorted(row[2] for row in rows[1:]) == sorted(str(result.status) for result in several)
    for row in rows:
        assert not any(re.match(r"\s*[=+\-@]", cell) or "\n" in cell for cell in row)
