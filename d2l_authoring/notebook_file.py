"""Read a notebook file that may hold anything, and write one whose bytes depend on its contents alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_helpers import atomic
from d2l_helpers.errors import NotebookError

__all__ = ["read_notebook", "normalise", "replace_file", "to_bytes"]

_LARGEST = 20_000_000  # bytes: twenty times what lint allows, and still read in a second
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TIMES = ("execution", "ExecuteTime")  # what Jupyter and an extension note of when a cell ran
_VIEW = "application/vnd.jupyter.widget-view+json"


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any minor version of nbformat 4.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    NotebookNode
        The notebook as nbformat has it; ``nbformat_minor`` is the file's. Cells of before 4.5, which have no id, are
        called ``cell-1``, ``cell-2``, ….

    Raises
    ------
    NotebookError
        If the file is missing, larger than 20 MB, or no valid notebook of nbformat 4.
    """
    try:
        content = _json(path)
        _validate(content)
        notebook = nbformat.v4.to_notebook(content)
    except (OSError, ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)  # which speaks of Python's stack, in each version in other words
        raise NotebookError(
            f"Cannot read the notebook {path}",
            got="JSON that is nested too deep" if nested else error,
            expected="a notebook of nbformat 4, of 20 MB at most",
            remedy="open it in JupyterLab, which says more, and save it there",
        ) from error
    if notebook.nbformat_minor < 5:
        for number, cell in enumerate(notebook.cells, start=1):
            cell["id"] = f"cell-{number}"
    return notebook


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Remove from a notebook what differs from one recording to the next.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of nbformat 4 whose cells have ids. It stays as it is.

    Returns
    -------
    NotebookNode
        A copy of nbformat 4.5 and kernelspec ``python3``, without widget state, language details and the times of
        execution. Widget views are numbered; streams of one name that follow each other are one.
    """
    notebook = copy.deepcopy(notebook)
    notebook["nbformat_minor"] = 5
    notebook.metadata.pop("widgets", None)
    notebook.metadata.update(kernelspec=_KERNELSPEC, language_info={"name": "python"})
    views: dict[str, str] = {}
    for cell in notebook.cells:
        for key in _TIMES:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell["outputs"] = _merge_streams(cell.outputs)
            for output in cell.outputs:
                _number_view(output, views)
    return notebook


def to_bytes(notebook: NotebookNode) -> bytes:
    """Write a notebook as the file that `record_notebook` leaves.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of nbformat 4 whose cells have ids.

    Returns
    -------
    bytes
        The notebook, normalised: UTF-8 JSON, keys sorted, indented by one, ending in a line feed.

    Raises
    ------
    NotebookError
        If it is nested too deeply to be copied.
    """
    try:
        text: str = nbformat.v4.writes(normalise(notebook))
    except RecursionError as error:
        raise NotebookError(
            "Cannot write a notebook",
            got="metadata or outputs nested hundreds deep",
            expected="what Jupyter itself would write",
            remedy="remove the metadata or the output that is nested so deeply",
        ) from error
    return f"{text}\n".encode()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole, or not at all; one that is replaced keeps its mode.

    Raises
    ------
    NotebookError
        If it cannot be written. It is then as it was.
    """
    try:
        atomic.write(path, content)
    except OSError as error:
        raise NotebookError(
            f"Cannot write {path.name}",
            got=error,
            expected="a folder that can be written to, and room in it",
            remedy="look at the folder's permissions and at the disk; the file is unchanged",
        ) from error


def _json(path: Path) -> Any:
    size = path.stat().st_size
    if size > _LARGEST:
        raise ValueError(f"{size / 1e6:.0f} MB")
    content = json.loads(path.read_bytes())
    json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair could be neither shown nor written
    return content


def _validate(content: Any) -> None:
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    version, minor = content.get("nbformat"), content.get("nbformat_minor")
    if version != 4 or not isinstance(minor, int):
        raise ValueError(f"nbformat {version}, minor {minor}")
    # Not nbformat.read: it mends what is wrong in silence, and we want to know.
    if problem := next(nbformat.validator.iter_validate(content), None):
        raise ValueError(f"{problem.json_path}: {problem.message[:200]}")


def _merge_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Join streams of one name, for how a kernel cuts and interleaves them is chance; drop the empty ones."""
    merged: list[NotebookNode] = []
    for is_stream, group in groupby(outputs, key=lambda output: output.output_type == "stream"):
        if not is_stream:
            merged.extend(group)
            continue
        texts = {"stdout": "", "stderr": ""}
        for stream in group:
            texts[stream.name] = texts.get(stream.name, "") + stream.text
        merged.extend(nbformat.v4.new_output("stream", name=name, text=text) for name, text in texts.items() if text)
    return merged


def _number_view(output: NotebookNode, views: dict[str, str]) -> None:
    """Replace the random id in a widget's view by the number of its model in this notebook."""
    view = output.get("data", {}).get(_VIEW)
    if isinstance(view, dict) and "model_id" in view:
        view["model_id"] = views.setdefault(str(view["model_id"]), f"{len(views) + 1:032x}")
