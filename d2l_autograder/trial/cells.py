"""Whether a notebook's cells fit its exercises and their key."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.cells.needed_cells import names_in, tree_of
from d2l_helpers.errors import explain
from d2l_helpers.exercises.checking import judge

__all__ = ["cells_problem", "solutions_names_problem", "stub_problem"]


def stub_problem(assignment: Assignment, item: Item) -> str:
    """Run the stub after the notebook's imports, and ask the public check for it: it must not count as an attempt."""
    name = item.exercise.name
    namespace: dict[str, Any] = {}
    try:
        for statement in assignment.imports:
            exec(statement, namespace)
        exec(_stub(assignment, name).source, namespace)
    except Exception as error:  # a teacher's stub may raise anything
        return f"the stub cannot run: {explain(error)}"
    found = judge(item.exercise, namespace.get(name))
    return "" if found.state == "not attempted" else f"the check says {found.state} of the stub; leave three dots in it"


def solutions_names_problem(assignment: Assignment, item: Item) -> str:
    """Compare the solution with the stub, and with the names that the notebook has: it must run in the stub's place."""
    name, source = item.exercise.name, item.answer.source()
    stub, solution = tree_of(_stub(assignment, name).source), tree_of(source)
    if stub is None or solution is None:
        return f"{'the stub' if stub is None else 'the solution'} is not valid Python"
    if isinstance(definition := solution.body[-1], ast.FunctionDef):
        first = next((one for one in stub.body if isinstance(one, ast.FunctionDef) and one.name == name), None)
        if first is None:
            return f"the stub does not define {name}"
        if ast.unparse(first.args) != ast.unparse(definition.args):
            return f"the stub takes ({ast.unparse(first.args)}), and the solution ({ast.unparse(definition.args)})"
    there = {
        one for cell in assignment.release.cells if cell.cell_type == "code" for one in names_in(cell.source).given
    }
    missing = names_in(source).used - there - vars(builtins).keys() - {name}
    return f"the solution uses {', '.join(sorted(missing))}, which the notebook does not define" if missing else ""


def cells_problem(assignment: Assignment, item: Item) -> str:
    """Look for the check below the stub, and for the points in both the check and the prompt."""
    exercise = item.exercise
    cells = assignment.release.cells
    grades = [cell.metadata.get("nbgrader", {}) for cell in cells]
    place = next((i for i, found in enumerate(grades) if found.get("grade_id") == f"check-{exercise.name}"), None)
    if place is None or not grades[place].get("grade") or grades[place].get("solution"):
        return f"no cell has grade_id check-{exercise.name} and grade true in nbgrader's metadata"
    call = f'helpers.check("{exercise.name}", {exercise.name})'
    tree = tree_of(cells[place].source)
    if tree is None or ast.unparse(tree) != ast.unparse(ast.parse(call)):
        return f"the check's cell is not {call}"
    if grades[place].get("points") != exercise.points:
        return f"the check's cell has {grades[place].get('points')} points, and the exercise {exercise.points}"
    points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
    if not any(cell.cell_type == "markdown" and f"{exercise.title} ({points})" in cell.source for cell in cells):
        return f"no heading says {exercise.title} ({points})"
    return ""


def _stub(assignment: Assignment, name: str) -> NotebookNode:
    return dict(stubs(assignment.release))[name]
