"""Read a submitted notebook, which may hold anything, and repair it from the release where it is damaged."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment
from d2l_autograder.needed_cells import names_in, needed, tree_of
from d2l_autograder.sanitize import join_lines, sanitize_outputs
from d2l_helpers.errors import NotebookError

__all__ = ["LARGEST", "Cell", "Submission", "digest_of", "read_submission"]

LARGEST = 20 << 20  # bytes of a file
_MOST_PARTS = 1_000_000  # lists and objects: one of three characters takes twenty times as much memory
_MOST_CELLS = 1000
_LONGEST_CODE, _LONGEST_PROSE = 50_000, 200_000  # characters of a cell
_MOST_CODE = 300_000  # characters of all cells: even code that is made to be slow to parse is read in seconds
_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission.

    Attributes
    ----------
    id : str
        Its id in the repaired notebook.
    source : str
        Its code.
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
        out; other cells as the student left them; outputs sanitized.
    attempted : frozenset of str
        The exercises that have an answer.
    untouched : frozenset of str
        The ids of the code cells that are still stubs. They do not run, or they would overwrite an answer that stands
        in another cell, or in another copy of the cell.
    repairs : tuple of str
        What was repaired, in words.
    digest : str
        The SHA-256 of the submitted file.
    """

    notebook: NotebookNode
    attempted: frozenset[str]
    untouched: frozenset[str]
    repairs: tuple[str, ...]
    digest: str

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
            Cell(cell.id, cell.source, number)
            for number, cell in enumerate(self.notebook.cells, start=1)
            if cell.cell_type == "code" and not _is_check(cell) and cell.id not in self.untouched
        ]


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
    cells = [_clean(cell, number, repairs) for number, cell in enumerate(_parse(contents), start=1)]
    if (length := sum(len(cell.source) for cell in cells if cell.cell_type == "code")) > _MOST_CODE:
        raise _damaged(f"{length:,} characters of code", f"{_MOST_CODE:,} at most")
    repaired = _repair(cells, assignment.release, repairs)
    handed_out = dict(stubs(assignment.release))
    meanings = {_meaning(stub.source) for stub in handed_out.values()}
    untouched = frozenset(
        cell.id for cell in repaired if cell.cell_type == "code" and _meaning(cell.source) in meanings
    )
    worked_on = [cell for cell in repaired if cell.cell_type == "code" and cell.id not in untouched]
    attempted = frozenset(name for name in handed_out if _is_attempted(name, worked_on))
    names = frozenset(item.exercise.name for item in assignment.items)
    result = nbformat.v4.new_notebook(cells=repaired, metadata=copy.deepcopy(assignment.release.metadata))
    return Submission(result, attempted & names, untouched, tuple(repairs), digest_of(contents))


def digest_of(contents: bytes) -> str:
    """Return the SHA-256 of a file's contents."""
    return hashlib.sha256(contents).hexdigest()


def _parse(contents: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook from JSON that may hold anything."""
    if len(contents) > LARGEST:
        raise _damaged(f"a file of more than {LARGEST >> 20} MB", f"{LARGEST >> 20} MB at most")
    if (parts := contents.count(b"[") + contents.count(b"{")) > _MOST_PARTS:
        raise _damaged(f"{parts:,} lists and objects", f"{_MOST_PARTS:,} at most")
    try:
        content = json.loads(contents)  # UTF-8, 16 or 32
    except RecursionError:
        raise _damaged("JSON that is nested too deeply", "a notebook as Jupyter saves it") from None
    except ValueError as error:
        raise _damaged(f"a file that is not JSON ({str(error)[:100]})", "a notebook as Jupyter saves it") from None
    cells = _cells_of(content) if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise _damaged("JSON that is no notebook", "a notebook of nbformat 4 with its cells")
    if len(cells) > _MOST_CELLS:
        raise _damaged(f"{len(cells):,} cells", f"{_MOST_CELLS:,} at most")
    return cells


def _cells_of(content: dict[str, Any]) -> Any:
    """Return a notebook's cells, which were on worksheets before nbformat 4."""
    sheets = content.get("worksheets")
    if "cells" in content or not isinstance(sheets, list):
        return content.get("cells")
    found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in found if isinstance(cells, list) for cell in cells]


def _clean(cell: dict[str, Any], number: int, repairs: list[str]) -> NotebookNode:
    """Return what a cell may keep: its kind, its text, sanitized outputs, and (for `_repair`) the names it had."""
    kind = cell.get("cell_type") if cell.get("cell_type") in _KINDS else "raw"
    source = join_lines(cell.get("source", cell.get("input"))).replace("\r\n", "\n")  # "input" before nbformat 4
    most = _LONGEST_CODE if kind == "code" else _LONGEST_PROSE
    if len(source) > most:
        repairs.append(f"cell {number} had {len(source):,} characters and was cut to {most:,}")
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
    return clean


