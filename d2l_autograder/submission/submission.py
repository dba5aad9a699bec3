"""Read a submitted notebook, which may hold anything, and say which of its cells answer which exercises."""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.meaning import is_idle, meaning
from d2l_autograder.cells.needed_cells import names_in, needed, tree_of
from d2l_autograder.submission.notebook_json import LARGEST, damaged, read_cells
from d2l_autograder.submission.repair import grade_id, is_check, repair
from d2l_autograder.submission.sanitize import join_lines, sanitize_attachments, sanitize_outputs

__all__ = ["LARGEST", "Cell", "Submission", "digest_of", "read_submission"]

_LONGEST_CODE, _LONGEST_PROSE = 50_000, 200_000  # characters of a cell
_MOST_CODE = 300_000  # characters of all cells: even code that is made to be slow to parse is read in seconds
_KINDS = ("code", "markdown", "raw")
_ANY_NAME = re.compile(r"\b(exec|eval|globals|locals|vars|setattr|__main__|run_cell|push)\b")  # names from text


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission.

    Attributes
    ----------
    id : str
        Its id in the repaired notebook.
    source : str
        Its code in plain Python: what is IPython's own syntax in the notebook has become calls of ``get_ipython()``.
    number : int
        Its place among all cells of the repaired notebook, from 1.
    """

    id: str
    source: str
    number: int = 0


@dataclass(frozen=True, eq=False)
class Submission:
    """A submission that can be marked.

    Attributes
    ----------
    notebook : NotebookNode
        Repaired: each of the release's exercise cells once, with the release's metadata; checks as they were handed
        out; other cells as the student left them; outputs and attachments sanitized.
    attempted : frozenset of str
        The exercises that have an answer.
    untouched : frozenset of str
        The ids of the code cells that are still stubs. They do not run, or they would overwrite an answer that stands
        in another cell, or in another copy of the cell.
    repairs : tuple of str
        What was repaired, in words.
    digest : str
        The SHA-256 of the submitted file.
    stated : mapping of str to str
        By the ids of cells: statements that bind the answers which the cells pass to a check and bind to no name.
    """

    notebook: NotebookNode
    attempted: frozenset[str]
    untouched: frozenset[str]
    repairs: tuple[str, ...]
    digest: str
    stated: Mapping[str, str] = field(default_factory=dict)

    def cells(self, names: Iterable[str] | None = None) -> list[Cell]:
        """Return the code cells that answers need, in the notebook's order; never a check or a stub.

        Parameters
        ----------
        names : iterable of str, optional
            The exercises; by default all that were attempted.
        """
        cells = self.all_cells()
        runs = needed([cell.source for cell in cells], self.attempted if names is None else names)
        return [cell for cell, does in zip(cells, runs, strict=True) if does]

    def all_cells(self) -> list[Cell]:
        """Return all code cells but checks and stubs, in the notebook's order."""
        return [
            Cell(cell.id, to_python(cell.source) + self.stated.get(cell.id, ""), number)
            for number, cell in enumerate(self.notebook.cells, start=1)
            if cell.cell_type == "code" and not is_check(cell) and cell.id not in self.untouched
        ]

    def place_of_check(self, name: str) -> int:
        """Return the number of an exercise's check among all cells, from 1; without a check, one after the last."""
        ids = [grade_id(cell) for cell in self.notebook.cells]
        return ids.index(f"check-{name}") + 1 if f"check-{name}" in ids else len(ids) + 1


def read_submission(contents: bytes, assignment: Assignment) -> Submission:
    """Read a submitted notebook and repair it.

    Parameters
    ----------
    contents : bytes
        The bytes of the file.
    assignment : Assignment
        What was handed out.

    Raises
    ------
    NotebookError
        If nothing in the file can be marked; the message is for the student.
    """
    repairs: list[str] = []
    cells = [_clean(cell, number, repairs) for number, cell in enumerate(read_cells(contents), start=1)]
    if (length := sum(len(cell.source) for cell in cells if cell.cell_type == "code")) > _MOST_CODE:
        raise damaged(f"{length:,} characters of code", f"{_MOST_CODE:,} at most")
    repaired = repair(cells, assignment.release, repairs)
    handed_out = dict(stubs(assignment.release))
    untouched = frozenset(
        cell.id for cell in repaired if cell.cell_type == "code" and _is_untouched(cell.source, handed_out)
    )
    known = {cell.source for cell in assignment.release.cells}
    worked_on = [
        cell for cell in repaired if cell.cell_type == "code" and cell.id not in untouched and cell.source not in known
    ]
    attempted = frozenset(name for name in handed_out if _is_attempted(name, worked_on, handed_out))
    bound = frozenset().union(*(names_in(cell.source).given for cell in worked_on))
    stated = _stated(repaired, handed_out.keys() - bound)
    names = frozenset(item.exercise.name for item in assignment.items)
    result = nbformat.v4.new_notebook(cells=repaired, metadata=copy.deepcopy(assignment.release.metadata))
    return Submission(
        result,
        (attempted | stated.keys()) & names,
        untouched,
        tuple(repairs),
        digest_of(contents),
        dict(stated.values()),
    )


