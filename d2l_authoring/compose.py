"""Compose a notebook with answers in place of its stubs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from d2l_helpers.errors import NotebookError

__all__ = ["compose", "stubs"]


def stubs(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each cell that a reader fills in, which nbgrader calls a solution, after its exercise's name."""
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("solution") and not metadata.get("grade"):
            yield metadata["grade_id"], cell


def compose(notebook: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    """Return a copy of a notebook with answers in place of its stubs.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook with stubs. It is not changed.
    sources : mapping of str to str
        The code for each exercise, by its name.

    Returns
    -------
    NotebookNode
        A copy with the code in its cells, and without outputs.

    Raises
    ------
    NotebookError
        If a stub has no answer, or an answer has no stub.
    """
    composed = copy.deepcopy(notebook)
    cells = dict(stubs(composed))
    if cells.keys() != sources.keys():
        unpaired = ", ".join(sorted(cells.keys() ^ sources.keys()))
        raise NotebookError(
            "Cannot compose the notebook with its answers",
            got=f"stubs without an answer or answers without a stub: {unpaired}",
            expected="an answer to each stub",
            remedy="name both the stub's cell (grade_id) and the answer after the exercise",
        )
    for name, cell in cells.items():
        cell["source"] = sources[name]
    for cell in composed.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return composed
