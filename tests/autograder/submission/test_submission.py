"""Submissions of students who worked on them: every attempt is found, wherever it stands."""

import copy
import json

import nbformat
import pytest
from support.submitted import (
    ANSWER,
    ASSIGNMENTS,
    FIRST,
    NAMES,
    RELEASE,
    SECOND,
    answered,
    code,
    handed_out,
    named,
    read,
    result_of,
)

from d2l_authoring.compose import compose, stubs
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_helpers.exercises.catalogue import chapter


@pytest.mark.parametrize("name", chapter())
def test_an_honest_notebook_changes_only_in_its_outputs(name):
    assignment = ASSIGNMENTS[name]
    sources = {item.exercise.name: item.answer.source() for item in assignment.items}
    honest = compose(assignment.release, sources)
    submission = read(json.loads(nbformat.writes(honest)), assignment)
    assert submission.repairs == ()
    assert submission.attempted == set(sources)
    kept = [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in submission.notebook.cells]
    assert kept == [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in honest.cells]
    assert submission.notebook.metadata == assignment.release.metadata
    ran = [cell.source for cell in submission.cells()]
    assert ran[-len(sources) :] == list(sources.values())


@pytest.mark.parametrize("name", chapter())
def test_an_untouched_notebook_has_no_attempt_and_runs_nothing(name):
    submission = read(json.loads(nbformat.writes(ASSIGNMENTS[name].release)), ASSIGNMENTS[name])
    assert (submission.attempted, submission.repairs, submission.cells()) == (frozenset(), (), [])


def test_the_release_is_not_changed():
    before = copy.deepcopy(RELEASE)
    read(answered())
    read({"cells": []})
    assert before == RELEASE


ATTEMPTS = {
    "a function": (FIRST, ANSWER, True),
    "another docstring": (FIRST, f"def {FIRST}(Z):\n    'Mine.'\n    ...", False),
    "pass": (FIRST, f"def {FIRST}(Z):\n    pass", False),
    "a function that returns something": (FIRST, f"def {FIRST}(Z):\n    return ...", True),
    "None": (FIRST, f"{FIRST} = None", False),
    "a stub below a magic": (FIRST, f"%%time\ndef {FIRST}(Z):\n    ...", False),
    "a syntax error": (FIRST, f"def {FIRST}(Z)\n    return 1", True),
    "another name": (FIRST, "def mine(Z): return 1", True),
    "nothing": (FIRST, "", False),
    "spaces": (FIRST, " \n\t\n", False),
    "a comment": (FIRST, "# I do not know", False),
    "the stub with comments": (FIRST, None, False),
}


@pytest.mark.parametrize("case", ATTEMPTS)
def test_what_counts_as_an_attempt(case):
    name, source, counts = ATTEMPTS[case]
    notebook = handed_out()
    cell = named(notebook, name)
    cell["source"] = source if source is not None else f"# mine\n{''.join(cell['source'])}  # ?\n\n"
    assert read(notebook).attempted == ({name} if counts else frozenset())


ELSEWHERE = {
    "a function": ANSWER,
    "an import": f"from mine import softmax as {FIRST}",
    "a value": f"{FIRST} = 1",
    "magics": f"%%time\n%matplotlib inline\n{ANSWER}",
    "exec": f"exec('{FIRST} = 1')",
    "a syntax error": f"def {FIRST}(Z) return 1",
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_an_answer_in_another_cell_is_an_attempt(case):
    for place in (0, -1):
        notebook = handed_out()
        notebook["cells"].insert(place, code(ELSEWHERE[case]))
        submission = read(notebook)
        assert submission.attempted == {FIRST}
        assert to_python(ELSEWHERE[case]) in [cell.source for cell in submission.cells()]


@pytest.mark.parametrize("source", [f"print({FIRST})", f"# {FIRST} = 1", f"def f({FIRST}): pass", f"'{FIRST} = 1'"])
def test_a_cell_that_only_mentions_an_answer_is_no_attempt(source):
    notebook = handed_out()
    notebook["cells"].append(code(source))
    assert read(notebook).attempted == frozenset()


def test_an_answer_that_was_moved_into_another_cell_is_the_exercises_cell():
    notebook = handed_out()
    notebook["cells"].remove(named(notebook, FIRST))
    notebook["cells"].insert(0, code(ANSWER))
    submission = read(notebook)
    assert submission.repairs == ()
    assert submission.attempted == {FIRST}
    assert submission.notebook.cells[0].id == RELEASE_ID
    assert result_of(submission, FIRST) == "mine"


def test_a_missing_cell_is_added_again():
    notebook = handed_out()
    notebook["cells"].remove(named(notebook, FIRST))
    submission = read(notebook)
    assert submission.repairs == (f"the cell {FIRST} was missing and was added again",)
    assert submission.attempted == frozenset()


def test_missing_checks_and_chapter_cells_are_added_where_they_were():
    notebook = answered()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in ("setup", f"check-{FIRST}")]
    notebook["cells"].remove(named(notebook, f"check-{FIRST}"))
    submission = read(notebook)
    assert submission.repairs == (f"the cell check-{FIRST} was missing and was added again",)
    assert [cell.id for cell in submission.notebook.cells] == [cell.id for cell in RELEASE.cells]
    assert submission.cells()[0].id == "setup"


