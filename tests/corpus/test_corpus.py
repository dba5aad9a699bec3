"""Every hostile submission, graded as a class is: what each earns, what its peers earn, and what is left."""

import json
import socket
from pathlib import Path

import pytest
from cases import ASSIGNMENT, HERE, RELEASE, cases, notebook, submission, table
from leftovers import namespace_of, need_a_sandbox, nothing_left

from d2l_helpers.autograder import batch
from d2l_helpers.autograder.assignment import load_assignment
from d2l_helpers.autograder.inbox import Entry
from d2l_helpers.autograder.isolation import Limits, Sandbox
from d2l_helpers.autograder.reference import evaluate
from d2l_helpers.autograder.results import Kept, Status, Store

MB = 1 << 20
LIMITS = Limits(
    seconds=4,
    total_seconds=30,
    memory=500 * MB,
    processes=64,
    tmp=8 * MB,
    shared_memory=4 * MB,
    file=6 * MB,
    frame=8 * MB,
    output=MB,
)
JOBS = 3
ROUND = 8
CASES = cases()
ROUNDS = [CASES[start : start + ROUND] for start in range(0, len(CASES), ROUND)]
EACH = [
    pytest.param(number, case, id=case.name) for number, round_ in enumerate(ROUNDS) for case in round_
]


@pytest.fixture(scope="module", autouse=True)
def outside():
    """What an answer might reach: a socket, and a secret in the environment."""
    need_a_sandbox()
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as server:
        patch.setenv("D2L_SECRET", "of the teacher")
        server.bind("\0d2l-hostile-corpus")
        server.listen()
        yield


@pytest.fixture(scope="module")
def assignment():
    found = load_assignment(RELEASE, HERE.parents[1] / "answers")
    evaluate(found.items[0].answer.solution, None, found.items[0].answer.probes[0].arguments(_any_numbers()))
    return found


def _any_numbers():
    from d2l_helpers.autograder.draws import generator

    return generator(b"any")


@pytest.fixture(scope="module")
def grade(assignment, tmp_path_factory):
    """Grade submissions, by their names, an honest one among them; nothing of them may be left."""

    def grade(contents):
        folder = tmp_path_factory.mktemp("round")
        honest = json.dumps(notebook()).encode()
        entries = []
        for name, content in [*contents.items(), ("honest", honest)]:
            file = folder / f"{name}.ipynb"
            file.write_bytes(content)
            entries.append(Entry(name, ASSIGNMENT, file))
        entries.insert(1, entries.pop())
        store = Store(folder / "results")
        grader = batch.Grader({ASSIGNMENT: assignment}, b"of this test", store, jobs=JOBS, limits=LIMITS)
        with pytest.MonkeyPatch.context() as patch, nothing_left() as inodes:
            patch.setattr(batch, "Sandbox", _watched(inodes))
            outcomes = list(grader.grade(entries))
        assert {outcome.kept for outcome in outcomes} == {Kept.NEW}
        return {outcome.result.student: outcome.result for outcome in outcomes}

    return grade


def _watched(inodes):
    """A sandbox that takes note of its namespace, so that one can look what is left in it."""

    class Watched(Sandbox):
        def start(self):
            super().start()
            inodes.append(namespace_of(self))

    return Watched


@pytest.fixture(scope="module")
def graded(request, grade):
    return grade({case.name: submission(case) for case in ROUNDS[request.param]})


@pytest.mark.parametrize(("graded", "case"), EACH, indirect=["graded"])
def test_a_hostile_answer_earns_what_it_should_and_costs_no_other(graded, case, assignment):
    result = graded[case.name]
    assert (result.status, result.detail, result.repairs) == (Status.MARKED, "", ())
    marks = {mark.exercise: mark for mark in result.marks}
    attacked = marks.pop(case.exercise)
    assert attacked.verdict in case.verdicts, attacked
    assert attacked.earned == case.earned, attacked
    for name, mark in marks.items():
        verdict, earned = case.others.get(name, ("right", mark.points))
        assert (mark.verdict, mark.earned) == (verdict, earned), mark


@pytest.mark.parametrize("graded", range(len(ROUNDS)), indirect=True)
def test_the_honest_submission_beside_them_earns_everything(graded):
    assert graded["honest"].earned == graded["honest"].points, graded["honest"]
