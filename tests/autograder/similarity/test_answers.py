"""Which code of a notebook is compared: the student's own answers, wherever they stand, and nothing that was given."""

import pytest
from support.submitted import ASSIGNMENT, answered, code, handed_out, named, read

from d2l_autograder.similarity import answers_in, known_windows
from d2l_autograder.similarity.fingerprints import WINDOW

WRITTEN = {item.exercise.name for item in ASSIGNMENT.items if item.exercise.kind == "written"}
ANSWER = """
def stable_softmax(z):
    rows = []
    for row in z:
        largest = row.max()
        rows.append(np.exp(row - largest) / np.exp(row - largest).sum())
    return np.stack(rows)
"""
HELPER = """
def _divided(values):
    total = 0
    for value in values:
        total = total + float(value)
    return [float(value) / total for value in values]
"""


def answers(notebook):
    return {one.exercise: one for one in answers_in(read(notebook), ASSIGNMENT)}


def with_answer(source, *before):
    notebook = handed_out()
    place = notebook["cells"].index(named(notebook, "stable_softmax"))
    notebook["cells"][place]["source"] = source
    notebook["cells"][place:place] = before
    return notebook


def test_untouched_stubs_are_no_answers():
    assert answers(handed_out()) == {}


def test_numbers_and_letters_are_not_compared():
    assert answers(answered()).keys() == WRITTEN


def test_the_solutions_hold_nothing_of_ones_own():
    known = known_windows(ASSIGNMENT)
    for one in answers(answered()).values():
        assert set(one.windows) <= known


def test_an_answer_is_the_cell_of_its_exercise_as_it_was_written():
    (one,) = answers(with_answer(ANSWER)).values()
    assert (one.exercise, one.text, one.is_read) == ("stable_softmax", ANSWER, True)
    assert len(one.windows) == len(one.lines) - WINDOW + 1
    assert set(one.lines) <= set(range(1, ANSWER.count("\n") + 1))


def test_a_helper_in_a_cell_of_its_own_belongs_to_the_answer_that_needs_it():
    source = ANSWER.replace("rows.append(np.exp", "_divided(row)\n        rows.append(np.exp")
    (one,) = answers(with_answer(source, code(HELPER), code("unneeded = [1, 2, 3]"))).values()
    assert one.text == f"{HELPER}\n\n{source}"
    lines = one.text.split("\n")
    assert {lines[line - 1].strip() for line in one.lines} >= {"total = 0", "largest = row.max()"}


def test_lines_are_those_of_the_cell_where_jupyters_own_syntax_stands_above():
    source = f"%matplotlib inline\n!pip install \\\n    something\n{ANSWER}"
    (one,) = answers(with_answer(source)).values()
    lines = one.text.split("\n")
    assert {lines[line - 1].strip() for line in one.lines} >= {"largest = row.max()", "return np.stack(rows)"}


@pytest.mark.parametrize(
    "source",
    [
        "def stable_softmax(z:\n    return z",
        "stable_softmax = " + "(" * 3000 + "z" + ")" * 3000,
        "def stable_softmax(z):\n    return " + "-" * 20_000 + "z",
    ],
)
def test_an_answer_that_is_no_python_is_said_to_be_unread(source):
    found = answers(with_answer(source))
    assert all(one.is_read is False and not one.windows for one in found.values())


@pytest.mark.parametrize("line", ["    z = z + 1\n", "    z = f(z, [z] * 3)\n"])
def test_a_huge_answer_is_cut(line):
    source = "def stable_softmax(z):\n" + line * 3000
    (one,) = answers(with_answer(source)).values()
    assert len(one.lines) <= 4000
    assert len(one.windows) <= 4000
    assert one.is_read is False  # a copy behind so much of one's own would not be found


def test_an_answer_of_a_million_characters_is_not_read():
    (one,) = answers(with_answer("def stable_softmax(z):\n" + "    z = z + 1\n" * 80_000)).values()
    assert one.is_read is False
    assert not one.windows
