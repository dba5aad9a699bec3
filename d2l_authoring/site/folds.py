"""Fold what a reader should not see at once: the cells that set up a kernel, and answers to guess first."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator

from nbformat import NotebookNode, v4

from d2l_authoring.links import INSTALL

__all__ = ["fold_answers", "fold_setup"]

_SETUP = (INSTALL, "setup")


def fold_setup(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Fold the cells that install and import: a page is read without them, and a notebook begins with them."""
    yield from _folded(cells, lambda cell: cell["id"] in _SETUP, "setup", "Code: install and import")


def fold_answers(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Fold the results and explanations that are folded in the notebook; their code stays visible."""
    split = (part for cell in cells for part in _code_and_result(cell))
    yield from _folded(split, _is_hidden, "answer", "Answer")


def _folded(
    cells: Iterable[NotebookNode], is_folded: Callable[[NotebookNode], bool], kind: str, summary: str
) -> Iterator[NotebookNode]:
    """Put each run of cells that are to be folded between the two ends of one element."""
    number, is_open = 0, False
    for cell in cells:
        if is_folded(cell) != is_open:
            ends = "</details>" if is_open else f'<details class="{kind}">\n<summary>{summary}</summary>'
            number, is_open = number + 1, not is_open
            yield v4.new_markdown_cell(ends, id=f"{kind}-fold-{number}")
        yield cell
    if is_open:
        yield v4.new_markdown_cell("</details>", id=f"{kind}-fold-{number + 1}")


def _code_and_result(cell: NotebookNode) -> Iterator[NotebookNode]:
    """Split a cell whose result is hidden into its code and its result."""
    if cell.cell_type != "code" or not _is_hidden(cell):
        yield cell
        return
    code, result = copy.deepcopy(cell), copy.deepcopy(cell)
    del code["metadata"]["jupyter"]["outputs_hidden"]
    code["outputs"] = []
    yield code
    result["id"] = f"{cell['id'][:50]}-result"
    result["metadata"]["tags"] = [*cell.metadata.get("tags", []), "remove-input"]
    if result.outputs:
        yield result


def _is_hidden(cell: NotebookNode) -> bool:
    hidden = cell.metadata.get("jupyter", {})
    return bool(hidden.get("outputs_hidden" if cell.cell_type == "code" else "source_hidden"))
