"""A submission is marked in sandboxes that this process stands in for: what runs, in which order, and what counts."""

from __future__ import annotations

import linecache
from types import SimpleNamespace

import nbformat
import pytest
from support.doubled import HINTS, checks, double, number

from d2l_autograder.assignment import Item
from d2l_autograder.key import Answer, Probe, runs_in_sandbox
from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.sandbox import Lost, Verdict
from d2l_autograder.sandbox.worker import describe
from d2l_autograder.submission.submission import Submission
from d2l_helpers.exercises.exercise import Exercise, NotYet


def function(*probes, name="double", solution=double):
    exercise = Exercise(name, f"About {name}", "written", 1, lambda answer: None, HINTS)
    return Item(exercise, Answer(name, solution, (), probes or (Probe("numbers", number),)), 2.0)


def value(kind="measured", name="value"):
    return Item(Exercise(name, "A value", kind, 1, checks, HINTS), Answer(name, 3, ()), 2.0)


class FakeSession:
    """A session that runs cells in this process, as far as marking asks of it."""

    seconds = 0.0

    def __init__(self, requests=None, hash_seed=0):
        self.limits, self.guilty = SimpleNamespace(seconds=3.0), {}
        self.requests = [] if requests is None else requests
        self.namespace, self.hash_seed, self.is_open = {}, hash_seed, False

    def __enter__(self):
        self.is_open = True
        return self

    def __exit__(self, *_):
        self.is_open = False

    def beside(self, hash_seed=0):
        self.requests.append(("beside", hash_seed))
        return FakeSession(self.requests, hash_seed)

    def run(self, cell, source, seconds=None):
        self.requests.append(("run", cell))
        name = f"<cell {cell}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            exec(compile(source, name, "exec"), self.namespace)
        except Exception as error:
            raise as_lost(error) from error

    def call(self, name, arguments, seconds=None):
        self.requests.append(("call", name, seconds))
        function, *given = (self.look_up(getattr(each, "name", each)) for each in (name, *arguments))
        try:
            return SimpleNamespace(value=function(*given))
        except Exception as error:
            raise as_lost(error) from error

    def get(self, name, seconds=None):
        self.requests.append(("get", name))
        return SimpleNamespace(value=self.look_up(name))

    def look_up(self, name):
        if isinstance(name, str) and name not in self.namespace:
            raise Lost(Verdict.NOT_ATTEMPTED, "no such name")
        return self.namespace[name] if isinstance(name, str) else name


def as_lost(error):
    said = describe(error)
    return Lost(Verdict.ERROR, f"{said['type']}: {said['message']}", said["line"])


def assigned(*items, release=()):
    return SimpleNamespace(name="09_doubling", items=items, code=frozenset(release))


def submitted(*sources, attempted=("double", "value")):
    cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources, start=1)]
    return Submission(nbformat.v4.new_notebook(cells=cells), frozenset(attempted), frozenset(), (), "digest")


BOTH = assigned(function(), value())
RIGHT = "def double(x):\n    return 2 * x"


def mark(*sources, assignment=BOTH, session=None):
    """Mark these cells, and return the marks by exercise and what was asked of the session."""
    session = session or FakeSession()
    attempted = [item.exercise.name for item in assignment.items]
    marks = mark_submission(submitted(*sources, attempted=attempted), assignment, b"secret", lambda: session)
    assert not session.is_open
    return {mark.exercise: mark for mark in marks}, session.requests


def test_a_submission_is_marked_in_the_assignments_order():
    marks, requests = mark("value = 3", RIGHT)
    assert [(name, each.earned, each.note) for name, each in marks.items()] == [("double", 2, ""), ("value", 2, "")]
    assert requests[:2] == [("run", "c1"), ("run", "c2")]


def test_a_submission_without_an_attempt_starts_no_sandbox():
    def start():
        pytest.fail("a sandbox was started")

    marks = mark_submission(submitted(attempted=[]), BOTH, b"secret", start)
    assert [mark.verdict for mark in marks] == [Verdict.NOT_ATTEMPTED] * 2


