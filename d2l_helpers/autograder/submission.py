"""A submitted notebook: read without trust, and mended from the release where it was damaged."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_helpers.autograder.assignment import Assignment
from d2l_helpers.autograder.outputs import tame
from d2l_helpers.autograder.slicing import names_in, needed
from d2l_helpers.errors import NotebookError
from d2l_helpers.notebooks import stubs

__all__ = ["LARGEST", "Cell", "Submission", "digest_of", "read_submission"]

LARGEST = 20 << 20  # bytes of a file
_MOST_CELLS = 1000
_LONGEST_CELL = 200_000  # letters
_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission."""

    id: str
    source: str


@dataclass(frozen=True, eq=False)
class Submission:
    """A submission that can be marked.

    Attributes
    ----------
    notebook : NotebookNode
        Mended: each of the release's exercise cells once, with the release's metadata, checks as they were handed
        out, other cells as the student left them, and no output that could run.
    attempted : frozenset of str
        The exercises to which there is an answer.
    repairs : tuple of str
        What was mended, in words.
    digest : str
        Of the submitted file.
    """

    notebook: NotebookNode
    attempted: frozenset[str]
    repairs: tuple[str, ...]
    digest: str

    def cells(self, everything: bool = False) -> list[Cell]:
        """Give the code cells to run, in their order: those that the answers need, or all; never a check."""
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code" and not _is_check(cell)]
        runs = needed([cell.source for cell in cells], self.attempted)
        return [Cell(cell.id, cell.source) for cell, does in zip(cells, runs, strict=True) if does or everything]


def read_submission(contents: bytes, assignment: Assignment) -> Submission:
    """Read a submitted notebook and mend it.

    Parameters
    ----------
    contents : bytes
        The file's.
    assignment : Assignment
        What was handed out.

    Raises
    ------
    NotebookError
        If nothing in it can be marked; the message is for the student.
    """
    notebook = _parse(contents)
    repairs: list[str] = []
    cells = [_clean(cell, number) for number, cell in enumerate(notebook["cells"], start=1)]
    mended = _mend(cells, assignment.release, repairs)
    attempted = frozenset(item.exercise.name for item in assignment.items if _is_attempted(item, mended, assignment))
    result = nbformat.v4.new_notebook(cells=mended, metadata=copy.deepcopy(assignment.release.metadata))
    return Submission(result, attempted, tuple(repairs), digest_of(contents))


def digest_of(contents: bytes) -> str:
    """Give the digest by which a submitted file is known."""
    return hashlib.sha256(contents).hexdigest()


def _parse(contents: bytes) -> dict[str, Any]:
    """Read JSON that may hold anything as a notebook of nbformat 4."""
    if len(contents) > LARGEST:
        raise _damaged(f"a file of {len(contents) / 1e6:.0f} MB", f"{LARGEST >> 20} MB at most")
    try:
        content = json.loads(contents.decode("utf-8-sig"))
        if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
            content = nbformat.convert(nbformat.from_dict(content), 4)
    except RecursionError:
        raise _damaged("JSON that is nested without end", "a notebook as Jupyter saves it") from None
    except ValueError as error:
        raise _damaged(f"a file that is not JSON ({str(error)[:100]})", "a notebook as Jupyter saves it") from None
    except Exception as error:  # nbformat's conversion of what pretends to be an old notebook
        raise _damaged(f"an old notebook that cannot be read ({type(error).__name__})", "one of nbformat 4") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if (
        not isinstance(content, dict)
        or not isinstance(cells, list)
        or not all(isinstance(cell, dict) for cell in cells)
    ):
        raise _damaged("JSON that is no notebook", "a notebook of nbformat 4 with its cells")
    if len(cells) > _MOST_CELLS:
        raise _damaged(f"{len(cells)} cells", f"{_MOST_CELLS} at most")
    return content


