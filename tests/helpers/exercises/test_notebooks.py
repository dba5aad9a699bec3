"""The notebooks with their exercises: the cells belong to the exercises, and say so where nothing was attempted.

That each notebook, composed with the key's answers, runs and finds them right is seen in JupyterLab, in browser/.
"""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from support.key import solutions_to

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook
from d2l_helpers.errors import NotebookError
from d2l_helpers.exercises.catalogue import chapter

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
each_notebook = pytest.mark.parametrize("name", chapter())


def read(name: str) -> nbformat.NotebookNode:
    return read_notebook(NOTEBOOKS / f"{name}.ipynb")


@each_notebook
def test_each_exercise_has_its_cells(name: str):
    notebook, group = read(name), chapter()[name]
    cells = {cell["id"]: cell for cell in notebook.cells}
    assert [exercise for exercise, _ in stubs(notebook)] == [exercise.name for exercise in group]
    for number, exercise in enumerate(group):
        words = exercise.name.replace("_", "-")
        points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
        assert f"{exercise.title} ({points})" in cells[f"{words}-prompt"].source, number
        assert cells[f"check-{words}"].source == f'helpers.check("{exercise.name}", {exercise.name})'
        assert cells[f"check-{words}"].metadata.nbgrader == {
            "grade": True,
            "grade_id": f"check-{exercise.name}",
            "locked": True,
            "points": exercise.points,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }


@each_notebook
def test_stubs_and_solutions_have_one_signature_and_docstring(name: str):
    solutions = solutions_to(name)
    for exercise, cell in stubs(read(name)):
        stub, solution = (ast.parse(source).body for source in (cell.source, solutions[exercise]))
        if isinstance(solution[0], ast.FunctionDef):
            function = stub[0]
            assert isinstance(function, ast.FunctionDef), exercise
            assert function.name == solution[0].name == exercise
            assert ast.unparse(function.args) == ast.unparse(solution[0].args)
            assert ast.get_docstring(function) == ast.get_docstring(solution[0])
            assert ast.unparse(function.body[-1]) == "..."
            assert len(function.body) == 2
        else:
            assert ast.unparse(stub[-1]) == f"{exercise} = ..."


@each_notebook
def test_untouched_every_check_says_not_attempted(name: str):
    """As recorded; that a fresh kernel says so too is nbval's to compare."""
    graded = [cell for cell in read(name).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    checks = [cell for cell in graded if not cell.metadata.nbgrader.solution]  # the others are marked by hand
    assert len(checks) == len(chapter()[name])
    for cell in checks:
        assert ": not attempted, 0 of " in cell.outputs[0]["data"]["text/plain"]


def test_composing_asks_for_an_answer_to_each_stub():
    stub = nbformat.v4.new_code_cell("softmax = ...", metadata={"nbgrader": {"solution": True, "grade_id": "softmax"}})
    notebook = nbformat.v4.new_notebook(cells=[stub])
    assert compose(notebook, {"softmax": "softmax = 1"}).cells[0].source == "softmax = 1"
    assert notebook.cells[0].source == "softmax = ..."
    for answers in ({}, {"softmax": "", "hardmax": ""}):
        with pytest.raises(NotebookError, match="softmax" if not answers else "hardmax"):
            compose(notebook, answers)