def test_only_what_was_attempted_is_asked_for():
    session = FakeSession()
    marks = mark_submission(submitted("value = 3", attempted=["value"]), BOTH, b"secret", lambda: session)
    assert [mark.verdict for mark in marks] == [Verdict.NOT_ATTEMPTED, Verdict.RIGHT]
    assert session.requests == [("run", "c1"), ("get", "value")]


def test_numbers_and_letters_are_read_before_any_function_is_called():
    marks, requests = mark("value = 4", "def double(x):\n    global value\n    value = 3\n    return 2 * x")
    assert requests[2:4] == [("get", "value"), ("call", "double", 3.0)]
    assert (marks["double"].earned, marks["value"].earned) == (2, 0)


def named_through(factor):
    source = f"@runs_in_sandbox\ndef through(function, x):\n    return {factor} * function(x)\n"
    file = f"<{factor}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"runs_in_sandbox": runs_in_sandbox}
    exec(compile(source, file, "exec"), namespace)
    return namespace["through"]


def test_a_function_that_runs_in_the_sandbox_is_sent_once_and_again_where_another_has_its_name():
    one, other = named_through(10), named_through(100)
    probes = Probe("a", number, one), Probe("b", number, other, draws=1), Probe("c", number, one, draws=1)
    marks, requests = mark(RIGHT, assignment=assigned(function(*probes)))
    assert marks["double"].verdict == Verdict.RIGHT
    assert [request[:2] for request in requests[1:]] == [
        ("run", "probe through"), ("call", "through"), ("call", "through"),
        ("run", "probe through"), ("call", "through"),
        ("run", "probe through"), ("call", "through"),
    ]  # fmt: skip
    assert {request[2] for request in requests if request[0] == "call"} == {3.0}  # below the session's limit


ALONE = assigned(
    function(Probe("main", number, draws=1), Probe("alone", number, draws=1, sandboxes=(1, 2))),
    function(name="triple", solution=lambda x: 3 * x),
)


def test_a_probe_in_its_own_sandboxes_runs_the_cells_of_its_answer_and_nothing_else():
    marks, requests = mark(RIGHT, "def triple(x):\n    return 3 * x", assignment=ALONE)
    assert all(each.verdict == Verdict.RIGHT for each in marks.values())
    assert requests == [
        ("run", "c1"), ("run", "c2"), ("call", "double", 3.0),
        ("beside", 1), ("run", "c1"), ("call", "double", 3.0),
        ("beside", 2), ("run", "c1"), ("call", "double", 3.0),
        ("call", "triple", 3.0), ("call", "triple", 3.0),
    ]  # fmt: skip


def test_what_one_answer_patches_helps_no_other_in_a_sandbox_of_its_own():
    patch = "import math\nmath.factor = 2\ndef triple(x):\n    return 3 * x"
    marks, _ = mark("import math", "def double(x):\n    return math.factor * x", patch, assignment=ALONE)
    assert marks["double"].earned == 2  # the cell that sets an attribute of math belongs to the answer that reads math
    hidden = "import math\nvars(math).update(pi=2)\ndef triple(x):\n    return 3 * x"
    marks, _ = mark("def double(x):\n    import math\n    return math.pi * x", hidden, assignment=ALONE)
    assert marks["triple"].earned == 2


STOPS = {
    "import torch": "cell 1, line 2: ModuleNotFoundError: No module named 'no_such_torch'",
    "1 / 0": "cell 1, line 2: ZeroDivisionError: division by zero",
    "assert False, 'what'": "cell 1, line 2: AssertionError: what",
}


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize(
    "later",
    [
        ["def double(x):\n    return scale * x"],
        ["def double(x):\n    return helper(x)", "def helper(x):\n    return scale * x"],
        ["factor = 2 * scale", "def double(x):\n    return factor * x"],
        ["factor = 2 * scale", "twice = factor", "double = twice.__mul__"],
    ],
    ids=["read in the function", "read in its helper", "read by a cell", "read by a cell before others"],
)
def test_what_follows_from_a_cell_that_stopped_names_that_cell_and_line(stop, later):
    first = f"import math\n{stop}\nscale = 2".replace("torch", "no_such_torch")
    marks, _ = mark(first, *later, "value = 3")
    assert (marks["double"].verdict, marks["value"].verdict) == (Verdict.ERROR, Verdict.RIGHT)
    assert marks["double"].findings[0].got == STOPS[stop]


