"""Write into a notebook the cells of its module's exercises: what is missing, nbgrader's metadata, and points."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from nbformat import NotebookNode, v4

from d2l_authoring.links import add_install_cell
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.cells.needed_cells import names_in, tree_of
from d2l_autograder.key import key_to
from d2l_autograder.key.answer import Answer
from d2l_autograder.key.exercise_module import exercises_of
from d2l_autograder.trial.cells import TO_WRITE
from d2l_helpers.atomic import replace_file
from d2l_helpers.exercises.exercise import Exercise

__all__ = ["write_cells"]

_LAST = ("## Summary", "## Sources")  # exercises are added above these headings
_POINTS = r" \((?:practice|[\d.]+ points?)\)"


def write_cells(notebook: Path, answers: Path | None = None) -> list[str]:
    """Bring the cells of exercises up to date; what a teacher wrote stays, except points in headings.

    A cell that calls an exercise's check, and the last cell above it that binds the exercise's name, become its check
    and its stub. Of an exercise that has neither, the cells are added, with a stub made from the solution.

    Parameters
    ----------
    notebook : Path
        A teacher's notebook; it is replaced as a whole, or stays as it is.
    answers : Path, optional
        The folder with the key, as for `key_to`.

    Returns
    -------
    list of str
        What was done, in words; empty if nothing was to do.
    """
    content = read_notebook(notebook)
    module = exercises_of(content, notebook)
    known = key_to(module, answers).answers_in(module.name)
    done = [said for exercise in module.exercises for said in _brought_up(content, exercise, known)]
    if add_install_cell(content):
        done.append("added the cell that installs what students lack")
    if done:
        _make_ids_unique(content)
        replace_file(notebook, to_bytes(content))
    return done


def _brought_up(notebook: NotebookNode, exercise: Exercise, known: Mapping[str, Answer]) -> list[str]:
    name = exercise.name
    check, stub = _check_of(notebook, name), _stub_of(notebook, name)
    if check is None and stub is None:
        place = next((i for i, cell in enumerate(notebook.cells) if cell.source.startswith(_LAST)), len(notebook.cells))
        notebook.cells[place:place] = _new_cells(exercise, known.get(name))
        return [f"added the cells of {name}: write the task above the stub"]
    done = []
    if check is None:
        place = next(i for i, cell in enumerate(notebook.cells) if cell is stub) + 1
        check = _code(f"check-{_words(name)}", _call(name))
        notebook.cells.insert(place, check)
        done.append(f"added the check of {name}")
    if stub is None:
        place = next(i for i, cell in enumerate(notebook.cells) if cell is check)
        notebook.cells.insert(place, stub := _code(_words(name), _stub(name, known.get(name))))
        done.append(f"added the stub of {name}")
    for cell, metadata in ((stub, _metadata(name)), (check, _metadata(name, exercise.points))):
        if cell.metadata.get("nbgrader") != metadata:
            cell.metadata["nbgrader"] = metadata
            done.append(f"wrote nbgrader's metadata of {metadata['grade_id']}")
    return done + _heading(notebook, exercise)


def _heading(notebook: NotebookNode, exercise: Exercise) -> list[str]:
    """Write the points behind the exercise's title in a heading, if it stands in one."""
    pattern = re.compile(rf"^(#+ .*{re.escape(exercise.title)})(?:{_POINTS})?[ \t]*$", re.MULTILINE)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = pattern.sub(lambda found: f"{found[1]} ({_in_words(exercise.points)})", cell.source)
            if source != cell.source:
                cell["source"] = source
                return [f"wrote the points of {exercise.name} into its heading"]
    return []


def _check_of(notebook: NotebookNode, name: str) -> NotebookNode | None:
    """Find the check by nbgrader's name, or else by its call."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    named = (cell for cell in code if cell.metadata.get("nbgrader", {}).get("grade_id") == f"check-{name}")
    calling = (cell for cell in code if _is_call(cell.source, name))
    return next(named, None) or next(calling, None)


def _stub_of(notebook: NotebookNode, name: str) -> NotebookNode | None:
    """Find the stub by nbgrader's name, or else as the last cell above the check that binds the name."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = next((cell for cell in code if cell.metadata.get("nbgrader", {}).get("grade_id") == name), None)
    for cell in () if found else code:
        if _is_call(cell.source, name):
            break
        if name in names_in(cell.source).given:
            found = cell
    return found


def _is_call(source: str, name: str) -> bool:
    tree = tree_of(source)
    return tree is not None and ast.unparse(tree) == ast.unparse(ast.parse(_call(name)))


def _new_cells(exercise: Exercise, answer: Answer | None) -> list[NotebookNode]:
    name = exercise.name
    prompt = f"### {exercise.title} ({_in_words(exercise.points)})\n\n{TO_WRITE} Replace the three dots."
    stub, check = _code(_words(name), _stub(name, answer)), _code(f"check-{_words(name)}", _call(name))
    stub.metadata["nbgrader"], check.metadata["nbgrader"] = _metadata(name), _metadata(name, exercise.points)
    return [v4.new_markdown_cell(prompt, id=f"{_words(name)}-prompt"), stub, check]


def _stub(name: str, answer: Answer | None) -> str:
    """Return the solution's signature and docstring with three dots, or the name with three dots."""
    tree = tree_of(answer.source()) if answer else None
    if tree is None or not isinstance(function := tree.body[0], ast.FunctionDef):
        return f"{name} = ..."
    documented = [function.body[0]] if ast.get_docstring(function) is not None else []
    function.body = [*documented, ast.Expr(ast.Constant(...))]
    return ast.unparse(function)


def _metadata(name: str, points: int | None = None) -> dict[str, object]:
    """Return nbgrader's metadata of a stub, or with points of a check."""
    is_check = points is not None
    ident = f"check-{name}" if is_check else name
    found = {"grade": is_check, "grade_id": ident, "locked": is_check, "schema_version": 3, "solution": not is_check}
    return found | {"task": False} | ({"points": points} if is_check else {})


def _make_ids_unique(notebook: NotebookNode) -> None:
    """Number ids that two cells have: a new one may be taken, and so is one that was copied."""
    taken: set[str] = set()
    for cell in notebook.cells:
        names = (cell.id if number == 1 else f"{cell.id}-{number}" for number in count(1))
        cell["id"] = next(name for name in names if name not in taken)
        taken.add(cell.id)


def _code(ident: str, source: str) -> NotebookNode:
    return v4.new_code_cell(source, id=ident)


def _call(name: str) -> str:
    return f'helpers.check("{name}", {name})'


def _words(name: str) -> str:
    return name.replace("_", "-").strip("-") or "exercise"


def _in_words(points: int) -> str:
    return "1 point" if points == 1 else f"{points} points"
