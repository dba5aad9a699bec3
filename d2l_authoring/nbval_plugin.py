"""Extend ``pytest --nbval``: compare recorded metrics within their tolerances, and check the prose that quotes them.

This project's pyproject.toml loads the plugin by ``-p d2l_authoring.nbval_plugin``; no other project's runs load it. It
imports only pytest until ``--nbval`` is given: importing d2l_helpers would put its import hook in place.
"""

from __future__ import annotations

import copy
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from d2l_authoring.nbval_outputs import CellOutputs

__all__ = ["pytest_configure"]

_PROSE = "prose"  # name of the item that checks the prose
_SPLITTING = ("load", "worksteal", "loadgroup")  # xdist schedules that send cells of one notebook to several workers


def pytest_configure(config: pytest.Config) -> None:
    """Set the kernels' environment and register the checks, if ``--nbval`` is given."""
    if not config.getoption("nbval", default=False):
        return
    from d2l_authoring.record import KERNEL_ENVIRONMENT

    environment = pytest.MonkeyPatch()
    config.add_cleanup(environment.undo)
    for name, value in KERNEL_ENVIRONMENT.items():
        environment.setenv(name, value)
    if config.getoption("dist", default="no") in _SPLITTING:
        config.option.dist = "loadfile"
    config.option.loadscopereorder = False  # xdist's order, by the number of cells, ends with a long notebook alone
    config.pluginmanager.register(_NotebookChecks(), "d2l_helpers_notebook_checks")


class _NotebookChecks:
    """Hooks of a run with ``--nbval``."""

    _running: Any = None

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
        """Name a notebook's cells by their ids, and add an item for its prose."""
        collectors = yield
        if file_path.suffix != ".ipynb":
            return collectors
        for collector in collectors:
            collector.collect = functools.partial(_collect_by_id, collector.collect, file_path)
            if hasattr(collector, "get_kernel_message"):  # nbval's, not another plugin's
                receive = CellOutputs(collector.get_kernel_message, lambda: self._running.test_outputs)
                collector.get_kernel_message = receive
        return [*collectors, _ProseFile.from_parent(parent, path=file_path)]

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Begin with the last notebooks, which take the longest, where several processes share them."""
        if hasattr(config, "workerinput"):
            items.sort(key=lambda item: item.path.name, reverse=True)  # the cells of each stay in order

    def pytest_itemcollected(self, item: Any) -> None:
        """Compare a cell's metrics even if a tag excludes its other outputs from comparison."""
        if _is_cell(item):
            compare_rest = item.compare_outputs if item.options["check"] else lambda test, reference: True
            item.compare_outputs = functools.partial(_compare_outputs, item, compare_rest)
            item.options["check"] = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, None, None]:
        """Fail a cell that was never recorded, which nbval lets pass."""
        self._running = item
        yield  # run the cell all the same: later cells need its definitions
        if _is_cell(item) and item.cell.execution_count is None and item.cell.source.strip():
            item.raise_cell_error("Cell was never run, so there is nothing to compare; d2l-author record runs it")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the seconds that each notebook took: kernel start, cells and prose."""
        seconds: dict[str, float] = defaultdict(float)
        for reports in terminalreporter.stats.values():
            for report in reports:
                if isinstance(report, pytest.TestReport) and ".ipynb::" in report.nodeid:
                    seconds[report.nodeid.partition("::")[0]] += report.duration
        if seconds:
            terminalreporter.section("seconds per notebook")
            for name, total in sorted(seconds.items()):
                terminalreporter.line(f"{total:8.2f}  {name}")


class _ProseFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield _ProseItem.from_parent(self, name=_PROSE)


class _ProseItem(pytest.Item):
    """Check the marked numbers of one notebook."""

    def runtest(self) -> None:
        from d2l_authoring.notebook_file import read_notebook
        from d2l_authoring.prose import check_prose
        from d2l_helpers.errors import NotebookError

        try:
            findings = check_prose(read_notebook(self.path))
        except NotebookError as error:
            findings = [str(error)]
        if findings:
            pytest.fail("\n".join(findings), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name}::{_PROSE}"


def _collect_by_id(collect: Callable[[], Iterator[Any]], path: Path) -> Iterator[Any]:
    """Collect cells under their ids, in place of ``IPyNbFile.collect``: "Cell 3" changes when a cell is inserted."""
    ids: list[str] | None = None
    for item in collect():
        if not _is_cell(item):
            yield item
            continue
        if ids is None:  # only now: nbval has read the file first and reported it if it is not a notebook
            ids = _ids(path)
        cell_id = ids[item.cell_num]
        yield _renamed(item, cell_id) if ids.count(cell_id) == 1 and cell_id not in ("", _PROSE) else item


def _ids(path: Path) -> list[str]:
    """Read the ids of the code cells from the file: nbformat invents missing ones, other ones in each process."""
    cells = json.loads(path.read_bytes())["cells"]
    return [str(cell.get("id", "")) for cell in cells if cell["cell_type"] == "code"]


def _renamed(item: Any, name: str) -> Any:
    """Return the same cell under another name, which its reports use, too."""
    renamed = type(item).from_parent(
        item.parent, name=name, cell_num=item.cell_num, cell=item.cell, options=item.options
    )

    def reportinfo() -> tuple[Any, int, str]:
        path, line, description = item.reportinfo()
        return path, line, f"{description.rpartition('::')[0]}::{name}"

    def repr_failure(excinfo: Any) -> str:
        return str(item.repr_failure(excinfo)).replace(f"Cell {item.cell_num}: ", f"Cell {name}: ", 1)

    renamed.reportinfo, renamed.repr_failure = reportinfo, repr_failure
    return renamed


def _is_cell(item: object) -> bool:
    from nbval.plugin import IPyNbCell

    return isinstance(item, IPyNbCell)


def _compare_outputs(
    item: Any,
    compare_rest: Callable[[Sequence[Any], Sequence[Any]], bool],
    test: Sequence[Mapping[str, Any]],
    reference: Sequence[Mapping[str, Any]],
) -> bool:
    """Compare metrics within tolerances and everything else by nbval, in place of ``IPyNbCell.compare_outputs``."""
    from d2l_authoring.folded import without_covers
    from d2l_helpers.errors import RecordError
    from d2l_helpers.records import compare, split_outputs

    try:
        recorded, reference = split_outputs(without_covers(reference))
        measured, test = split_outputs(test)
        messages = compare(recorded, measured)
    except RecordError as error:
        messages = [str(error)]
    item.comparison_traceback = []
    test, reference = ([_without_drawing(output) for output in outputs] for outputs in (test, reference))
    is_same = compare_rest(test, reference)  # which replaces comparison_traceback
    item.comparison_traceback[:0] = messages
    return is_same and not messages


def _without_drawing(output: Any) -> Any:
    """Return an output without its HTML if it has a PNG: both contain the picture, which differs between machines."""
    data = output.get("data", {})
    if "image/png" not in data:
        return output
    without = copy.copy(output)  # of the same class: nbval reads its entries as attributes
    without["data"] = {kind: content for kind, content in data.items() if kind != "text/html"}
    return without
