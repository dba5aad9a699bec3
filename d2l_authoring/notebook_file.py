"""Read a notebook file that may contain anything, and write one whose bytes depend only on its contents."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_helpers.errors import NotebookError

__all__ = ["read_notebook", "normalise", "to_bytes"]

_MAX_BYTES = 20_000_000  # twenty times what lint allows, and still read in a second
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TIMES = ("execution", "ExecuteTime")  # where Jupyter and an extension keep when a cell ran
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
        The notebook; ``nbformat_minor`` is the file's. Before 4.5, cells have no ids: they get the ids ``cell-1``,
        ``cell-2``, ….

    Raises
    ------
    NotebookError
        If the file is missing, larger than 20 MB, or not a valid notebook of nbformat 4.
    """
    try:
        content = _json(path)
        _validate(content)
        notebook = nbformat.v4.to_notebook(content)
    except FileNotFoundError as error:
        there = ", ".join(sorted(one.name for one in path.parent.glob("*.ipynb"))[:10])
        raise NotebookError(
            f"Cannot read the notebook {path}",
            got=f"no such file; {path.parent} has {there or 'no notebook'}",
            expected="a notebook's file",
            remedy="look at its name and folder",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        is_deep = isinstance(error, RecursionError)  # its message is about Python's stack, and differs by version
        raise NotebookError(
            f"Cannot read the notebook {path}",
            got="JSON that is nested too deep" if is_deep else error,
            expected="a notebook of nbformat 4, of 20 MB at most",
            remedy="open it in JupyterLab, which says more about the error, and save it there",
        ) from error
    if notebook.nbformat_minor < 5:
        for number, cell in enumerate(notebook.cells, start=1):
            cell["id"] = f"cell-{number}"
    return notebook


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without what differs from one recording to the next.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of nbformat 4 whose cells have ids. It is not changed.

    Returns
    -------
    NotebookNode
        A copy with nbformat 4.5 and kernelspec ``python3``, without widget state, language details and times of
        execution. Widget views are numbered, and consecutive streams of one name are merged.
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
    """Return the contents of a notebook's file, as `record_notebook` writes it.

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
        If the notebook is nested too deep to be copied.
    """
    try:
        text: str = nbformat.v4.writes(normalise(notebook))
    except RecursionError as error:
        raise NotebookError(
            "Cannot write a notebook",
            got="metadata or outputs nested hundreds deep",
            expected="metadata and outputs as Jupyter itself writes them",
            remedy="remove the metadata or the output that is nested so deep",
        ) from error
    return f"{text}\n".encode()


def _json(path: Path) -> Any:
    size = path.stat().st_size  # before reading: a huge file would fill the memory
    if size > _MAX_BYTES:
        raise ValueError(f"{size / 1e6:.0f} MB")
    content = json.loads(path.read_bytes())
    json.dumps(
        content, ensure_ascii=False
    ).encode()  # raises for half a surrogate pair, which could be neither shown nor written
    return content


def _validate(content: Any) -> None:
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    version, minor = content.get("nbformat"), content.get("nbformat_minor")
    if version != 4 or not isinstance(minor, int):
        raise ValueError(f"nbformat {version}, minor {minor}")
    # Not nbformat.read: it repairs an invalid notebook silently, and lint must report it
    if problem := next(nbformat.validator.iter_validate(content), None):
        raise ValueError(f"{problem.json_path}: {problem.message[:200]}")


def _merge_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Merge streams of one name, as a kernel splits and interleaves them by chance; drop empty ones."""
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
    """Replace the random model id in a widget view by a number that counts the notebook's models."""
    view = output.get("data", {}).get(_VIEW)
    if isinstance(view, dict) and "model_id" in view:
        view["model_id"] = views.setdefault(str(view["model_id"]), f"{len(views) + 1:032x}")
