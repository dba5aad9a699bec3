"""Keep the result of a folded cell off the page until the reader unfolds it.

Beside the dots that unfold a cell's outputs, JupyterLab and Notebook 7 show the first line of the first output, which
would be the answer to the question above. So an empty output comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode, v4

__all__ = ["cover_folded", "without_covers"]

# A line with a space: JupyterLab skips lines that are empty
_COVER = {"text/html": " ", "text/plain": " "}


def cover_folded(notebook: NotebookNode) -> None:
    """Put an empty output in front of a folded cell's outputs, once."""
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        if outputs and cell.metadata.get("jupyter", {}).get("outputs_hidden") and not _is_cover(outputs[0]):
            outputs.insert(0, v4.new_output("display_data", dict(_COVER)))


def without_covers(outputs: Iterable[Any]) -> list[Any]:
    """Return the outputs that a cell has when it runs."""
    return [output for output in outputs if not _is_cover(output)]


def _is_cover(output: Any) -> bool:
    return bool(output.get("data") == _COVER)
