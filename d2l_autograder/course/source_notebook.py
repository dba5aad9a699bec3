"""Compose the notebook of which nbgrader makes what students get: each stub with its solution, and the points."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Mapping
from pathlib import Path

from nbformat import NotebookNode

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.course.variant_cells import add_variant_cells
from d2l_autograder.key import key_to
from d2l_autograder.key.exercise_module import exercises_of
from d2l_helpers.errors import NotebookError

__all__ = ["extra_in", "points_in", "source_notebook"]

_OURS, _EXTRA = "d2l", "extra_credit"  # in a cell's metadata


def source_notebook(
    notebook: Path,
    answers: Path | None,
    points: Mapping[str, float],
    extra: Collection[str] = (),
    has_variants: bool = False,
) -> NotebookNode:
    """Compose the notebook of which nbgrader makes the release: each stub with its solution, and the points.

    Parameters
    ----------
    notebook : Path
        One of the chapter's, or a teacher's.
    answers : Path or None
        The folder with the key, as for `key_to`.
    points : mapping of str to float
        What exercises are worth, by their names, where it differs from the notebook's points.
    extra : collection of str, optional
        The exercises whose points are extra credit.
    has_variants : bool, optional
        Whether the notebook asks for the student's id, and shows the questions that follow from it.
    """
    plain = read_notebook(notebook)
    module = exercises_of(plain, notebook)
    known = key_to(module, answers).answers_in(module.name)
    sources = {name: _with_solution(cell.source, known[name].source()) for name, cell in stubs(plain)}
    composed = compose(plain, sources)
    for exercise in module.exercises:
        worth = points.get(exercise.name, exercise.points)  # the module's, where it is newer than the notebook's cells
        _set_points(composed, exercise.name, exercise.title, worth, exercise.name in extra)
    if has_variants:
        add_variant_cells(composed, {exercise.name: exercise for exercise in module.exercises})
    return composed


def points_in(notebook: NotebookNode) -> dict[str, float]:
    """Return what the exercises of a released notebook are worth, by their names."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    checks = [cell for cell in cells if cell.get("grade") and not cell.get("solution")]
    points = {cell["grade_id"].removeprefix("check-"): float(cell["points"]) for cell in checks}
    return points | extra_in(notebook)


def extra_in(notebook: NotebookNode) -> dict[str, float]:
    """Return what exercises are worth whose points are extra credit, by their names."""
    cells = [cell.metadata for cell in notebook.cells if cell.metadata.get(_OURS, {}).get(_EXTRA)]
    return {cell.nbgrader.grade_id.removeprefix("check-"): float(cell[_OURS][_EXTRA]) for cell in cells}


def _with_solution(stub: str, solution: str) -> str:
    """Write a stub followed by its solution, which nbgrader's marks enclose."""
    statement = ast.parse(solution).body[0]
    body, indent = solution, ""
    if isinstance(statement, ast.FunctionDef):
        is_documented = ast.get_docstring(statement) is not None  # the stub has the docstring already
        first = statement.body[0]
        begin = (first.end_lineno or first.lineno) if is_documented else first.lineno - 1
        lines = solution.splitlines()[begin:] if begin else map(ast.unparse, statement.body)  # def f(x): return x
        body, indent = textwrap.dedent("\n".join(lines)).strip("\n"), " " * 4
    marked = f"### BEGIN SOLUTION\n{body}\n### END SOLUTION"
    composed = f"{stub.rstrip()}\n{textwrap.indent(marked, indent)}"
    try:
        ast.parse(composed)
    except SyntaxError as error:
        raise NotebookError(
            "A stub and its solution do not fit.",
            got=f"{stub[:200]}\nand\n{solution[:200]}",
            expected="a stub that ends with the function's signature, docstring and three dots, or with name = ...",
            remedy="write the stub like the solution, with three dots in the place of the code",
        ) from error
    return composed


def _set_points(notebook: NotebookNode, name: str, title: str, worth: float, is_extra: bool) -> None:
    """Set what an exercise is worth.

    nbgrader has no extra credit, except what a person adds in formgrader: to it, such a cell is worth 0 and earns
    more. What the cell is worth stands beside nbgrader's metadata, in which nbgrader allows no other key.
    """
    points = int(worth) if float(worth).is_integer() else worth
    before = ""
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade_id") == f"check-{name}":
            before = _in_words(metadata.get("points", 0))
            metadata["points"] = 0 if is_extra else points
            if is_extra:
                cell.metadata[_OURS] = {_EXTRA: points}
    after = f"{_in_words(worth)}{' of extra credit' * is_extra}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell["source"] = cell.source.replace(f"{title} ({before})", f"{title} ({after})")


def _in_words(worth: float) -> str:
    return "practice" if not worth else "1 point" if worth == 1 else f"{worth:g} points"
