"""Run a notebook in a fresh kernel and write what it gave, byte for byte the same each time."""

from __future__ import annotations

import os
from pathlib import Path

from nbformat import NotebookNode

from d2l_authoring.notebook_file import read_notebook, replace_file, to_bytes
from d2l_helpers.errors import NotebookError
from d2l_helpers.records import RECORDING

__all__ = ["KERNEL_ENVIRONMENT", "record_notebook"]

KERNEL_ENVIRONMENT = {RECORDING: "1", "TQDM_DISABLE": "1"}
"""Environment of a kernel whose outputs are kept or compared.

Panels then wait for their first fit and show its picture; progress bars, which never print the same twice, are silent.
"""

_CELL_SECONDS = 2000  # what nbval allows


def record_notebook(path: Path) -> None:
    """Run a notebook from top to bottom in a fresh kernel, and write its outputs into the file.

    The kernel is this environment's ``python3``; it works in the notebook's folder. The file is replaced as a whole, or
    not at all.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Raises
    ------
    NotebookError
        If the file cannot be read or written, the kernel does not start or dies, or a cell fails or takes longer than
        2000 seconds. The file is then as it was.
    """
    path = path.resolve()  # a link stays a link
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    _run(notebook, path)
    replace_file(path, to_bytes(notebook))


def _run(notebook: NotebookNode, path: Path) -> None:
    from jupyter_client.kernelspec import NoSuchKernel  # these two take seconds to import, and lint needs neither
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    started: list[str] = []
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        on_cell_start=lambda cell, cell_index: started.append(cell["id"]),
    )
    try:
        client.execute(cwd=str(path.parent), env=os.environ | KERNEL_ENVIRONMENT)
    except (CellControlSignal, DeadKernelError, NoSuchKernel, RuntimeError, OSError) as error:
        name, message = type(error).__name__, str(error)
        if isinstance(error, CellExecutionError):
            name, message = error.ename, error.evalue
        raise NotebookError(
            f"Cell {started[-1]!r} of {path.name} fails" if started else f"No kernel for {path.name}",
            got=f"{name}: {message}",
            expected="a notebook that runs from top to bottom in a fresh python3 kernel",
            remedy="Restart and Run All in JupyterLab, mend the cell, save, and record again; the file is unchanged",
        ) from error
