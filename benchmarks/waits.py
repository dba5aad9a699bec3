"""Measure what a reader waits for: ``make lab`` to a usable page, a notebook's setup cell, the chapter by nbval."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks import history
from benchmarks.bounds import Figure, figure_table
from benchmarks.chromium import chromium
from benchmarks.machine import Machine
from d2l_helpers.errors import LibraryUnusable, NotebookError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["lab_seconds", "nbval_seconds", "run", "setup_seconds", "waits_figures"]

_SECONDS = 120  # after which a start has failed
_OPEN = '#!/bin/sh\nprintf %s "$1" >{0}.part && mv {0}.part {0}\n'
_USABLE = """
() => /\\| Idle/.test(document.querySelector('#jp-bottom-panel')?.textContent)
  && document.querySelector('.jp-Notebook .jp-CodeCell .cm-content') !== null
"""


def run(history_file: Path, repeats: int = 9) -> bool:
    """Measure, print a table, add a line to the history, and return whether every bound was kept.

    Raises
    ------
    RecordError
        If the history cannot be read, before anything is measured, or written.
    """
    history.read(history_file)
    machine = Machine()
    figures = list(waits_figures(repeats))
    Console().print(figure_table(figures))
    history.append(history_file, "waits", machine.describe(), figures)
    return all(figure.kept for figure in figures)


def waits_figures(repeats: int = 9) -> Iterator[Figure]:
    """Yield the waits, each a median of `repeats`, beside their bounds."""
    yield Figure("make lab to a usable page", lab_seconds(repeats=repeats), 4, "s")
    yield Figure("make lab, JupyterLab in the cache", lab_seconds(repeats=repeats, is_cached=True), 4, "s")
    yield Figure("the slowest notebook's setup cell", max(setup_seconds(repeats=repeats).values()), 1, "s")
    yield Figure("the whole chapter by nbval", statistics.median(nbval_seconds() for _ in range(repeats)), 60, "s")


def lab_seconds(project: Path = Path(), repeats: int = 9, is_cached: bool = False) -> float:
    """Measure ``make lab`` from its start to a usable page, as a user for whom it is not the first time.

    Jupyter opens the browser itself: a Chromium that is running. The page is usable when the first notebook's kernel is
    idle and a cell's editor is shown.

    Parameters
    ----------
    project : Path
        The project's folder, with an environment.
    repeats : int
        How many starts are measured, after one that is not.
    is_cached : bool
        Whether Chromium keeps JupyterLab's files from the start before, as it does for a reader; by default, its cache
        is empty at each start.

    Returns
    -------
    float
        The median in seconds.

    Raises
    ------
    LibraryUnusable
        If Playwright or Chromium is missing, or JupyterLab does not start.
    """
    with TemporaryDirectory() as home, chromium() as browser:
        context, seconds = browser.new_context(), []
        for _ in range(repeats + 1):
            seconds.append(_start_lab(project, Path(home), context))
            if not is_cached:
                context.close()
                context = browser.new_context()  # with an empty cache of its own
    return statistics.median(seconds[1:])


def setup_seconds(notebooks: Path = Path("notebooks"), repeats: int = 9) -> dict[str, float]:
    """Measure each notebook's install and setup cell in a fresh kernel, without the kernel's start.

    Returns
    -------
    dict of str to float
        By the notebook's name, the median in seconds.
    """
    import nbformat

    cells = {}
    for path in sorted(notebooks.glob("*.ipynb")):
        code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        cells[path.stem] = [cell.source for cell in code if cell.id in ("install", "setup")]
    rounds = [{name: _execute(sources, notebooks) for name, sources in cells.items()} for _ in range(repeats)]
    return {name: statistics.median(each[name] for each in rounds) for name in cells}


def nbval_seconds(notebooks: Path = Path("notebooks")) -> float:
    """Measure one run of all notebooks by nbval, on all cores, as ``make test`` runs it; return the seconds.

    Raises
    ------
    NotebookError
        If a cell differs from its record.
    """
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "--numprocesses", "auto"]
    start = time.perf_counter()
    ended = subprocess.run([*command, "--quiet", str(notebooks)], check=False, stdout=subprocess.DEVNULL)
    if ended.returncode:
        raise NotebookError(
            "Cannot measure the chapter by nbval.",
            got=f"status {ended.returncode} of pytest",
            expected="cells that all agree with their records",
            remedy=f"run pytest --nbval {notebooks}, and repair what it names",
        )
    return time.perf_counter() - start


def _start_lab(project: Path, home: Path, context: BrowserContext) -> float:
    opened, opener = home / "opened", home / "open"
    opened.unlink(missing_ok=True)
    opener.write_text(_OPEN.format(opened))
    opener.chmod(0o700)
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")  # has the dataset
    own = {"HOME": str(home), "XDG_CACHE_HOME": cache, "BROWSER": f"{opener} %s"}
    page = context.new_page()
    start = time.perf_counter()
    with (home / "log").open("wb") as log:
        lab = subprocess.Popen(
            ["make", "lab"], cwd=project, env=os.environ | own, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not opened.exists():
            if lab.poll() is not None or time.perf_counter() - start > _SECONDS:
                raise LibraryUnusable(
                    "Cannot measure make lab.",
                    got=(home / "log").read_text(),
                    expected="a JupyterLab that Chromium opens",
                    remedy="run make lab, and do what its message says",
                )
            time.sleep(0.005)
        page.goto(opened.read_text(), wait_until="commit")
        page.wait_for_function(_USABLE, polling=20, timeout=1000 * _SECONDS)
        return time.perf_counter() - start
    finally:
        page.close()
        with suppress(ProcessLookupError):  # it has ended already
            os.killpg(lab.pid, signal.SIGTERM)
        lab.wait(20)


def _execute(sources: list[str], folder: Path) -> float:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder), stderr=subprocess.DEVNULL)
    try:
        start = time.perf_counter()
        replies = [client.execute_interactive(source, store_history=False, timeout=_SECONDS) for source in sources]
        seconds = time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if any(reply["content"]["status"] != "ok" for reply in replies):
        raise NotebookError(
            "Cannot measure a setup cell.",
            got=next(reply["content"] for reply in replies if reply["content"]["status"] != "ok"),
            expected=f"cells of {folder} that run without an error",
            remedy="run make lab and the notebook's first cells, and do what their message says",
        )
    return seconds
