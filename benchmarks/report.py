"""Training figures: measured, beside the bounds that README states."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TextIO

from rich.console import Console
from rich.table import Table

from benchmarks import history
from benchmarks.bounds import Figure, figure_table
from benchmarks.comparison import Timing
from benchmarks.contestants import CONTESTANTS, LOOPS, OURS, compete, missing
from benchmarks.machine import Machine
from benchmarks.startup import import_seconds, kernel_megabytes, load_seconds

__all__ = ["loop_figures", "run", "training_figures"]

Timings = Mapping[str, Timing]


def run(notebook: Path, history_file: Path, json_file: TextIO | None = None) -> bool:
    """Measure everything, print tables, add a line to the history, and return whether every bound was kept.

    Parameters
    ----------
    notebook : Path
        The notebook whose kernel's memory is measured.
    history_file : Path
        The history; it is read before anything is measured.
    json_file : file, optional
        The file to which the numbers are written as JSON.

    Raises
    ------
    RecordError
        If the history cannot be read or written.
    """
    console = Console()
    history.read(history_file)
    machine = Machine()
    libraries, loops = compete(CONTESTANTS), compete(LOOPS)
    figures = [
        *training_figures(libraries),
        *loop_figures(loops),
        Figure("import d2l_helpers", 1000 * import_seconds(), 50, "ms"),
        Figure("load the dataset from the cache", load_seconds(), 0.5, "s"),
        Figure("peak memory of the flagship's kernel", kernel_megabytes(notebook), 500, "MB"),
    ]
    described = machine.describe()
    console.print(_table(libraries, "Training, in turn"), _table(loops, "A network of one's own, in turn"))
    console.print(*missing(CONTESTANTS), sep="\n", markup=False)  # "[bench]" is no markup
    console.print(figure_table(figures))
    console.print(f"The machine was {described['machine']}: others used {described['load_of_others']} of its cores.")
    if json_file:
        content = {"machine": described, "training": [asdict(each) for each in (*libraries.values(), *loops.values())]}
        content["figures"] = [asdict(figure) | {"kept": figure.kept} for figure in figures]
        json_file.write(json.dumps(content, indent=1) + "\n")
    history.append(history_file, "training", described, figures)
    return all(figure.kept for figure in figures)


def training_figures(timings: Timings) -> Iterator[Figure]:
    """Yield the ratios to each library that was measured, also to it on one core, and how far the accuracies differ.

    Of a library with several implementations, the one that is best in the figure counts.
    """
    ours, rivals = timings[OURS], defaultdict(list)
    for each in CONTESTANTS[1:]:
        if each.name in timings and each.library != "d2l":
            for where in ("", " on one core") if each.cores == 1 else ("",):
                rivals[f"{each.library}'s{where}"].append(timings[each.name])
    for whose, theirs in rivals.items():
        for tested, what in ((False, "epoch"), (True, "epoch and test")):
            best = max(ours.best_ratio(each, tested) for each in theirs)
            yield Figure(f"{what}, to {whose}, best", best, 1.0, "×")
            middle = max(ours.ratio(each, tested) for each in theirs)
            yield Figure(f"{what}, to {whose}, median", middle, 1.0, "×")
    yield Figure("d2l's epoch and test, to ours, median", timings["d2l 0.13.2"].ratio(ours), 20, "×", at_least=True)
    # Any two seeds: ± 0.003 on train, ± 0.02 on test, from the spread of twenty seeds after ten epochs
    for what, spread in (("train_acc", 0.003), ("test_acc", 0.02)):
        same = [timings[each.name] for each in CONTESTANTS if each.library != "scikit-learn" and each.name in timings]
        accuracies = [getattr(timing, what) for timing in same]
        yield Figure(f"{what} differs by", max(accuracies) - min(accuracies), spread, "")


def loop_figures(timings: Timings) -> Iterator[Figure]:
    """Yield how much faster a network of one's own trains than by the plain loop, without the test."""
    for name, plain in (("ours, hidden layer", "plain loop, hidden layer"), ("06's own loop", "plain loop")):
        ratio = timings[plain].ratio(timings[name], tested=False)
        yield Figure(f"plain loop's epoch, to {name}", ratio, 2, "×", at_least=True)


def _table(timings: Timings, title: str) -> Table:
    columns = ("", "epoch, best", "median", "and test, best", "median", "to the first", "train acc", "test acc")
    table, first = Table(*columns, title=title), next(iter(timings.values()))
    for each in sorted(timings.values(), key=lambda timing: timing.median):
        seconds = (min(each.train_seconds), median(each.train_seconds), min(each.seconds), each.median)
        accuracies = (f"{accuracy:.4f}" for accuracy in (each.train_acc, each.test_acc))
        table.add_row(each.name, *(f"{one:.3f}" for one in seconds), f"{each.ratio(first):.2f} ×", *accuracies)
    return table
