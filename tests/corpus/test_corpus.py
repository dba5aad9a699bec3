"""Hostile submissions, graded as a class is: the marks of each, the marks of the others, and what is left behind."""

import socket
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

import nbformat
import numpy as np
import pytest
from corpus.cases import ASSIGNMENT, CHOSEN, HERE, RELEASE, cases, notebook, submission, table
from corpus.damaged import DAMAGED, solved_notebook
from support.leftovers import first_process_of, need_a_sandbox, nothing_left

from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch import marker
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.collect import Entry
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.results import Status
from d2l_autograder.sandbox import Limits, Sandbox
from d2l_autograder.submission.submission import LARGEST

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
ROUND = 8  # submissions that are graded together
# A message is read once, its arrays are copied once, and truth values of one byte become numbers of eight
OF_A_REPLY = LIMITS.frame * (1 + 1 + 8)
# A file, its text, and a million lists and objects of 64 bytes
OF_A_FILE = 2 * LARGEST + 64 * 10**6
GRADER_MAY_GROW = OF_A_REPLY + OF_A_FILE  # no round has two of the largest

CASES = cases()
FUNCTIONS = ("stable_softmax", "loss_from_labels", "weight_gradient", "kl_bits", "second_derivatives")
OTHERS = [case for case in CASES if not case.is_chosen]
ROUNDS = [[case for case in CASES if case.is_chosen]]
ROUNDS += [OTHERS[start : start + ROUND] for start in range(0, len(OTHERS), ROUND)]


def _marks(number):
    return [pytest.mark.sandbox] if number == 0 else [pytest.mark.sandbox, pytest.mark.nightly]


EACH = [
    pytest.param(number, case, id=case.name, marks=_marks(number))
    for number, some in enumerate(ROUNDS)
    for case in some
]
NUMBERS = [pytest.param(number, id=f"round-{number}", marks=_marks(number)) for number in range(len(ROUNDS))]


@pytest.fixture(scope="module")
def outside():
    """Make what an answer might reach: a secret in the environment, and a socket."""
    need_a_sandbox()
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as server:
        patch.setenv("D2L_SECRET", "of the teacher")
        with suppress(OSError):  # another run of these tests has it
            server.bind("\0d2l-hostile-corpus")
            server.listen()
        yield


@pytest.fixture(scope="module")
def assignment():
    """Load the assignment, and MXNet's threads and buffers, which stay."""
    found = load_assignment(RELEASE, HERE.parents[1] / "answers")
    answer = found.items[0].answer
    evaluate(answer.solution, None, answer.probes[0].arguments(np.random.default_rng(0)))
    return found


@pytest.fixture(scope="module")
def grade(outside, assignment, tmp_path_factory):
    """Grade files, made by functions of these names, with an honest one among them; check that nothing is left."""

    def grade(makers):
        folder = tmp_path_factory.mktemp("round")
        entries = []
        for name, make in {"first": _honest, **makers}.items():
            entries.append(Entry(name, ASSIGNMENT, folder / f"{name}.ipynb"))
            make(entries[-1].file)
        store = Store(folder / "results")
        grader = Grader({ASSIGNMENT: assignment}, b"of this test", store, jobs=JOBS, limits=LIMITS)
        with pytest.MonkeyPatch.context() as patch, nothing_left() as first_processes, little_growth():
            patch.setattr(marker, "Sandbox", _watched(first_processes))
            outcomes = {outcome.result.student: outcome for outcome in grader.grade(entries)}
        assert {outcome.kept for outcome in outcomes.values()} == {Kept.NEW}
        return grader, outcomes

    return grade


def _honest(file):
    file.write_text(nbformat.writes(notebook()))


def _watched(first_processes):
    """Return a class of sandboxes that record their first processes, so that one can see whether they have ended."""

    class Watched(Sandbox):
        def start(self):
            super().start()
            first_processes.append(first_process_of(self))

    return Watched


@contextmanager
def little_growth():
    """Check that this process's memory grows by no more than GRADER_MAY_GROW."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = _memory("VmRSS:")
    yield
    assert _memory("VmHWM:") - before < GRADER_MAY_GROW


def _memory(name):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) << 10


@pytest.fixture(scope="module")
def graded(grade):
    """Grade a round, by its number, when it is first asked for."""

    @cache
    def graded(number):
        return grade({case.name: partial(_write, case) for case in ROUNDS[number]})[1]

    return graded


def _write(case, file):
    file.write_bytes(submission(case))


@pytest.fixture(scope="module")
def graded_damage(grade):
    return grade({one.name: partial(_damage, one) for one in DAMAGED})


def _damage(one, file):
    one.write(file, solved_notebook())


def _has_all_points(result):
    return result.status == Status.MARKED and result.earned == result.points


@pytest.mark.parametrize(("number", "case"), EACH)
def test_a_hostile_answer_earns_what_it_should_and_costs_no_other(graded, number, case):
    result = graded(number)[case.name].result
    assert (result.status, result.detail, result.repairs) == (Status.MARKED, "", ())
    marks = {mark.exercise: mark for mark in result.marks}
    attacked = marks.pop(case.exercise)
    assert attacked.verdict in case.verdicts, attacked
    assert attacked.earned == case.earned, attacked
    *costs, only = case.others or (None, "")
    hit = (only,) if only else FUNCTIONS  # numbers and letters are read before any call
    for mark in marks.values():
        expected = costs if case.others and mark.exercise in hit else ["right", mark.points]
        assert [mark.verdict, mark.earned] == expected, mark


@pytest.mark.parametrize("number", NUMBERS)
def test_an_honest_submission_beside_them_earns_everything(graded, number):
    result = graded(number)["first"].result
    assert _has_all_points(result), result


@pytest.mark.sandbox
@pytest.mark.nightly
@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.name)
def test_a_damaged_notebook_is_marked_or_refused_with_a_reason(graded_damage, damage):
    grader, outcomes = graded_damage
    result = outcomes[damage.name].result
    assert (result.status, result.earned, result.points) == (damage.status, damage.earned, 11), result
    assert bool(result.detail) == (damage.status == "damaged")
    assert "Traceback" not in result.detail
    assert str(HERE.parents[1]) not in result.as_json()
    if repaired := grader.notebook_of(outcomes[damage.name]):
        written = nbformat.writes(repaired.notebook)
        nbformat.validate(nbformat.reads(written, as_version=4))
        assert "<script" not in written
        written.encode()


@pytest.mark.sandbox
@pytest.mark.nightly
def test_an_honest_submission_beside_damaged_ones_earns_everything(graded_damage):
    assert _has_all_points(graded_damage[1]["first"].result)


def test_every_case_is_graded_once():
    assert sorted(case.name for some in ROUNDS for case in some) == [case.name for case in CASES]
    assert sorted(CHOSEN) == [case.name for case in ROUNDS[0]]


def test_the_table_is_what_the_cases_say():
    assert (HERE / "README.md").read_text() == table(), "run PYTHONPATH=. .venv/bin/python tests/corpus/cases.py"
