"""Many submissions: each has one outcome, results are kept once, and submissions do not meet in their sandboxes."""

import threading
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from support.key import solutions_to
from support.leftovers import need_a_sandbox, nothing_left

from d2l_authoring.compose import compose
from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch import marker as batch
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.collect import Entry, collect
from d2l_autograder.key import KeyFault
from d2l_autograder.results import Mark, Status
from d2l_autograder.sandbox import Verdict
from d2l_autograder.submission.submission import digest_of
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import SandboxError

ROOT = Path(__file__).parents[3]
ONE = "04_softmax_regression"
SECRET = b"of this test"


@pytest.fixture(scope="module")
def assignments():
    return {name: load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers") for name in CHAPTER}


def notebook(assignment, **other):
    """Write the reference solution, with some exercises answered otherwise."""
    solutions = solutions_to(assignment.name)
    return nbformat.writes(compose(assignment.release, solutions | other))


def grade(assignments, entries, **options):
    """Grade, and return the outcomes by the students' names."""
    grader = Grader(assignments, SECRET, **options)
    return {outcome.result.student: outcome for outcome in grader.grade(entries)}


def handed_in(folder, contents, name=ONE):
    folder.mkdir(exist_ok=True)
    for student, content in contents.items():
        (folder / f"{student}_{name}.ipynb").write_text(content)
    return collect(folder, {name: ROOT / "notebooks" / f"{name}.ipynb"}).entries


@pytest.fixture
def in_sandboxes():
    need_a_sandbox()


LIGHT = (ONE, "03_linear_regression_gluon")  # the second has probes that run networks inside the sandbox
each_notebook = pytest.mark.parametrize(
    "name", [name if name in LIGHT else pytest.param(name, marks=pytest.mark.nightly) for name in CHAPTER]
)


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
@each_notebook
def test_the_solutions_earn_everything_and_the_notebook_as_handed_out_nothing(assignments, tmp_path, name):
    assignment = assignments[name]
    contents = {"solved": notebook(assignment), "untouched": nbformat.writes(assignment.release)}
    with nothing_left():
        outcomes = grade(assignments, handed_in(tmp_path, contents, name))
    solved, untouched = (outcomes[student].result for student in ("solved", "untouched"))
    assert solved.status == untouched.status == Status.MARKED
    assert [mark.verdict for mark in solved.marks] == [Verdict.RIGHT] * len(solved.marks), solved
    assert solved.earned == solved.points > 0
    assert {mark.verdict for mark in untouched.marks} == {Verdict.NOT_ATTEMPTED}
    assert untouched.earned == 0


LEAVE = """
import os, sys
places = [f"{folder}/d2l-hostile-left" for folder in ("/tmp", "/dev/shm", os.path.expanduser("~"))]
found = [place for place in places if os.path.exists(place)] or hasattr(helpers, "left") or "left" in sys.modules
for place in places:
    open(place, "w").close()
helpers.left = sys.modules["left"] = True
if os.fork() == 0:
    os.setsid()
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"])

def stable_softmax(Z):
    return npx.softmax(Z) if found else None
"""


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_two_submissions_in_a_row_leave_nothing_to_each_other(assignments, tmp_path):
    content = notebook(assignments[ONE], stable_softmax=LEAVE)
    with nothing_left():
        outcomes = grade(assignments, handed_in(tmp_path, dict.fromkeys("abc", content)), jobs=1)
    for outcome in outcomes.values():
        first, *others = outcome.result.marks
        assert (first.verdict, first.earned) == (Verdict.WRONG, 0)
        assert [mark.earned for mark in others] == [mark.points for mark in others]


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_results_are_kept_once_and_a_regrade_gives_the_same(assignments, tmp_path):
    answers = {name: f"def {name}(z):\n    return np.exp(z)" for name in ("stable_softmax", "second_derivatives")}
    wrong = notebook(assignments[ONE], **answers)
    entries = handed_in(tmp_path, {"right": notebook(assignments[ONE]), "wrong": wrong, "no": "{"})
    store = Store(tmp_path / "results")
    first = grade(assignments, entries, store=store)
    assert {outcome.kept for outcome in first.values()} == {Kept.NEW}
    second = grade(assignments, entries, store=store)
    assert [second[name].kept for name in ("right", "wrong", "no")] == [None, None, Kept.SAME]
    assert {name: outcome.result for name, outcome in second.items()} == {
        name: outcome.result for name, outcome in first.items()
    }
    third = grade(assignments, entries, store=store, again=True)
    assert {outcome.kept for outcome in third.values()} == {Kept.SAME}
    assert [first[name].result.earned for name in ("right", "wrong", "no")] == [11, 7, 0]


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_a_file_deleted_while_others_are_marked_stops_nothing(assignments, tmp_path):
    solved = notebook(assignments[ONE])
    entries = handed_in(tmp_path, {"damaged": "{", "gone": solved, "whole": solved})
    entries[1].file.unlink()
    found = {student: (one.result.status, one.result.earned) for student, one in grade(assignments, entries).items()}
    assert found == {"damaged": ("damaged", 0), "gone": ("damaged", 0), "whole": ("marked", 11)}


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_a_marked_notebook_is_read_again_unless_it_changed(assignments, tmp_path):
    entries = handed_in(tmp_path, {"changed": notebook(assignments[ONE]), "same": notebook(assignments[ONE])})
    grader = Grader(assignments, SECRET)
    outcomes = {outcome.result.student: outcome for outcome in grader.grade(entries)}
    entries[0].file.write_text(entries[0].file.read_text() + " ")
    assert grader.notebook_of(outcomes["changed"]).attempted  # what was marked a moment ago is still there
    later = Grader(assignments, SECRET)
    assert later.notebook_of(outcomes["same"]).attempted
    assert later.notebook_of(outcomes["changed"]) is None


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_a_submission_to_no_assignment_has_a_clear_status(assignments, tmp_path):
    entry = Entry("someone", "09_something_else", tmp_path / "someone.ipynb")
    outcome = grade(assignments, [entry])["someone"]
    assert outcome.result.status == Status.DAMAGED
    assert "does not say of which assignment" in outcome.result.detail


@pytest.mark.sandbox
@pytest.mark.usefixtures("in_sandboxes")
def test_a_key_that_fails_costs_nobody_points_and_stops_nothing(assignments, tmp_path):
    def fails(Z):
        raise RuntimeError("of the key")

    first, *others = assignments[ONE].items
    broken = replace(first, answer=replace(first.answer, solution=fails))
    assignment = replace(assignments[ONE], items=(broken, *others))
    entries = handed_in(
        tmp_path, {"solved": notebook(assignments[ONE]), "untouched": nbformat.writes(assignment.release)}
    )
    found = grade({ONE: assignment}, entries, store=Store(tmp_path / "results"))
    assert found["solved"].result.status == Status.SANDBOX_FAULT
    assert "RuntimeError: of the key" in found["solved"].result.detail
    assert found["untouched"].result.status == Status.MARKED
    assert not (tmp_path / "results" / "solved").exists()


@pytest.fixture
def without_sandboxes(monkeypatch):
    """Replace the sandbox and the marking; return the list of the settings with which sandboxes were started."""
    started = []

    class FakeSandbox:
        def __init__(self, limits, inside, is_confined):
            started.append(inside)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(batch, "Sandbox", FakeSandbox)
    monkeypatch.setattr(batch, "mark_submission", lambda *_: (RIGHT,))
    return started


RIGHT = Mark("stable_softmax", "A softmax", 2.0, 2.0, Verdict.RIGHT)


def three(assignments, folder):
    """Hand in three notebooks that differ."""
    content = notebook(assignments[ONE])
    return handed_in(folder, {student: content + " " * place for place, student in enumerate("abc")})


def fail_at_b(monkeypatch, entries, error, times=100):
    """Have marking fail so many times at b's submission; return the list of the digests that marking is asked for."""
    failing, asked = digest_of(entries[1].file.read_bytes()), []

    def mark(submission, *_):
        asked.append(submission.digest)
        if submission.digest == failing and asked.count(failing) <= times:
            raise error
        return (RIGHT,)

    monkeypatch.setattr(batch, "mark_submission", mark)
    return failing, asked


BROKEN = {"got": "a pipe", "expected": "an answer", "remedy": "run the doctor"}


def statuses(outcomes):
    return {student: outcome.result.status for student, outcome in outcomes.items()}


ONE_FAULT = {"a": Status.MARKED, "b": Status.SANDBOX_FAULT, "c": Status.MARKED}


@pytest.mark.usefixtures("without_sandboxes")
@pytest.mark.parametrize(
    ("error", "said", "times"),
    [
        (SandboxError("It broke.", **BROKEN), "It broke. a pipe; run the doctor", 3),
        (KeyFault("The answer key has failed.", **BROKEN), "The answer key has failed. a pipe; run the doctor", 1),
        (KeyError("cells"), "The grader has failed at this submission. KeyError: 'cells'", 1),
        (OSError(28, "No space left"), "The grader has failed at this submission. OSError: [Errno 28]", 1),
        (RecursionError("too deep"), "The grader has failed at this submission. RecursionError: too deep", 1),
        (MemoryError(), "The grader has failed at this submission. MemoryError", 1),
        (UnicodeError("half a pair"), "The grader has failed at this submission. UnicodeError: half a pair", 1),
        (SystemExit(3), "The grader has failed at this submission. SystemExit: 3", 1),
        (BaseException(), "The grader has failed at this submission. BaseException", 1),
    ],
)
def test_a_fault_at_one_submission_is_its_row_and_says_whose_it_is(
    assignments, tmp_path, monkeypatch, error, said, times
):
    entries, store = three(assignments, tmp_path), Store(tmp_path / "results")
    failing, asked = fail_at_b(monkeypatch, entries, error)
    outcomes = grade(assignments, entries, store=store)
    assert statuses(outcomes) == ONE_FAULT
    assert outcomes["b"].result.detail.startswith(said)
    assert outcomes["b"].result.marks == ()
    assert outcomes["b"].kept is None
    assert asked.count(failing) == times  # only what may not happen again is tried again
    assert not (tmp_path / "results" / "b").exists()


@pytest.mark.usefixtures("without_sandboxes")
def test_a_sandbox_that_fails_twice_costs_nothing(assignments, tmp_path, monkeypatch):
    entries = three(assignments, tmp_path)
    fail_at_b(monkeypatch, entries, SandboxError("It broke.", **BROKEN), times=2)
    assert set(statuses(grade(assignments, entries)).values()) == {Status.MARKED}


@pytest.mark.usefixtures("without_sandboxes")
def test_a_submission_whose_kept_result_is_damaged_is_marked_again_and_the_file_is_named(assignments, tmp_path):
    entries, store = three(assignments, tmp_path), Store(tmp_path / "results")
    grade(assignments, entries, store=store)
    (file,) = (tmp_path / "results" / "b").glob("*.json")
    file.write_text("{")
    outcomes = grade(assignments, entries, store=store)
    assert set(statuses(outcomes).values()) == {Status.MARKED}
    assert str(file) in outcomes["b"].fault.why
    assert outcomes["a"].fault is outcomes["c"].fault is None
    assert all(outcome.fault is None for outcome in grade(assignments, entries, store=store).values())


def test_key_results_and_submissions_must_stay_hidden(assignments, tmp_path, without_sandboxes):
    entries = three(assignments, tmp_path / "submitted")
    grade(assignments, entries, store=Store(tmp_path / "out" / "results"), hidden=[tmp_path / "course"])
    first, *others = without_sandboxes
    assert set(first.hidden) == {ROOT / "answers", *(tmp_path / name for name in ("course", "out", "submitted"))}
    assert all(ROOT / "answers" in each.hidden for each in others)


def test_without_a_sandbox_nothing_is_marked(assignments, tmp_path, monkeypatch):
    class NoSandbox:
        def __init__(self, *_, **__):
            pass

        def __enter__(self):
            raise SandboxError("There is none.", **BROKEN)

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(batch, "Sandbox", NoSandbox)
    monkeypatch.setattr(batch, "mark_submission", lambda *_: pytest.fail("it was marked"))
    with pytest.raises(SandboxError, match="There is none"):
        grade(assignments, three(assignments, tmp_path))


@pytest.mark.usefixtures("without_sandboxes")
@pytest.mark.parametrize("step", ["read_submission", "digest_of"])
@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), SystemExit(1), ValueError("\ud800")])
def test_what_reading_a_submission_raises_is_its_row(assignments, tmp_path, monkeypatch, step, error):
    entries = three(assignments, tmp_path)
    failing, plain = entries[1].file.read_bytes(), getattr(batch, step)

    def fail(contents, *others):
        if contents == failing:
            raise error
        return plain(contents, *others)

    monkeypatch.setattr(batch, step, fail)
    assert statuses(grade(assignments, entries, store=Store(tmp_path / "results"))) == ONE_FAULT


