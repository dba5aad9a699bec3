"""Check the numbers that a notebook's prose quotes: ``**83.0%**<!--test_acc-->`` against what a cell recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from d2l_authoring.bold_numbers import unmarked_numbers
from d2l_helpers.errors import RecordError
from d2l_helpers.records import Metric, split_outputs, within

__all__ = ["check_prose"]

# A one-word comment is a mark, whatever stands before it: a number that the pattern cannot read must not pass unseen.
_MARK = re.compile(
    r"""
    (?: (?<![^\W_]) (?<![.,])  (?P<number> [-−+]? \d+ (?:\.\d+)? (?:[eE][-−+]?\d{1,3})? )
        (?P<percent> \s? % )?  [*_`]{0,3}  \s? )?
    <!--\s*  (?P<name> [^\W\d]\w* )  (?P<bracket> \[ (?P<index> [-−]?\d{1,9} ) \] )?  \s*-->
    """,
    re.VERBOSE,
)

_UNMARKED = "{} is bold but has no mark: record it and mark it, as in **83.0%**<!--test_acc-->, or do without bold type"


def check_prose(notebook: NotebookNode) -> list[str]:
    """Find the marked numbers in a notebook's prose that its recorded metrics do not bear out.

    A mark is a comment of one name after a number, bold, in backticks or plain: ``**83.0%**<!--test_acc-->``. A bold
    number must have one. A percent sign multiplies the metric by 100. Of a metric with a number an epoch one is chosen
    as in Python: ``0.485<!--train_loss[4]-->`` is the fifth epoch's, ``[-1]`` the last.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook whose cells have ids.

    Returns
    -------
    list of str
        A finding each, as ``cell-id: message``: a number that is not the metric rounded to the decimals written, a
        mark without a number, a bold number without a mark, a name or index that was not recorded, a name recorded with
        two values.
    """
    recorded: dict[str, Metric] = {}
    findings = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            findings += [f"{cell['id']}: {message}" for message in _collect(cell, recorded)]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            marks = _MARK.finditer(cell.source)
            findings += [f"{cell['id']}: {message}" for mark in marks for message in _judge(mark, recorded)]
            findings += [f"{cell['id']}: {_UNMARKED.format(number)}" for number in unmarked_numbers(cell.source)]
    return findings


def _collect(cell: NotebookNode, recorded: dict[str, Metric]) -> Iterator[str]:
    """Add a cell's metrics to those recorded, and yield what is wrong with them."""
    try:
        metrics, _ = split_outputs(cell.outputs)
    except RecordError as error:
        yield f"{error.failed}: got {error.got}, expected {error.expected}"
        return
    for name, metric in metrics.items():
        if recorded.setdefault(name, metric).value != metric.value:
            yield f"{name} is recorded a second time with another value; prose could mean either"


def _judge(mark: re.Match[str], recorded: dict[str, Metric]) -> Iterator[str]:
    """Yield what is wrong with one mark, if anything is."""
    name, index = mark["name"], mark["index"]
    if mark["number"] is None:
        yield f"no number stands before {mark[0]}; write it as in **83.0%**<!--test_acc-->"
        return
    if name not in recorded:
        yield f"prose quotes {name}, which no cell records"
        return
    value, quoted = recorded[name].value, name + (mark["bracket"] or "")
    if isinstance(value, tuple):
        position = int(index.replace("−", "-")) if index else None
        if position is None or not -len(value) <= position < len(value):
            yield f"prose quotes {quoted}, but {name} is a list: choose from {name}[0] to {name}[{len(value) - 1}]"
            return
        value = value[position]
    elif index:
        yield f"prose quotes {quoted}, but {name} is one number"
        return
    percent = "%" if mark["percent"] else ""
    if not within(mark["number"] + percent, value):
        shown = f"{value * 100:.8g}%" if percent else f"{value:.8g}"
        yield f"prose says {mark['number']}{percent}, but {quoted} is recorded as {shown}"
