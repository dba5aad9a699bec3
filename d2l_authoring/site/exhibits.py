"""Return the HTML that stands on a page of the book in the place of an exhibit."""

from __future__ import annotations

from nbformat import NotebookNode

__all__ = ["exhibit_html"]


def exhibit_html(notebook: NotebookNode, name: str, cell_id: str) -> str | None:
    """Return what a page shows in the place of an exhibit's recorded output.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as recorded.
    name : str
        The notebook's name, such as ``"04_softmax_regression"``.
    cell_id : str
        The id of a code cell.

    Returns
    -------
    str or None
        HTML without references to other files; None if the cell shows no exhibit.
    """
    raise NotImplementedError((notebook, name, cell_id))
