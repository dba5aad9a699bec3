"""The table of grades: complete, independent of order, and without formulas."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample_results import BY_HAND, DAMAGED, FAULT, RESULT, results, rows_of

from d2l_autograder.report.grades import grades_csv
from d2l_autograder.results import Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict


def table(*results):
    return grades_csv([Row(result) for result in results])


def test_each_notebook_has_a_row_and_each_exercise_a_column():
    other = Result("Ada", "01_line", Status.MARKED, "", (Mark("slope", "A slope", 1.5, 0.5, Verdict.WRONG),))
    content = table(RESULT, DAMAGED, other)
    head = ["student", "assignment", "status", "submitted", "late", "earned", "penalty", "total", "points"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content) == [
        [*head, "slope", "softmax", "loss", "limit", "extra", "to_mark", "detail", "repairs", "sandboxed"],
        ["Ada", "01_line", "marked", "", "no", "0.5", "0", "0.5", "1.5", "0.5", "", "", "", "0", "", "", "", "yes"],
        [
            "Ada",
            "04_softmax",
            "damaged",
            "",
            "no",
            "0",
            "0",
            "0",
            "1",
            "",
            "",
            "",
            "0",
            "0",
            "",
            "a file that is not JSON",
            "",
            "yes",
        ],
        [
            "Zoë 李",
            "04_softmax",
            "marked",
            "",
            "no",
            "5",
            "0",
            "5",
            "7",
            "",
            "3",
            "2",
            "0",
            "0",
            "",
            "",
            "a cell was added",
            "yes",
        ],
    ]


def test_a_sandbox_fault_has_no_grade():
    assert rows_of(table(FAULT))[1][2:9] == ["sandbox_fault", "", "no", "", "", "", ""]


def test_a_mark_without_a_sandbox_says_so():
    assert rows_of(table(dataclasses.replace(RESULT, is_sandboxed=False)))[1][-1] == "no"


def test_the_table_does_not_depend_on_the_order_of_results():
    assert table(FAULT, RESULT, DAMAGED) == table(DAMAGED, FAULT, RESULT)


def test_a_late_submission_shows_its_date_and_what_is_left():
    late = Row(RESULT, datetime(2026, 3, 2, tzinfo=UTC), True, 1.5)
    assert rows_of(grades_csv([late]))[1][3:9] == ["2026-03-02 00:00:00+00:00", "yes", "5", "1.5", "3.5", "7"]


def test_numbers_are_numbers_for_every_reader():
    _, line = table(RESULT).decode("utf-8-sig").splitlines()
    for number in ("5", "7", "3", "2"):
        assert number in line.split(",")  # not in quotes


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "＝1",
    "＋1",
    "－1",
    "＠A",
    "=cmd|' /C calc'!A0",
    '"=1+1"',
    "\u200c=1",
    "\xa0=1",
)
BEFORE = (
    "",
    "\t",
    " ",
    "\r\n",
    "\n",
    '"',
    "' ",
    "a;",
    "a; ",
    'a;"',
    'a;""',
    'a";',
    "a,",
    "a\t",
    "a|",
    'x;y;"',
    ";",
    ";;",
)
AFTER = ("", '"', ";b", '";"b')


def cells_of(content, separator):
    return [
        cell
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator)
        for cell in row
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("before", BEFORE)
def test_no_cell_is_a_formula_for_any_reader(separator, before):
    for formula, after in itertools.product(FORMULAS, AFTER):
        text = f"{before}{formula}{after}"
        result = dataclasses.replace(RESULT, student=text, detail=text, repairs=(text, text))
        for cell in cells_of(table(result, RESULT), separator):
            assert not re.match(r"[\s\"\u200c]*[=+@＝＋－＠-]", cell), (text, cell)


def test_an_id_is_the_text_that_it_is():
    for student in (
        "o'brien",
        "50%",
        "a#b",
        "a;b",
        "[a]",
        "a\\b",
        " a b ",
        "a,b",
        'a"b',
        "0012",
        "1e5",
        "a=b",
        "a-b",
        "é",
    ):
        assert rows_of(table(dataclasses.replace(RESULT, student=student)))[1][0] == student


@given(st.lists(results, max_size=4), st.sampled_from(",;\t"))
def test_any_table_is_complete_and_holds_no_formula(several, separator):
    rows = rows_of(table(*several))
    assert len(rows) == len(several) + 1
    assert len({len(row) for row in rows}) == 1
    assert sorted(row[2] for row in rows[1:]) == sorted(str(result.status) for result in several)
    assert not any("\n" in cell for row in rows for cell in row)
    for cell in cells_of(table(*several), separator):
        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell)


def test_what_a_person_gave_and_extra_credit_have_columns_and_count():
    head, row = rows_of(grades_csv([BY_HAND]))
    cells = dict(zip(head, row, strict=True))
    assert [cells[name] for name in ("softmax", "loss", "limit", "error-analysis", "outlook")] == [
        "1.5",
        "2",
        "1",
        "4.5",
        "",
    ]
    assert (cells["earned"], cells["total"], cells["points"]) == ("9.25", "9.25", "14")  # 4 + 2 + 6 + 2: no extra
    assert (cells["extra"], cells["to_mark"]) == ("1.25", "outlook")
