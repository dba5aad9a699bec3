"""Measure in fresh processes how long imports and data take, and how much memory a notebook's kernel needs."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

__all__ = ["import_seconds", "kernel_megabytes", "load_seconds"]

_TIMED = "import time; start = time.perf_counter(); {work}; print(time.perf_counter() - start)"


def import_seconds(repeats: int = 9) -> float:
    """Measure ``import d2l_helpers`` in a fresh Python; return the median in seconds."""
    return _median("import d2l_helpers", "", repeats)


def load_seconds(repeats: int = 5) -> float:
    """Measure loading the dataset from the cache as uint8 arrays, with its checksums; return the median in seconds."""
    return _median(
        "helpers.load_fashion_mnist()", "import d2l_helpers as helpers; helpers.load_fashion_mnist; ", repeats
    )


def kernel_megabytes(notebook: Path) -> float:
    """Run a notebook from top to bottom; return its kernel's peak resident memory in MB (10**6 bytes)."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(notebook, as_version=4)
    asked = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    book.cells.append(nbformat.v4.new_code_cell(asked))
    NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}}).execute()
    return int(book.cells[-1].outputs[0].text) * 1024 / 1e6


def _median(work: str, before: str, repeats: int) -> float:
    code = before + _TIMED.format(work=work)
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(repeats)]
    return statistics.median(float(run.stdout) for run in runs)