def test_what_a_cell_did_before_it_stopped_stays_and_blames_nothing():
    marks, _ = mark(f"{RIGHT}\nvalue = 3\n1 / 0")
    assert [each.earned for each in marks.values()] == [2, 2]
    marks, _ = mark("import math\n1 / 0", "def double(x):\n    return [].pop()", "value = 3")
    assert marks["double"].findings[0].got == "IndexError: pop from empty list (line 2: return [].pop())"


def test_a_cell_that_stops_in_another_cells_function_is_named_with_the_line_of_the_function():
    marks, _ = mark("def load():\n    return {}['key']", "scale = load()", "def double(x):\n    return scale * x")
    got = marks["double"].findings[0].got
    assert got == "cell 2: KeyError: 'key' (line 2: return {}['key'])"


def test_a_cell_that_is_no_python_is_what_its_answers_are_told():
    marks, _ = mark("def double(x:\n    return 2 * x", "value = 3")
    assert (marks["double"].verdict, marks["value"].earned) == (Verdict.ERROR, 2)
    assert marks["double"].findings[0].got.startswith("cell 1, line 1: SyntaxError: ")


def test_a_name_that_no_stopped_cell_would_have_bound_is_told_as_it_is():
    marks, _ = mark("1 / 0\nscale = 2", "def double(x):\n    return typo * x", "value = 3")
    assert marks["double"].findings[0].got == "NameError: name 'typo' is not defined (line 2: return typo * x)"


def test_another_error_is_told_with_the_stop_that_came_before():
    cells = "class Net: pass", "Net.missing_until = 1 / 0", "def double(x):\n    return Net.missing_until * x"
    marks, _ = mark(*cells, "value = 3")
    got = marks["double"].findings[0].got
    assert got.startswith("AttributeError: ")
    assert "before that, cell 2, line 1: ZeroDivisionError: division by zero" in got


def test_a_wrong_answer_is_told_of_the_stop_that_came_before():
    marks, _ = mark("scale = 5", "1 / 0\nscale = 2", "def double(x):\n    return scale * x", "value = 3")
    assert marks["double"].verdict == Verdict.WRONG
    assert marks["double"].note.endswith("cell 2, line 1: ZeroDivisionError: division by zero")


def test_a_cell_that_binds_a_name_again_is_blamed_for_nothing():
    marks, _ = mark("1 / 0\nscale = 2", "scale = 3", "def double(x):\n    return scale * x * [][0]", "value = 3")
    assert marks["double"].findings[0].got.startswith("IndexError: list index out of range (")


def test_a_cell_that_ended_the_sandbox_is_what_its_missing_answers_are_told():
    """A cell may end the second sandbox although it did not end the first."""

    class Restarted(FakeSession):
        def look_up(self, name):
            self.guilty = {"c1": Lost(Verdict.MEMORY, "too much memory", is_over=True)}
            raise Lost(Verdict.NOT_ATTEMPTED, "no such name")

    marks, _ = mark(RIGHT, assignment=assigned(function()), session=Restarted())
    assert marks["double"].verdict == Verdict.MEMORY
    assert marks["double"].findings[0].got == "cell 1: too much memory"


# An answer may lean on cells that no name shows: each of these fails after the cells that it seems to need
LEANS = {
    "a list by another name": (
        ["rules = []", "others = rules", "others.append(2)", "def double(x):\n    return rules[0] * x"],
        "value = 3",
    ),
    "a registry": (
        ["rules = {}", "def rule(f):\n    rules[f.__name__] = f\n    return f"],
        "@rule\ndef twice(x):\n    return 2 * x",
        "def double(x):\n    return rules['twice'](x)",
        "value = 3",
    ),
    "an attribute that a function sets": (
        ["def settings(): pass", "def prepare(one):\n    one.factor = 2", "prepare(settings)"],
        "def double(x):\n    return getattr(settings, 'factor', 3) * x",
        "value = 3",
    ),
    "a number of a list by another name": (
        ["seen = []", "others = seen", "others.append(3)", "value = sum(seen)"],
        RIGHT,
    ),
}


