"""``pytest --nbval`` with tolerances: recorded metrics are compared as numbers, and the prose that quotes them is read.

pytest loads this module in every run of everyone who has d2l_helpers installed, so it imports nothing but pytest, and
without ``--nbval`` it does nothing.
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

__all__ = ["pytest_configure"]

_PROSE = "prose"  # the name of the item that reads the prose
_SCATTERING = ("load", "worksteal", "loadgroup")  # xdist's ways to deal out tests that part one notebook's cells


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the kernels' environment and start checking notebooks, where ``--nbval`` asks for it."""
    if not config.getoption("nbval", default=False):
        return
    from d2l_authoring.record import KERNEL_ENVIRONMENT

    environment = pytest.MonkeyPatch()
    config.add_cleanup(environment.undo)
    for name, value in KERNEL_ENVIRONMENT.items():
        environment.setenv(name, value)
    if config.getoption("dist", default="no") in _SCATTERING:
        config.option.dist = "loadfile"
    config.pluginmanager.register(_NotebookChecks(), "d2l_helpers_notebook_checks")


class _NotebookChecks:
    """The hooks of a run with ``--nbval``."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
        """Call a notebook's cells by their ids, and add an item for its prose."""
        collectors = yield
        if file_path.suffix != ".ipynb":
            return collectors
        for collector in collectors:
            collector.collect = functools.partial(_collect_by_id, collector.collect, file_path)
        return [*collectors, _ProseFile.from_parent(parent, path=file_path)]

    def pytest_itemcollected(self, item: Any) -> None:
        """Compare a cell's metrics, also where a tag lets its other outputs differ."""
        if _is_cell(item):
            compare_rest = item.compare_outputs if item.options["check"] else lambda test, reference: True
            item.compare_outputs = functools.partial(_compare_outputs, item, compare_rest)
            item.options["check"] = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, None, None]:
        """Fail a cell that was never run, which nbval would let pass."""
        yield  # run it all the same: later cells need what it defines
        if _is_cell(item) and item.cell.execution_count is None and item.cell.source.strip():
            item.raise_cell_error("Cell was never run, so there is nothing to compare; d2l-author record runs it")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell the seconds of every notebook: kernel's start, cells and prose."""
        seconds: dict[str, float] = defaultdict(float)
        for reports in terminalreporter.stats.values():
            for report in reports:
                if isinstance(report, pytest.TestReport) and ".ipynb::" in report.nodeid:
                    seconds[report.nodeid.partition("::")[0]] += report.duration
        if seconds:
            terminalreporter.section("seconds a notebook")
            for name, total in sorted(seconds.items()):
                terminalreporter.line(f"{total:8.2f}  {name}")


class _ProseFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield _ProseItem.from_parent(self, name=_PROSE)


class _ProseItem(pytest.Item):
    """The marked numbers of one notebook."""

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
    """Stand in for ``IPyNbFile.collect``: softmax-by-hand says more than Cell 3, and stays when a cell comes before."""
    ids: list[str] | None = None
    for item in collect():
        if not _is_cell(item):
            yield item
            continue
        if ids is None:  # nbval has read the file by now, so that what is no notebook is nbval's to report
            ids = _ids(path)
        cell_id = ids[item.cell_num]
        yield _renamed(item, cell_id) if ids.count(cell_id) == 1 and cell_id not in ("", _PROSE) else item


def _ids(path: Path) -> list[str]:
    """Read the ids of the code cells from the file: nbformat makes up those that are missing, anew in each process."""
    cells = json.loads(path.read_bytes())["cells"]
    return [str(cell.get("id", "")) for cell in cells if cell["cell_type"] == "code"]


def _renamed(item: Any, name: str) -> Any:
    """Return the same cell under another name, which its reports have too."""
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
    """Stand in for ``IPyNbCell.compare_outputs``: metrics by tolerance, everything else by nbval itself."""
    from d2l_helpers.errors import RecordError
    from d2l_helpers.records import compare, split_outputs

    try:
        recorded, reference = split_outputs(reference)
        measured, test = split_outputs(test)
        messages = compare(recorded, measured)
    except RecordError as error:
        messages = [str(error)]
    item.comparison_traceback = []
    test, reference = ([_without_drawing(output) for output in outputs] for outputs in (test, reference))
    is_same = compare_rest(test, reference)  # it starts a comparison_traceback of its own
    item.comparison_traceback[:0] = messages
    return is_same and not messages


def _without_drawing(output: Any) -> Any:
    """Leave out the HTML of a picture: as its PNG, which nbval does not compare, it differs by a pixel elsewhere."""
    data = output.get("data", {})
    if "image/png" not in data:
        return output
    without = copy.copy(output)  # nbval wants nbformat's own type
    without["data"] = {kind: content for kind, content in data.items() if kind != "text/html"}
    return without