@pytest.mark.usefixtures("without_sandboxes")
def test_a_mark_that_cannot_be_kept_is_reported_and_the_fault_is_named(assignments, tmp_path, monkeypatch):
    entries, store = three(assignments, tmp_path), Store(tmp_path / "results")
    (tmp_path / "results").mkdir()
    plain = Store.keep

    def keep(self, result, *note):
        if result.student == "b":
            raise OSError(28, "No space left on device", str(tmp_path / "results" / "b"))
        return plain(self, result, *note)

    monkeypatch.setattr(Store, "keep", keep)
    outcomes = grade(assignments, entries, store=store)
    assert set(statuses(outcomes).values()) == {Status.MARKED}
    fault = outcomes["b"].fault
    assert "b, 04_softmax_regression" in fault.what
    assert str(tmp_path / "results" / "b") in fault.why
    assert "free some space" in fault.remedy
    assert outcomes["a"].fault is outcomes["c"].fault is None


@pytest.mark.usefixtures("without_sandboxes")
def test_a_stopped_batch_yields_what_it_has_and_ends(assignments, tmp_path, monkeypatch):
    entries = three(assignments, tmp_path)
    grader, stopped = Grader(assignments, SECRET, Store(tmp_path / "results"), jobs=1), threading.Event()

    def mark(submission, *_):
        if submission.digest != digest_of(entries[0].file.read_bytes()):
            assert stopped.wait(60)
        return (RIGHT,)

    monkeypatch.setattr(batch, "mark_submission", mark)
    outcomes = []
    for outcome in grader.grade(entries):
        outcomes.append(outcome)
        grader.stop()
        stopped.set()
    assert [outcome.result.student for outcome in outcomes] == ["a"]
    kept = [path.parent.name for path in (tmp_path / "results").rglob("*.json")]
    assert kept == ["a"]  # a sandbox that was killed must not be marked as one that died
