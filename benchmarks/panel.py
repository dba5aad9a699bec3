"""The flagship's panel in a real JupyterLab: what a reader waits for, beside the bare fit and NumPy's ten epochs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TextIO

import nbformat
from rich.console import Console

from benchmarks.bounds import Figure, figure_table
from benchmarks.implementations import plain_numpy
from benchmarks.lab_page import LabPage, lab_page

__all__ = ["run"]

_CELLS = ("setup", "load-data", "define-model", "define-loss", "train-function", "retrain")
_BARE = """
import os, time
os.environ["TQDM_DISABLE"] = "1"
started = time.perf_counter()
train()
print("took", time.perf_counter() - started)
"""
_EPOCHS = 10

Waits = dict[str, list[float]]


def run(notebook: Path, rounds: int, json_file: TextIO | None = None) -> bool:
    """Measure, print a table, and return whether every bound was kept.

    Parameters
    ----------
    notebook : Path
        Notebook 07, whose cells are used.
    rounds : int
        How often each wait is measured; the figures are medians.
    json_file : file, optional
        The file to which all waits are written as JSON.
    """
    cells = {cell["id"]: cell.source for cell in nbformat.read(notebook, as_version=4).cells}
    with lab_page([*(cells[name] for name in _CELLS), _BARE]) as page:
        waits = _measure(page, rounds)
    figures = list(_figures(waits))
    Console().print(figure_table(figures))
    if json_file:
        json_file.write(json.dumps(waits, indent=1) + "\n")
    return all(figure.kept for figure in figures)


def _measure(page: LabPage, rounds: int) -> Waits:
    for number in range(len(_CELLS)):
        page.run(number)
    panel = page.exhibit()
    panel.get_by_text("done after 10").wait_for()
    rate, epochs = (
        panel.locator(".widget-hslider, .widget-inline-hbox", has_text=title).get_by_role("slider").first
        for title in ("learning rate", "epochs")
    )
    epoch = plain_numpy(50_000)  # as many as the panel's fit has
    waits: Waits = {name: [] for name in ("text", "curve", "last", "stop", "bare", "numpy")}
    for turn in range(rounds):
        rate.press("ArrowRight" if turn % 2 else "ArrowLeft")
        waits["text"].append(page.first("starting|running"))
        waits["curve"].append(page.first("epoch 1 of", "after 1 epoch"))
        waits["last"].append(page.first("done after"))
        started = time.perf_counter()
        for _ in range(_EPOCHS):
            epoch()
        waits["numpy"].append(time.perf_counter() - started)
        waits["bare"].append(_bare(page))
        epochs.press("End")
        page.first("epoch 2 of")
        panel.get_by_role("button", name="Stop").click()
        waits["stop"].append(page.first("stopped after"))
        epochs.press("Home")
        page.first("done after")
        panel.get_by_role("button", name="Book values").click()
        page.first("done after 10")
    return waits


def _bare(page: LabPage) -> float:
    found = re.search(r"took ([\d.]+)", page.run(len(_CELLS)))
    assert found, "the cell prints it"
    return float(found[1])


def _figures(waits: Waits) -> Iterator[Figure]:
    yield Figure("slider to first text", median(waits["text"]), 0.1, "s")
    yield Figure("slider to first curve", median(waits["curve"]), 0.3, "s")
    yield Figure("Stop to stopped", median(waits["stop"]), 0.1, "s")
    for name, bound in (("numpy", 1.1), ("bare", 1.05)):
        ratios = [last / other for last, other in zip(waits["last"], waits[name], strict=True)]
        of = "NumPy's ten epochs" if name == "numpy" else "the same fit without a page"
        yield Figure(f"slider to last of ten epochs, beside {of}", median(ratios), bound, "×")
