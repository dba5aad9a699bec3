"""Every figure that the project promises, beside what was measured."""

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

from benchmarks.bounds import Promise, promise_table
from benchmarks.comparison import Lap, race
from benchmarks.implementations import IMPLEMENTATIONS, installed
from benchmarks.startup import import_seconds, kernel_megabytes, load_seconds

__all__ = ["run"]


def run(notebook: Path, json_file: TextIO | None = None) -> bool:
    """Measure everything, print tables, and say whether every bound was kept.

    Parameters
    ----------
    notebook : Path
        The notebook whose kernel's memory is measured.
    json_file : file, optional
        Where the numbers go as JSON, too.
    """
    console = Console()
    laps = race(installed())
    figures = [
        *_training_figures({lap.name: lap for lap in laps}),
        Promise("import d2l_helpers", 1000 * import_seconds(), 50, "ms"),
        Promise("load the dataset from the cache", load_seconds(), 0.5, "s"),
        Promise("peak memory of the flagship's kernel", kernel_megabytes(notebook), 1000, "MB"),
    ]
    console.print(_race_table(laps))
    for name in IMPLEMENTATIONS.keys() - {lap.name for lap in laps}:
        console.print(f"{name}: not installed, so not measured; pip install the extra 'bench' to have it")
    console.print(promise_table(figures))
    if json_file:
        machine = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
        machine |= {package: version(package) for package in ("mxnet", "numpy")}
        content = {"machine": machine, "race": [asdict(lap) | {"median": lap.median} for lap in laps]}
        content["figures"] = [asdict(figure) | {"kept": figure.kept} for figure in figures]
        json_file.write(json.dumps(content, indent=1) + "\n")
    return all(figure.kept for figure in figures)


def _training_figures(laps: dict[str, Lap]) -> Iterator[Promise]:
    ours = laps["ours: train_ch3"]
    yield Promise("an epoch, beside NumPy's", ours.median / laps["NumPy"].median, 1.3, "×")
    yield Promise("d2l's epoch, beside ours", laps["d2l 0.13.2"].median / ours.median, 20, "×", at_least=True)
    for name in ("PyTorch, indexing", "Keras fit"):
        if name in laps:
            yield Promise(f"an epoch, beside that of {name}", ours.median / laps[name].median, 1.0, "×")
    # Any two seeds: ± 0.003 on train, ± 0.02 on test, from the spread of twenty seeds after ten epochs
    for what, spread in (("train_acc", 0.003), ("test_acc", 0.02)):
        all_of_them = [getattr(lap, what) for lap in laps.values()]
        yield Promise(f"{what} differs by", max(all_of_them) - min(all_of_them), spread, "")


def _race_table(laps: list[Lap]) -> Table:
    table = Table("", "s an epoch, median", "beside ours", "train acc", "test acc", title="Training, in turn")
    for lap in sorted(laps, key=lambda lap: lap.median):
        ratio = lap.median / laps[0].median
        table.add_row(lap.name, f"{lap.median:.3f}", f"{ratio:.2f} ×", f"{lap.train_acc:.4f}", f"{lap.test_acc:.4f}")
    return table
