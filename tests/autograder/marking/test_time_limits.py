"""What was handed out may compute as long as a sandbox allows; what a student wrote, as long as the key says."""

from __future__ import annotations

from types import SimpleNamespace

import nbformat
import pytest
from support.doubled import HINTS, checks

from d2l_autograder.assignment import Item
from d2l_autograder.key import Answer
from d2l_autograder.marking.time_limits import TimeLimits
from d2l_autograder.submission.submission import Submission
from d2l_helpers.exercises.exercise import Exercise

RELEASE = ("import math", "def fit(rate):\n    return rate", "curve = fit(0.1)", "other = math.pi")


def item(name, kind, seconds=None):
    exercise = Exercise(name, f"About {name}", kind, 1, checks, HINTS)
    return Item(exercise, Answer(name, 3, (), seconds=seconds), 1.0)


ITEMS = (item("double", "written"), item("slow", "written", 20), item("rate", "measured"), item("few", "measured", 2))


def limits(*own, most=60.0):
    cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate((*RELEASE, *own))]
    names = frozenset(one.exercise.name for one in ITEMS)
    submission = Submission(nbformat.v4.new_notebook(cells=cells), names, frozenset(), (), "digest")
    found = TimeLimits(SimpleNamespace(items=ITEMS, code=frozenset(RELEASE)), submission, most)
    return found, {cell.source: found.of_cell(cell) for cell in submission.all_cells()}


def test_calls_have_what_the_key_says_or_seconds():
    found, _ = limits()
    assert [found.of_answer(one.exercise.name) for one in ITEMS] == [3, 20, 60, 2]
    assert found.of_value == 5


def test_nothing_has_more_than_the_sandbox_allows():
    found, cells = limits("slow = 1", "rate = 2", most=3.0)
    assert [found.of_answer(one.exercise.name) for one in ITEMS] == [3, 3, 3, 2]
    assert {found.of_value, *cells.values()} == {3}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("double = 1", 5),
        ("slow = 1", 20),
        ("rate = 1", 60),
        ("few = 1", 5),  # a limit of the key below the usual one holds for calls
        ("slow = 1\nrate = 2", 60),
        ("print('unneeded')", 5),
        ("exec('x = 1')", 60),  # it may bind any name, the measured one's too
    ],
)
def test_a_students_cell_has_the_limit_of_the_answer_that_may_compute_longest(own, expected):
    _, cells = limits(own)
    assert cells[own] == expected


def test_what_an_answer_needs_has_its_limit():
    helper = "def best():\n    return 3"
    _, cells = limits(helper, "rate = best()", "double = 1")
    assert [cells[helper], cells["double = 1"]] == [60, 5]


def test_what_was_handed_out_has_the_longest_limit_unless_it_calls_what_the_student_wrote():
    _, cells = limits("double = 1")
    assert {cells[source] for source in RELEASE} == {60}
    _, cells = limits("def fit(rate):\n    while True: pass")
    assert [cells[source] for source in RELEASE] == [60, 60, 5, 60]
    _, cells = limits("class math:\n    pass")
    assert [cells[source] for source in RELEASE] == [60, 60, 60, 5]