def _clean(cell: dict[str, Any], number: int) -> NotebookNode:
    """Take of a cell what is known: its kind, its text, its outputs without what could run, and whose it says it is."""
    kind = cell.get("cell_type") if cell.get("cell_type") in _KINDS else "raw"
    source = cell.get("source", "")
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    clean = getattr(nbformat.v4, f"new_{kind}_cell")(source.replace("\r\n", "\n")[:_LONGEST_CELL])
    metadata: Any = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    said = metadata.get("nbgrader")
    claim = said.get("grade_id") if isinstance(said, dict) else None
    clean["claim"] = claim if isinstance(claim, str) else None
    known = cell.get("id", metadata.get("id"))  # Colab keeps it in the metadata
    clean["was"] = known if isinstance(known, str) else None
    clean["id"] = f"submitted-{number}"
    if kind == "code":
        clean["outputs"] = tame(cell.get("outputs"))
    return clean


def _mend(cells: list[NotebookNode], release: NotebookNode, repairs: list[str]) -> list[NotebookNode]:
    """Put the release's cells where they belong, each once."""
    result = list(cells)
    place = 0
    bound = frozenset().union(*(names_in(cell.source).given for cell in cells if cell.cell_type == "code"))
    for cell in release.cells:
        ident = cell.metadata.get("nbgrader", {}).get("grade_id")
        found = _find(result, cell, ident)
        if not found and ident is None and (cell.cell_type != "code" or names_in(cell.source).given & bound):
            continue  # prose, or a cell of the chapter that the student wrote anew
        if not found:
            new = copy.deepcopy(cell)
            new["outputs"] = []
            result.insert(place, new)
            if ident is not None:
                repairs.append(f"the cell {ident} was missing and was put back")
        else:
            if len(found) > 1 and ident is not None:
                repairs.append(f"there were {len(found)} cells {ident}")
            new = _chosen(found, cell)
            new["id"] = cell.id
            if ident is not None:
                _restore(new, cell, ident, repairs)
        place = next(number for number, one in enumerate(result) if one is new) + 1
    for cell in result:
        cell.pop("claim", None)
        cell.pop("was", None)
    return result


def _find(cells: list[NotebookNode], cell: NotebookNode, ident: str | None) -> list[NotebookNode]:
    """Find the submitted cells that are this one: by nbgrader's name, else by the id, else by the text."""
    free = [one for one in cells if one.id.startswith("submitted-") and one.cell_type == cell.cell_type]
    by_name = [one for one in free if ident is not None and one.get("claim") == ident]
    unclaimed = [one for one in free if one.get("claim") is None]
    by_id = [one for one in unclaimed if one.get("was") == cell.id]
    by_text = [one for one in unclaimed if one.source.strip() == cell.source.strip()]
    return by_name or by_id or by_text


def _chosen(found: list[NotebookNode], cell: NotebookNode) -> NotebookNode:
    """Of several copies, the last that was worked on: it is what counts when the notebook runs."""
    changed = [one for one in found if not _is_same(one.source, cell.source)]
    return (changed or found)[-1]


def _restore(new: NotebookNode, cell: NotebookNode, ident: str, repairs: list[str]) -> None:
    new["metadata"] = copy.deepcopy(cell.metadata)
    if _is_check(cell):
        if new.source.strip() != cell.source.strip():
            repairs.append(f"the cell {ident} was changed and is as it was handed out")
        new["source"] = cell.source


def _is_check(cell: NotebookNode) -> bool:
    metadata = cell.metadata.get("nbgrader", {})
    return bool(metadata.get("grade") and not metadata.get("solution"))


def _is_attempted(item: Any, cells: list[NotebookNode], assignment: Assignment) -> bool:
    """Whether some cell other than the stub gives the exercise's name a value."""
    name = item.exercise.name
    stub = dict(stubs(assignment.release))[name].source
    sources = [cell.source for cell in cells if cell.cell_type == "code" and not _is_same(cell.source, stub)]
    if any(name in names_in(source).given for source in sources):
        return True
    cell = next(cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)
    return not _is_same(cell.source, stub) and bool(cell.source.strip())


def _is_same(source: str, other: str) -> bool:
    """Whether two cells say the same to Python."""
    if source.strip() == other.strip():
        return True
    try:
        return ast.dump(ast.parse(source)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _damaged(got: str, expected: str) -> NotebookError:
    return NotebookError(
        "This submission cannot be marked.",
        got=got,
        expected=expected,
        remedy="open the notebook in Jupyter, save it, and hand it in again",
    )
