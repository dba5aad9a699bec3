"""Expressions of a teacher's: they read names that no platform gives, and a bad one is an error of ours."""

from datetime import datetime

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, notebook, students_in

from d2l_autograder.collect import expression
from d2l_helpers.errors import ArgumentError

FULL = r"^(?P<date>[\d-]+)_(?P<assignment>\w+)_(?P<student>[a-z.]+)(?:_v(?P<attempt>\d+))?(?P<late>_late)?\.ipynb$"


def test_all_groups_are_read(tmp_path):
    files = {
        f"2026-01-31_{SOFTMAX}_ada.l_v2.ipynb": notebook(),
        f"2026-01-31_{SOFTMAX}_ada.l_v10_late.ipynb": notebook(),
        f"2026-01-31_{SCRATCH}_bob.ipynb": notebook(SCRATCH),
        "README.txt": b"",
    }
    found = collected(tmp_path / "class", files, names=FULL)
    assert students_in(found) == {("ada.l", SOFTMAX), ("bob", SCRATCH)}
    ada = next(entry for entry in found.entries if entry.student == "ada.l")
    assert ada.file.name == f"2026-01-31_{SOFTMAX}_ada.l_v10_late.ipynb"
    assert (ada.is_late, ada.submitted) == (True, datetime(2026, 1, 31).astimezone())
    assert [each.path.name for each in found.ignored] == ["README.txt"]


def test_an_expression_sees_the_folders(tmp_path):
    files = {f"X/ada/{SOFTMAX}.ipynb": notebook(), f"X/bob/{SOFTMAX}.ipynb": notebook()}
    found = collected(tmp_path / "class", files, names="^(?P<student>[^/]+)/")
    assert students_in(found) == {("X", SOFTMAX)}


def test_a_notebook_that_the_expression_does_not_fit_is_still_a_row(tmp_path):
    files = {f"x-ada-{SOFTMAX}.ipynb": notebook(), f"bob_{SOFTMAX}.ipynb": notebook()}
    found = collected(tmp_path / "class", files, names="^x-(?P<student>[a-z]+)-")
    assert students_in(found) == {("ada", SOFTMAX), ("bob", SOFTMAX)}


WRONG = {
    "not closed": "(?P<student>",
    "no group": "(.+)",
    "another group": "(?P<student>.)(?P<who>.)",
    "fits nothing": "(?P<student>never there)",
    "too large a number": "(?P<student>a{99999999999})",
    "nested too deep": "(" * 5000 + "?P<student>",
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_expression_is_an_error_that_says_what_to_do(tmp_path, case):
    with pytest.raises(ArgumentError, match="try:"):
        collected(tmp_path / "class", {f"ada_{SOFTMAX}.ipynb": notebook()}, names=WRONG[case])


def test_an_expression_that_never_ends_is_stopped_and_the_name_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(expression, "_SECONDS", 1.0)
    with pytest.raises(ArgumentError, match=r"more than 1 s, at 'x/a{40}!"):
        collected(tmp_path / "class", {f"x/{'a' * 40}!.ipynb": notebook()}, names="(?P<student>(a|aa)+)$")