def digest_of(contents: bytes) -> str:
    """Return the SHA-256 of a file's contents."""
    return hashlib.sha256(contents).hexdigest()


def _clean(cell: dict[str, Any], number: int, repairs: list[str]) -> NotebookNode:
    """Return what a cell may keep: its kind, its text, what it shows, and (for `repair`) the names it had."""
    kind = cell.get("cell_type") if cell.get("cell_type") in _KINDS else "raw"
    most = _LONGEST_CODE if kind == "code" else _LONGEST_PROSE
    written = cell.get("source", cell.get("input"))  # "input" before nbformat 4
    source = join_lines(written, 2 * most).replace("\r\n", "\n").replace("\r", "\n")  # all are ends of lines
    if len(source) > most:
        repairs.append(f"cell {number} had more than {most:,} characters and was cut to {most:,}")
    clean = nbformat.from_dict(
        {"cell_type": kind, "id": f"submitted-{number}", "metadata": {}, "source": source[:most]}
    )
    metadata: Any = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    claim = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    clean["claim"] = claim if isinstance(claim, str) else None
    known = (cell.get("id"), metadata.get("id"))  # Colab stores the id in the metadata
    clean["was"] = next((ident for ident in known if isinstance(ident, str)), None)
    if kind == "code":
        clean.update(execution_count=None, outputs=sanitize_outputs(cell.get("outputs")))
    elif attachments := sanitize_attachments(cell.get("attachments")):
        clean["attachments"] = attachments
    return clean


def _is_untouched(source: str, handed_out: Mapping[str, NotebookNode]) -> bool:
    """Return whether a cell is a stub, or binds an exercise's name to no more than a stub does."""
    meanings = {meaning(stub.source) for stub in handed_out.values()}
    return meaning(source) in meanings or (is_idle(source) and names_in(source).given <= handed_out.keys())


def _is_attempted(name: str, cells: list[NotebookNode], exercises: Iterable[str]) -> bool:
    """Return whether one of these cells, which are no stubs, is in the stub's place or binds the exercise's name.

    A cell whose names are unknown binds the exercises' names that it mentions, or if it mentions none and has code
    that makes names from text, any of them.
    """
    for cell in cells:
        names = names_in(cell.source)
        if grade_id(cell) == name:
            if meaning(cell.source) != meaning(""):
                return True
        elif name in names.given:
            return True
        elif names.always:
            mentioned = [each for each in exercises if re.search(rf"\b{re.escape(each)}\b", cell.source)]
            if name in mentioned or (
                not mentioned and _ANY_NAME.search(cell.source) and tree_of(to_python(cell.source))
            ):
                return True
    return False


def _stated(cells: list[NotebookNode], names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Find answers that nothing binds to their names: the cell above a check passes them to the check.

    Returns
    -------
    dict of str to tuple of str
        By exercise: the cell's id, and the statement that binds the answer.
    """
    found = {}
    for cell, check in pairwise(cells):
        name = str(grade_id(check)).removeprefix("check-")
        is_above = name in names and is_check(check) and cell.cell_type == "code" and not is_check(cell)
        if is_above and (answer := _passed(name, cell.source)):
            found[name] = (cell.id, f"\n{name} = ({answer})\n")
    return found


def _passed(name: str, source: str) -> str | None:
    """Return what a cell passes to an exercise's check: the last answer of several, and never the name itself."""
    python = to_python(source)
    tree = tree_of(python) if "check" in source else None
    found = None
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Call(ast.Name("check") | ast.Attribute(_, "check"), given, named):
                exercise, answer, *_ = [*given, *(each.value for each in named), None, None]
                is_answer = answer and not isinstance(answer, ast.Starred)
                is_named = isinstance(answer, ast.Name) and answer.id == name
                if isinstance(exercise, ast.Constant) and exercise.value == name and is_answer and not is_named:
                    found = answer
    return ast.get_source_segment(python, found) if found else None
