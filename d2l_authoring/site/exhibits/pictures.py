"""Record the three states of the exhibits that need a notebook's own kernel, so that the book is built without one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.record import run_notebook
from d2l_authoring.site.exhibits.frames import Exhibited, frame
from d2l_authoring.site.exhibits.states import Shown
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import NotebookError
from d2l_helpers.panels.positions import described

__all__ = ["PICTURES", "read_pictures", "record_pictures", "show_pictures", "take"]

PICTURES = Path(__file__).with_name("pictures")
_MIME_TYPE = "application/vnd.d2l-helpers.pictures+json"


def take(exhibit: Exhibited, states: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each state its values, its settings as a line, and its frame, as JSON can keep them."""
    return [
        {"values": values, "settings": described(exhibit.positions, values), **frame(exhibit, values)._asdict()}
        for values in states
    ]


def show_pictures(exhibit: Exhibited, states: Sequence[dict[str, Any]]) -> None:
    """Display in a notebook's kernel what `take` returns, for `record_pictures`."""
    from IPython.display import display

    display({_MIME_TYPE: take(exhibit, states)}, raw=True)  # type: ignore[no-untyped-call]


def record_pictures(path: Path, all_shown: Sequence[Shown], folder: Path = PICTURES) -> Path | None:
    """Run a notebook up to its last exhibit that needs a kernel, and write the states of all of these into a file.

    Parameters
    ----------
    path : Path
        The notebook's file, which is not changed.
    all_shown : sequence of Shown
        The exhibits of the chapter.
    folder : Path
        Where the file is written.

    Returns
    -------
    Path or None
        The file; None if the notebook has no such exhibit.

    Raises
    ------
    NotebookError
        As for `record_notebook`, or if the notebook lacks one of the exhibits.
    """
    notebook = read_notebook(path)
    wanted = {one.cell: one for one in all_shown if one.notebook == path.stem and not one.make}
    if not wanted:
        return None
    if missing := sorted({*wanted} - {cell["id"] for cell in notebook.cells}):
        raise _not_recorded(path.stem, missing[0], f"no cell {missing[0]} in {path.name}")
    last = max(place for place, cell in enumerate(notebook.cells) if cell["id"] in wanted)
    notebook["cells"] = [part for cell in notebook.cells[: last + 1] for part in _with_states(cell, wanted)]
    run_notebook(notebook, path.resolve())
    taken = {
        cell["metadata"]["exhibit"]: output.data[_MIME_TYPE]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if _MIME_TYPE in output.get("data", {})
    }
    file = folder / f"{path.stem}.json"
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(file, f"{json.dumps(taken, ensure_ascii=False, indent=1)}\n".encode())
    return file


def _with_states(cell: NotebookNode, wanted: dict[str, Shown]) -> list[NotebookNode]:
    """Return a cell, and after an exhibit's cell another one that shows its states."""
    if cell["id"] not in wanted:
        return [cell]
    states = [dict(state.values) for state in wanted[cell["id"]].states]
    # The newest of Out is the exhibit; a notebook may have a variable `_` of its own
    source = (
        f"from d2l_authoring.site.exhibits.pictures import show_pictures\n\nshow_pictures(Out[max(Out)], {states!r})"
    )
    return [cell, v4.new_code_cell(source, metadata={"exhibit": cell["id"]})]


def read_pictures(shown: Shown, folder: Path = PICTURES) -> list[dict[str, Any]]:
    """Return the three states of an exhibit as they were recorded; see `take`.

    Raises
    ------
    NotebookError
        If they are not recorded, or not with the values that the table of states has now.
    """
    file = folder / f"{shown.notebook}.json"
    try:
        taken: list[dict[str, Any]] = json.loads(file.read_bytes())[shown.cell]
        recorded = [one["values"] for one in taken]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _not_recorded(shown.notebook, shown.cell, f"{file.name}: {error!r}") from error
    if recorded != [dict(state.values) for state in shown.states]:
        raise _not_recorded(shown.notebook, shown.cell, f"pictures of {recorded}")
    return taken


def _not_recorded(notebook: str, cell: str, got: str) -> NotebookError:
    return NotebookError(
        f"Cannot show the exhibit {cell} of {notebook}.",
        got=got,
        expected="pictures of its three states, recorded",
        remedy=f"run d2l-author pictures notebooks/{notebook}",
    )
