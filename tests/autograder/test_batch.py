"""Many submissions through real sandboxes: all eight notebooks, results that are kept, and peers that do not meet."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from support.key import solutions_to
from support.leftovers import need_a_sandbox, nothing_left

from d2l_authoring.compose import compose
from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch import Grader
from d2l_autograder.collect import Entry, find_entries
from d2l_autograder.results import Kept, Status, Store
from d2l_autograder.sandbox import Verdict
from d2l_helpers.exercises.catalogue import CHAPTER

ROOT = Path(__file__).parents[2]
ONE = "04_softmax_regression"
SECRET = b"of this test"


@pytest.fixture(scope="module", autouse=True)
def working():
    need_a_sandbox()


@pytest.fixture(scope="module")
def assignments():
    return {name: load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers") for name in CHAPTER}


def notebook(assignment, **other):
    """Write the reference solution, with some exercises answered otherwise."""
    solutions = solutions_to(assignment.name)
    return nbformat.writes(compose(assignment.release, solutions | other))


def grade(assignments, entries, **options):
    """Grade, and give the outcomes by the students' names."""
    grader = Grader(assignments, SECRET, **options)
    return {outcome.result.student: outcome for outcome in grader.grade(entries)}


def handed_in(folder, contents, name=ONE):
    for student, content in contents.items():
        (folder / f"{student}_{name}.ipynb").write_text(content)
    return find_entries(folder, [name])


@pytest.fixture(scope="module")
def chapter(assignments, tmp_path_factory):
    """Grade of each notebook the solutions and what was handed out."""
    folder = tmp_path_factory.mktemp("chapter")
    entries = []
    for name, assignment in assignments.items():
        for student, content in (("solved", notebook(assignment)), ("untouched", nbformat.writes(assignment.release))):
            entries.append(Entry(f"{student} {name}", name, folder / f"{student}-{name}.ipynb"))
            entries[-1].file.write_text(content)
    with nothing_left():
        return grade(assignments, entries)


@pytest.mark.parametrize("name", CHAPTER)
def test_the_reference_solution_earns_everything(chapter, name):
    result = chapter[f"solved {name}"].result
    assert result.status == Status.MARKED
    assert [mark.verdict for mark in result.marks] == [Verdict.RIGHT] * len(result.marks), result
    assert result.earned == result.points > 0


@pytest.mark.parametrize("name", CHAPTER)
def test_the_notebook_as_handed_out_earns_nothing(chapter, name):
    result = chapter[f"untouched {name}"].result
    assert result.status == Status.MARKED
    assert {mark.verdict for mark in result.marks} == {Verdict.NOT_ATTEMPTED}
    assert result.earned == 0


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


def test_two_submissions_in_a_row_leave_nothing_to_each_other(assignments, tmp_path):
    content = notebook(assignments[ONE], stable_softmax=LEAVE)
    with nothing_left():
        outcomes = grade(assignments, handed_in(tmp_path, dict.fromkeys("abc", content)), jobs=1)
    for outcome in outcomes.values():
        first, *others = outcome.result.marks
        assert (first.verdict, first.earned) == (Verdict.WRONG, 0)
        assert [mark.earned for mark in others] == [mark.points for mark in others]


def test_results_are_kept_once_and_a_regrade_gives_the_same(assignments, tmp_path):
    wrong = notebook(
        assignments[ONE], stable_softmax="def stable_softmax(Z):\n    return np.exp(Z)", warmest="warmest = 3"
    )
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


def test_a_file_that_goes_while_others_are_marked_stops_nothing(assignments, tmp_path):
    solved = notebook(assignments[ONE])
    entries = handed_in(tmp_path, {"damaged": "{", "gone": solved, "whole": solved})
    entries[1].file.unlink()
    found = {student: (one.result.status, one.result.earned) for student, one in grade(assignments, entries).items()}
    assert found == {"damaged": ("damaged", 0), "gone": ("damaged", 0), "whole": ("marked", 11)}


def test_a_marked_notebook_is_read_again_unless_it_changed(assignments, tmp_path):
    entries = handed_in(tmp_path, {"changed": notebook(assignments[ONE]), "same": notebook(assignments[ONE])})
    grader = Grader(assignments, SECRET)
    outcomes = {outcome.result.student: outcome for outcome in grader.grade(entries)}
    entries[0].file.write_text(entries[0].file.read_text() + " ")
    assert grader.notebook_of(outcomes["same"]).attempted
    assert grader.notebook_of(outcomes["changed"]) is None


def test_what_is_of_no_assignment_has_a_clear_status(assignments, tmp_path):
    entry = Entry("someone", "09_something_else", tmp_path / "someone.ipynb")
    outcome = grade(assignments, [entry])["someone"]
    assert outcome.result.status == Status.DAMAGED
    assert "does not say of which assignment" in outcome.result.detail


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