def _repair(cells: list[NotebookNode], release: NotebookNode, repairs: list[str]) -> list[NotebookNode]:
    """Match submitted cells to the release's, restore what is missing, and keep one of several copies."""
    known = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in release.cells}
    for cell in cells:
        cell["claim"] = cell.claim if cell.claim in known else None
    result = list(cells)
    place = 0
    bound = frozenset().union(*(names_in(cell.source).given for cell in cells if cell.cell_type == "code"))
    for cell in release.cells:
        ident = cell.metadata.get("nbgrader", {}).get("grade_id")
        found = _find(result, cell, ident)
        if not found and ident is None and (cell.cell_type != "code" or _is_replaced(cell, bound)):
            continue  # prose, or a cell of the chapter that the student rewrote
        if not found:
            new = copy.deepcopy(cell)
            if cell.cell_type == "code":
                new.update(outputs=[], execution_count=None)
            result.insert(place, new)
            if ident is not None:
                repairs.append(f"the cell {ident} was missing and was added again")
        else:
            if len(found) > 1 and ident is not None:
                repairs.append(f"there were {len(found)} cells {ident}; one of them counts")
            new = _chosen(found, cell)
            new["id"], new["metadata"] = cell.id, copy.deepcopy(cell.metadata)
            if _is_check(cell):
                _restore(new, cell, repairs)
        place = next(number for number, one in enumerate(result) if one is new) + 1
    for cell in result:
        cell.pop("claim", None)
        cell.pop("was", None)
    return result


def _find(cells: list[NotebookNode], cell: NotebookNode, ident: str | None) -> list[NotebookNode]:
    """Find the submitted cells that match one of the release: by nbgrader's name, else by id, else by text."""
    free = [one for one in cells if one.id.startswith("submitted-") and one.cell_type == cell.cell_type]
    by_name = [one for one in free if ident is not None and one.get("claim") == ident]
    unclaimed = [one for one in free if one.get("claim") is None]
    by_id = [one for one in unclaimed if one.get("was") == cell.id]
    by_text = [one for one in unclaimed if one.source.strip() == cell.source.strip()]
    return by_name or by_id or by_text


def _chosen(found: list[NotebookNode], cell: NotebookNode) -> NotebookNode:
    """Return the last copy that was changed, as it counts when the notebook runs; of a check, the last unchanged."""
    preferred = [one for one in found if _is_same(one.source, cell.source) == _is_check(cell)]
    return (preferred or found)[-1]


def _restore(new: NotebookNode, check: NotebookNode, repairs: list[str]) -> None:
    """Restore a check as it was handed out, without outputs: a student's kernel may have written anything there."""
    if new.source.strip() != check.source.strip():
        repairs.append(f"the cell {check.metadata.nbgrader.grade_id} was changed; the original was restored")
    new["source"] = check.source
    if check.cell_type == "code":
        new["outputs"] = []


def _is_check(cell: NotebookNode) -> bool:
    metadata = cell.metadata.get("nbgrader", {})
    return bool(metadata.get("grade") and not metadata.get("solution"))


def _is_replaced(cell: NotebookNode, bound: frozenset[str]) -> bool:
    """Return whether other cells bind every name that this cell binds."""
    given = names_in(cell.source).given
    return bool(given) and given <= bound


def _is_attempted(name: str, cells: list[NotebookNode]) -> bool:
    """Return whether one of these cells, which are no stubs, is in the stub's place or binds the exercise's name."""
    for cell in cells:
        names = names_in(cell.source)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            if _meaning(cell.source) != _meaning(""):
                return True
        elif name in names.given or (names.always and re.search(rf"\b{re.escape(name)}\b", cell.source)):
            return True
    return False


def _is_same(source: str, other: str) -> bool:
    """Return whether two cells differ at most in comments and spaces."""
    return source.strip() == other.strip() or _meaning(source) == _meaning(other)


@lru_cache(maxsize=512)
def _meaning(source: str) -> str:
    """Return a digest of a cell's syntax tree, without comments and spaces; of its text if Python cannot parse it."""
    try:
        meaning = ast.dump(tree) if (tree := tree_of(source)) else source.strip()
    except RecursionError:
        meaning = source.strip()
    return digest_of(meaning.encode())


def _damaged(got: str, expected: str) -> NotebookError:
    return NotebookError(
        "This submission cannot be marked.",
        got=got,
        expected=expected,
        remedy="open the notebook in Jupyter, save it, and hand it in again",
    )
