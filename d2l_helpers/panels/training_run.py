"""Describe the runs of a panel, each with its settings and its history, in a line and in a row of a table."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from d2l_helpers.data import LABELS
from d2l_helpers.figures import templates_html
from d2l_helpers.figures.curves import history_charts
from d2l_helpers.panels.controls import as_text
from d2l_helpers.panels.epochs import nothing_to_show
from d2l_helpers.panels.exhibit import View
from d2l_helpers.panels.output import Printed
from d2l_helpers.panels.settings import Settings, title_of
from d2l_helpers.training.history import History

__all__ = ["TrainingRun", "numbers_html", "runs_table", "view_of"]

_ROWS = 6  # past runs shown
_MOST_SETTINGS = 4  # columns that fit a narrow page beside the numbers
_CELL = "vertical-align:bottom;font-variant-numeric:tabular-nums"
_NAMES = {
    "train_loss": "loss",
    "held_out_loss": "held-out loss",
    "train_acc": "train accuracy",
    "held_out_acc": "held-out accuracy",
}
_HEADS = {
    "train_loss": "train loss",
    "held_out_loss": "held-out loss",
    "train_acc": "train acc",
    "held_out_acc": "held-out acc",
}


@dataclass
class TrainingRun:
    """One fit: its settings, its history and what it printed."""

    settings: Settings
    history: History = field(default_factory=History)
    num_epochs: int = 1
    done: float = 0.0  # finished epochs, plus the finished fraction of the running one
    weight: Any = None
    printed: Printed = field(default_factory=Printed)

    @property
    def described(self) -> str:
        """The settings as one line."""
        return ", ".join(f"{title_of(name)} {as_text(value)}" for name, value in self.settings.items())

    @property
    def measured(self) -> list[str]:
        """The names of the quantities to show: the accuracies and the train loss, or the losses alone."""
        history = self.history
        accuracies = [name for name in ("train_acc", "held_out_acc") if getattr(history, name)]
        losses = ["train_loss"] if accuracies or not history.held_out_loss else ["train_loss", "held_out_loss"]
        return losses + accuracies

    def number(self, name: str) -> str:
        """Return the newest value of a quantity as text; an empty text if there is none."""
        values = getattr(self.history, name)
        if not values:
            return ""
        return f"{values[-1]:.4f}" if self.history.train_acc or self.history.held_out_acc else _four_digits(values[-1])


def view_of(run: TrainingRun) -> View:
    """Return the newest numbers of a run, its curves and its templates as a View.

    Raises
    ------
    TrainingError
        If the run has no epoch, because its function raised an error.
    """
    if not len(run.history):
        raise nothing_to_show("a function that raised an error")
    numbers = ", ".join(f"{_NAMES[name]} {run.number(name)}" for name in run.measured)
    templates = "" if run.weight is None else templates_html(run.weight, LABELS)
    return View(f"After {len(run.history)} epochs: {numbers}.", history_charts(run.history, run.num_epochs), templates)


def numbers_html(run: TrainingRun) -> str:
    """Write the newest numbers in a line; the last and most important one is bold."""
    if not len(run.history):
        return ""
    numbers = [f"{_NAMES[name]} {run.number(name)}" for name in run.measured]
    return " — " + ", ".join([*numbers[:-1], f"<b>{numbers[-1]}</b>"])


def runs_table(runs: list[TrainingRun]) -> str:
    """Write the past runs, the newest first, as an HTML table.

    Notes
    -----
    If there are more than four settings, the table shows those in which the runs differ; all stand above the curves.
    """
    names = list(runs[-1].settings)
    shown = list(enumerate(runs, start=1))[: -_ROWS - 1 : -1]
    columns = [name for name in _NAMES if any(name in run.measured for _, run in shown)]
    if len(names) > _MOST_SETTINGS:
        newest = runs[-1].settings
        names = [name for name in names if any(run.settings[name] != newest[name] for _, run in shown)]
    cell = f'style="padding:1px 5px 1px 0;text-align:right;{_CELL}"'
    last = f'style="padding:1px 0;text-align:left;{_CELL}"'
    titles = ("run", *(title_of(name) for name in names), *(_HEADS[name] for name in columns))
    heads = "".join(f'<th scope="col" {cell}>{html.escape(title)}</th>' for title in titles)
    heads += f'<th scope="col" {last}>note</th>'
    rows = []
    for number, run in shown:
        note = f"stopped after {len(run.history)}" if run.history.stopped else ""
        values = (
            str(number),
            *(html.escape(as_text(run.settings[name])) for name in names),
            *(run.number(name) for name in columns),
        )
        rows.append("<tr>" + "".join(f"<td {cell}>{value}</td>" for value in values) + f"<td {last}>{note}</td></tr>")
    caption = '<caption style="color:inherit">Past runs</caption>'  # nbclassic's own colour is too pale
    table = f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    # A narrow page wraps the heads; where many parameters still do not fit, the reader scrolls, by keyboard too
    look = "overflow-x:auto;white-space:normal;font-size:12px;line-height:1.3"
    return f'<div role="region" aria-label="Past runs" tabindex="0" style="{look}">{table}</div>'


def _four_digits(value: float) -> str:
    if not math.isfinite(value):
        return f"{value}"
    if 1e-6 <= abs(value) < 1e6:
        return np.format_float_positional(value, precision=4, fractional=False, trim="-")
    return f"{value:.4g}"