def test_a_chapter_cell_that_was_rewritten_is_not_added_again():
    notebook = answered()
    (setup,) = (cell for cell in notebook["cells"] if cell["id"] == "setup")
    setup["id"] = "another"
    setup["source"] = "".join(setup["source"]) + "\nmine = 1"
    submission = read(notebook)
    assert "setup" not in [cell.id for cell in submission.notebook.cells]
    assert "mine = 1" in submission.cells()[0].source
    setup["source"] = "import numpy as np"  # binds only a part of its names
    assert next(cell.id for cell in read(notebook).cells()) == "setup"


COPIES = {
    "both changed: the last counts": (["return 'first'", "return 'mine'"], "mine"),
    "the first changed, the second not": (["return 'mine'", "..."], "mine"),
    "the second changed, the first not": (["...", "return 'mine'"], "mine"),
    "three": (["return 'first'", "...", "return 'mine'", "..."], "mine"),
}


@pytest.mark.parametrize("case", COPIES)
def test_the_last_changed_copy_counts(case):
    bodies, expected = COPIES[case]
    notebook = handed_out()
    stub = named(notebook, FIRST)
    place = notebook["cells"].index(stub)
    text = "".join(stub["source"])
    copies = [copy.deepcopy(stub) | {"source": text.replace("...", body), "id": f"copy-{body}"} for body in bodies]
    notebook["cells"][place : place + 1] = copies
    submission = read(notebook)
    assert submission.repairs == (f"there were {len(bodies)} cells {FIRST}; one of them counts",)
    assert submission.attempted == {FIRST}
    assert result_of(submission, FIRST) == expected
    assert f"return '{expected}'" in next(cell.source for cell in submission.notebook.cells if cell.id == RELEASE_ID)


RELEASE_ID = dict(stubs(RELEASE))[FIRST].id


def test_cells_that_were_moved_keep_the_students_order():
    notebook = answered()
    for ident in (FIRST, f"check-{SECOND}"):
        notebook["cells"].remove(cell := named(notebook, ident))
        notebook["cells"].append(cell)
    submission = read(notebook)
    assert submission.repairs == ()
    assert [cell.id for cell in submission.notebook.cells[-2:]] == [
        RELEASE_ID,
        named(notebook, f"check-{SECOND}")["id"],
    ]
    notebook["cells"].reverse()
    assert read(notebook).attempted == set(NAMES)


def test_changed_checks_and_points_are_restored():
    notebook = answered()
    check = named(notebook, f"check-{FIRST}")
    check["source"] = "print('right, 100 points')"
    check["metadata"]["nbgrader"] |= {"points": 100, "locked": False}
    check["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "right, 100 points"}]
    named(notebook, FIRST)["metadata"]["nbgrader"] |= {"grade": True, "points": 50}
    submission = read(notebook)  # which compares them
    assert submission.repairs == (
        f"the cell check-{FIRST} was changed; the original was restored; what stood in it was kept in a cell above",
    )


def test_cells_with_forged_metadata_have_no_points():
    notebook = handed_out()
    own = {"grade": True, "solution": False, "points": 100, "locked": True, "task": False, "schema_version": 3}
    for ident in ("bonus", "setup", "", 5, None, "x" * 10_000):
        notebook["cells"].append(code("1", nbgrader=own | {"grade_id": ident}, tags=["parameters"]))
    submission = read(notebook)
    assert submission.repairs == ()
    assert [cell.metadata for cell in submission.notebook.cells[-6:]] == [{}] * 6


@pytest.mark.parametrize("claims", [f"check-{FIRST}", SECOND, "unknown", None, 5, ["x"], {}])
def test_a_cell_with_a_wrong_name_is_still_found(claims):
    notebook = handed_out()
    cell = named(notebook, FIRST)
    cell["source"] = ANSWER
    cell["metadata"]["nbgrader"]["grade_id"] = claims
    submission = read(notebook)
    assert FIRST in submission.attempted
    assert result_of(submission, FIRST) == "mine"
