"""Put answers in the place of a notebook's stubs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from d2l_helpers.errors import NotebookError

__all__ = ["compose", "stubs"]


def stubs(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Return the cells that a reader fills in, each with its exercise's name: nbgrader calls them solutions."""
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("solution") and not metadata.get("grade"):
            yield metadata["grade_id"], cell


def compose(notebook: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    """Put answers in the place of stubs.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook with stubs. It stays as it is.
    sources : mapping of str to str
        The code for each exercise, by its name.

    Returns
    -------
    NotebookNode
        A copy with the code in its cells, and without outputs.

    Raises
    ------
    NotebookError
        If a stub has no answer, or an answer no stub.
    """
    composed = copy.deepcopy(notebook)
    cells = dict(stubs(composed))
    if cells.keys() != sources.keys():
        lonely = ", ".join(sorted(cells.keys() ^ sources.keys()))
        raise NotebookError(
            "Cannot compose the notebook with its answers",
            got=f"stubs without an answer or answers without a stub: {lonely}",
            expected="an answer to each stub",
            remedy="give the stub's cell and the answer the exercise's name",
        )
    for name, cell in cells.items():
        cell["source"] = sources[name]
    for cell in composed.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return composed
