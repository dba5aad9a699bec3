"""Notebooks as students hand them in, and what must hold for each once it is read."""

import json
from pathlib import Path

import nbformat

from d2l_authoring.compose import compose, stubs
from d2l_autograder.assignment import load_assignment
from d2l_autograder.submission.submission import read_submission
from d2l_helpers.exercises.catalogue import chapter

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = {name: load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers") for name in chapter()}
ASSIGNMENT = ASSIGNMENTS["04_softmax_regression"]
RELEASE = ASSIGNMENT.release
NAMES = [item.exercise.name for item in ASSIGNMENT.items]
FIRST, SECOND = NAMES[0], NAMES[1]
ANSWER = f"def {FIRST}(Z):\n    return 'mine'"


def handed_out():
    """Return the release as a student's JSON."""
    return json.loads(nbformat.writes(RELEASE))


def answered(assignment=ASSIGNMENT):
    """Return an honest notebook with all answers, as JSON."""
    sources = {item.exercise.name: item.answer.source() for item in assignment.items}
    return json.loads(nbformat.writes(compose(assignment.release, sources)))


def named(notebook, ident):
    """Return the cell with this name in nbgrader's metadata."""
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == ident)


def code(source, **metadata):
    """Return a code cell as JSON."""
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def read(notebook, assignment=ASSIGNMENT):
    """Read a submission, and check what must hold for every one."""
    contents = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    submission = read_submission(contents, assignment)
    nbformat.validate(submission.notebook)
    nbformat.writes(submission.notebook).encode()
    found = {}
    for cell in submission.notebook.cells:
        if ident := cell.metadata.get("nbgrader", {}).get("grade_id"):
            assert ident not in found
            found[ident] = cell
    for cell in assignment.release.cells:
        if "nbgrader" in cell.metadata:
            repaired = found.pop(cell.metadata.nbgrader.grade_id)
            assert (repaired.metadata, repaired.id, repaired.cell_type) == (cell.metadata, cell.id, cell.cell_type)
            if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution:  # not one that a person marks
                assert (repaired.source, repaired.outputs) == (cell.source, [])
    assert not found
    sources = [cell.source for cell in submission.cells()]
    assert not any(stub.source in sources for _, stub in stubs(assignment.release))
    return submission


def result_of(submission, name):
    """Run the cells that a function needs, and call it."""
    namespace = {}
    for cell in submission.cells():
        if name in cell.source or "helper" in cell.source:
            exec(cell.source, namespace)
    return namespace[name](None)
