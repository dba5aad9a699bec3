"""Record a notebook: run it in a fresh kernel and write its outputs, each time the same to the byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from d2l_authoring.folded import cover_folded
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import NotebookError
from d2l_helpers.records import RECORDING

__all__ = ["KERNEL_ENVIRONMENT", "record_notebook", "run_notebook"]

KERNEL_ENVIRONMENT = {RECORDING: "1", "TQDM_DISABLE": "1"}
"""Environment of a kernel whose outputs are recorded or compared.

Panels then wait for their first fit and show its picture. Progress bars, which print something else each time, are off.
"""

_CELL_SECONDS = 2000  # nbval's timeout: a slower cell could be recorded but not checked


def record_notebook(path: Path) -> None:
    """Run a notebook from top to bottom in a fresh kernel and write its outputs into the file.

    The kernel is this environment's ``python3``, started in the notebook's folder.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Raises
    ------
    NotebookError
        If the file cannot be read or written, the kernel does not start or dies, or a cell fails or takes longer than
        2000 seconds. The file is then unchanged.
    """
    path = path.resolve()  # or a symbolic link would be replaced by a file
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    run_notebook(notebook, path)
    cover_folded(notebook)
    replace_file(path, to_bytes(notebook))


def run_notebook(notebook: NotebookNode, path: Path) -> None:
    """Run all cells of a notebook in a fresh kernel in the folder of `path`; their outputs are written into `notebook`.

    Raises
    ------
    NotebookError
        As for `record_notebook`.
    """
    # Imported here, because these imports take seconds, and d2l-author lint needs none of them
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    started: list[str] = []

    class Client(NotebookClient):  # type: ignore[misc]
        """Knows the widgets' states, or nbclient would fail at an Output widget, and keeps them out of the file."""

        def set_widgets_metadata(self) -> None:
            pass

        def on_comm_open_jupyter_widget(self, message: dict[str, Any]) -> Any:
            widget = super().on_comm_open_jupyter_widget(message)
            if widget is not None:
                # Some recordings did not end when nbclient sent the state to the kernel while a cell was running
                widget.sync_state = lambda: None
            return widget

    client = Client(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        on_cell_start=lambda cell, cell_index: started.append(cell["id"]),
    )
    try:
        client.execute(cwd=str(path.parent), env=os.environ | KERNEL_ENVIRONMENT)
    except (CellControlSignal, DeadKernelError, NoSuchKernel, RuntimeError, OSError) as error:
        name, message = type(error).__name__, str(error)
        if isinstance(error, CellExecutionError):
            name, message = error.ename, error.evalue
        raise NotebookError(
            f"Cell {started[-1]!r} of {path.name} fails" if started else f"Cannot start a kernel for {path.name}",
            got=f"{name}: {message}",
            expected="a notebook that runs from top to bottom in a fresh python3 kernel",
            remedy="repair the cell in JupyterLab (Restart and Run All), save and record again; the file is unchanged",
        ) from error