@pytest.mark.parametrize("case", LEANS)
def test_an_answer_that_leans_on_other_cells_counts_as_it_is_after_all_of_them(case):
    first, *later = LEANS[case]
    marks, requests = mark(*first, *later)
    assert [each.earned for each in marks.values()] == [2, 2]
    (note,) = [each.note for each in marks.values() if each.note]
    assert note.startswith("marked after all cells had run; after only the cells that the answer seems to need, ")
    again = requests[requests.index(("beside", 0)) :]
    assert [cell for do, cell, *_ in again if do == "run"] == [f"c{n}" for n in range(1, len(first) + len(later) + 1)]


def test_the_second_try_gets_the_same_arguments():
    seen = []

    def judge(got, expected, arguments):
        seen.append(arguments)
        raise NotYet("never", "right")

    assignment = assigned(function(Probe("numbers", number, judge=judge, draws=1)))
    mark("print('a cell of the student')", RIGHT, assignment=assignment)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_a_second_try_that_is_no_better_leaves_the_mark_as_it_was():
    marks, requests = mark("print('mine')", "def double(x):\n    return [].pop()", "value = 3")
    assert ("beside", 0) in requests
    assert (marks["double"].earned, marks["double"].note) == (0, "")
    assert marks["double"].findings[0].got.startswith("IndexError")


def test_a_right_answer_is_not_asked_for_again_in_a_second_try():
    marks, requests = mark("print('mine')", "def double(x):\n    return 0", "value = 3")
    assert marks["value"].earned == 2
    assert requests.count(("get", "value")) == 1


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("predicted", ["import random", "value = random.choice([4, 5])", RIGHT, "print('mine')"]),
        ("measured", ["value = 4", RIGHT, "print('mine')"]),
    ],
    ids=["a letter, however it is chosen", "a number that a cell states"],
)
def test_there_is_no_second_guess(kind, cells):
    marks, requests = mark(*cells, assignment=assigned(function(), value(kind)))
    assert marks["value"].earned == 0
    assert ("beside", 0) not in requests


WRONG = "def double(x):\n    return 3 * x"


@pytest.mark.parametrize(
    "others",
    [
        [],
        ["print('as handed out')"],
        ["import math", "size = 4", "unused = size", "def unused(x, k=1):\n    return k", "'text'"],
    ],
    ids=["all cells were needed", "the others are as handed out", "the others only bind names"],
)
def test_no_second_try_where_it_can_change_nothing(others):
    marks, requests = mark(WRONG, "value = 3", *others, assignment=assigned(function(), value(), release=others[:1]))
    assert marks["double"].earned == 0
    assert [request for request in requests if request[0] == "beside"] == []


def test_cells_that_were_handed_out_run_for_a_second_try_where_the_answer_reads_data():
    chapter = ["weights = [1]", "same = weights", "same[0] = 2"]
    answer = "def double(x):\n    return weights[0] * x"
    marks, _ = mark(*chapter, answer, "value = 3", assignment=assigned(function(), value(), release=chapter))
    assert marks["double"].earned == 2


def test_a_probe_of_a_second_try_in_its_own_sandbox_runs_all_cells_there():
    cells = ["rules = []", "others = rules", "others.append(2)", "def double(x):\n    return rules[0] * x"]
    marks, requests = mark(*cells, "def triple(x):\n    return 3 * x", assignment=ALONE)
    assert marks["double"].earned == 2
    every = [("run", f"c{number}") for number in range(1, 6)]
    whole = [requests[place + 1 : place + 6] for place, request in enumerate(requests) if request[0] == "beside"]
    assert whole == [every] * 3
