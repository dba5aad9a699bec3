"""A cell that stopped is split into statements, and the names are known that it left unbound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_autograder.marking.stopped_cells import StoppedCells, names_behind, statements
from d2l_autograder.sandbox import Lost, Verdict
from d2l_autograder.submission.submission import Cell

WHOLE = """import math

@staticmethod
def f(x):
    return '''
two'''
a = 1; b = (2,
  3)
if a:
    c = 4
"""


def test_statements_stand_at_their_lines_and_do_what_the_cell_does():
    found = statements(Cell("one", WHOLE, 1))
    assert [line for line, _ in found] == [
        "line 1: import math",
        "line 3: @staticmethod",
        "line 7: a = 1; b = (2,",
        "line 7: a = 1; b = (2,",
        "line 9: if a:",
    ]
    whole, parts = {}, {}
    exec(WHOLE, whole)
    for _, text in found:
        exec(text, parts)
    assert whole["f"](1) == parts["f"](1)
    assert [whole[name] for name in "abc"] == [parts[name] for name in "abc"]
    assert parts["f"].__func__.__code__.co_firstlineno == 3


@pytest.mark.parametrize("source", ["", "   ", "def f(:", "1 +", "\0", "# a comment"])
def test_a_cell_without_statements_has_none(source):
    assert statements(Cell("one", source, 1)) == []


DEEP = [
    "f = " + "lambda: " * 990 + "0",
    "x = " + "-" * 990 + "1",
    "f = 1; g = " + "lambda: " * 90 + "0",
    "(" * 150 + ")" * 150,
]
KINDS = st.sampled_from([Verdict.ERROR, Verdict.DIED, Verdict.NOT_ATTEMPTED, Verdict.MEMORY])


@pytest.mark.parametrize("source", DEEP, ids=["lambdas", "signs", "a line of two", "brackets"])
def test_deeply_nested_code_ends_in_a_verdict(source):
    cell, stopped = Cell("one", source, 1), StoppedCells()
    assert len(statements(cell)) < 3
    stopped.add(cell, Lost(Verdict.ERROR, "RecursionError: too deep", f"line 1: {source[:400]}"))
    assert stopped.explain("f", Lost(Verdict.NOT_ATTEMPTED, "nothing"), [cell]).verdict in Verdict


@given(st.text(), st.text(), st.text(), KINDS)
def test_whatever_a_cell_says_of_its_stop_there_is_a_verdict(source, message, line, verdict):
    cell, stopped = Cell("one", source, 1), StoppedCells()
    stopped.add(cell, Lost(verdict, message, line))
    stopped.finished(cell)
    lost = Lost(verdict, message, line)
    assert stopped.explain("f", lost, [cell]).verdict in Verdict
    assert statements(cell) is not None


def test_cells_of_very_many_statements_are_not_split():
    assert len(statements(Cell("one", "a = 1\n" * 200, 1))) == 200
    assert statements(Cell("one", "a = 1\n" * 20_000, 1)) == []


def test_names_lean_on_one_another():
    cells = [Cell("1", "a = b + len(d)", 1), Cell("2", "def b(): return c", 2), Cell("3", "e = a", 3)]
    assert names_behind("a", cells) == {"a", "b", "c", "d", "len"}
    assert names_behind("nothing", cells) == {"nothing"}
