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

from benchmarks import history
from benchmarks.bounds import Figure, figure_table
from benchmarks.lab_page import LabPage, lab_page
from benchmarks.machine import Machine
from benchmarks.other_libraries import plain_numpy
from benchmarks.task import Task

__all__ = ["panel_figures", "run"]

_CELLS = ("setup", "load-data", "define-model", "define-loss", "train-function", "retrain")
_BARE = """
import os, time
os.environ["TQDM_DISABLE"] = "1"
started = time.perf_counter()
train()
print("took", time.perf_counter() - started)
"""
_EPOCHS, _EXAMPLES = 10, 50_000  # of the panel's fit; NumPy gets as many
_PAUSE = 0.5  # seconds before each measurement, in which the page finishes what the one before left to it

Waits = dict[str, list[float]]


def run(notebook: Path, rounds: int, history_file: Path, json_file: TextIO | None = None) -> bool:
    """Measure, print a table, add a line to the history, and return whether every bound was kept.

    Parameters
    ----------
    notebook : Path
        Notebook 07, whose cells are used.
    rounds : int
        How often each wait is measured; the figures are medians.
    history_file : Path
        The history; it is read before anything is measured.
    json_file : file, optional
        The file to which all waits are written as JSON.

    Raises
    ------
    LibraryUnusable
        If Playwright or Chromium is missing.
    RecordError
        If the history cannot be read or written.
    """
    history.read(history_file)
    machine = Machine()
    cells = {cell["id"]: cell.source for cell in nbformat.read(notebook, as_version=4).cells}
    with lab_page([*(cells[name] for name in _CELLS), _BARE]) as page:
        waits = _measure(page, rounds)
    described, figures = machine.describe(), list(panel_figures(waits))
    Console().print(figure_table(figures))
    if json_file:
        json_file.write(json.dumps({"machine": described, "waits": waits}, indent=1) + "\n")
    history.append(history_file, "panel", described, figures)
    return all(figure.kept for figure in figures)


def _measure(page: LabPage, rounds: int) -> Waits:
    for number in range(len(_CELLS)):
        page.run(number)
    panel = page.exhibit()
    panel.get_by_text("done after 10").wait_for()
    rate = panel.locator(".widget-inline-hbox, .widget-hslider", has_text="learning rate").get_by_role("slider").first
    numpy = plain_numpy(Task(_EXAMPLES))
    waits: Waits = {name: [] for name in ("text", "curve", "last", "stop", "bare", "numpy")}
    for turn in range(rounds):
        time.sleep(_PAUSE)
        rate.press("ArrowRight" if turn % 2 else "ArrowLeft")
        waits["text"].append(page.first("starting|running"))
        waits["curve"].append(page.first("epoch [1-9] of", "after [1-9] epoch"))
        waits["last"].append(page.first("done after"))
        time.sleep(_PAUSE)
        started = time.perf_counter()
        for _ in range(_EPOCHS):
            numpy.train(), numpy.evaluate()
        waits["numpy"].append(time.perf_counter() - started)
        time.sleep(_PAUSE)
        waits["bare"].append(_bare(page))
        time.sleep(_PAUSE)
        page.click_at(panel, "Stop", "epoch [1-9] of")
        rate.press("ArrowLeft" if turn % 2 else "ArrowRight")
        waits["stop"].append(page.first("stopped after"))
    return waits


def _bare(page: LabPage) -> float:
    found = re.search(r"took ([\d.]+)", page.run(len(_CELLS)))
    assert found, "the cell prints it"
    return float(found[1])


def panel_figures(waits: Waits) -> Iterator[Figure]:
    """Yield the medians of the waits, and the fit's time divided by that of others in the same round."""
    yield Figure("slider to first text", median(waits["text"]), 0.1, "s")
    yield Figure("slider to first curve", median(waits["curve"]), 0.3, "s")
    yield Figure("Stop to stopped", median(waits["stop"]), 0.1, "s")
    for others, name, bound in (("numpy", "NumPy's", 1.1), ("bare", "a cell's", 1.05)):
        ratios = [last / other for last, other in zip(waits["last"], waits[others], strict=True)]
        yield Figure(f"slider to last of ten epochs, to {name}", median(ratios), bound, "×")
