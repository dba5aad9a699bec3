"""Training figures: measured, beside the bounds that README states."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table

from benchmarks.bounds import Figure, figure_table
from benchmarks.comparison import Timing, interleave
from benchmarks.implementations import installed, missing
from benchmarks.startup import import_seconds, kernel_megabytes, load_seconds

__all__ = ["run"]


def run(notebook: Path, json_file: TextIO | None = None) -> bool:
    """Measure everything, print tables, and return whether every bound was kept.

    Parameters
    ----------
    notebook : Path
        The notebook whose kernel's memory is measured.
    json_file : file, optional
        The file to which the numbers are written as JSON.
    """
    console = Console()
    timings = interleave(installed())
    figures = [
        *_training_figures({timing.name: timing for timing in timings}),
        Figure("import d2l_helpers", 1000 * import_seconds(), 50, "ms"),
        Figure("load the dataset from the cache", load_seconds(), 0.5, "s"),
        Figure("peak memory of the flagship's kernel", kernel_megabytes(notebook), 1000, "MB"),
    ]
    console.print(_training_table(timings))
    for name in missing():
        console.print(f"{name}: not installed, so not measured; pip install the extra 'bench' to have it")
    console.print(figure_table(figures))
    if json_file:
        machine = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
        machine |= {package: version(package) for package in ("mxnet", "numpy")}
        content = {"machine": machine, "training": [asdict(timing) | {"median": timing.median} for timing in timings]}
        content["figures"] = [asdict(figure) | {"kept": figure.kept} for figure in figures]
        json_file.write(json.dumps(content, indent=1) + "\n")
    return all(figure.kept for figure in figures)


def _training_figures(timings: dict[str, Timing]) -> Iterator[Figure]:
    ours = timings["ours: train_ch3"]
    yield Figure("an epoch, beside NumPy's", ours.median / timings["NumPy"].median, 1.3, "×")
    yield Figure("d2l's epoch, beside ours", timings["d2l 0.13.2"].median / ours.median, 20, "×", at_least=True)
    for name in ("PyTorch, indexing", "Keras fit"):
        if name in timings:
            yield Figure(f"an epoch, beside that of {name}", ours.median / timings[name].median, 1.0, "×")
    # Any two seeds: ± 0.003 on train, ± 0.02 on test, from the spread of twenty seeds after ten epochs
    for what, spread in (("train_acc", 0.003), ("test_acc", 0.02)):
        accuracies = [getattr(timing, what) for timing in timings.values()]
        yield Figure(f"{what} differs by", max(accuracies) - min(accuracies), spread, "")


def _training_table(timings: list[Timing]) -> Table:
    table = Table("", "s per epoch, median", "beside ours", "train acc", "test acc", title="Training, in turn")
    for timing in sorted(timings, key=lambda timing: timing.median):
        ratio = timing.median / timings[0].median
        table.add_row(
            timing.name, f"{timing.median:.3f}", f"{ratio:.2f} ×", f"{timing.train_acc:.4f}", f"{timing.test_acc:.4f}"
        )
    return table
