"""A panel that retrains the reader's own function while its sliders move."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets

from d2l_helpers.data import LABELS
from d2l_helpers.errors import D2LHelpersError, TrainingError, explain
from d2l_helpers.figures import Picture, curves_svg, plot_panel, templates_html, to_numpy
from d2l_helpers.history import Epoch, History, Progress
from d2l_helpers.panels.frame import bundle, button, column, row, status_html
from d2l_helpers.panels.live import Job, the_worker
from d2l_helpers.panels.runs import Run, numbers_html, runs_table
from d2l_helpers.panels.settings import TITLES, Settings, sliders
from d2l_helpers.records import is_recording
from d2l_helpers.training import watched

__all__ = ["RetrainPanel", "retrain"]

_DELAY = 0.05  # seconds a slider must rest before a fit starts
_ROUNDING = 1e-6  # what a mean in 32 bits may be above 1
_TEMPLATES = (len(LABELS), 28 * 28)  # a weight's shape; or turned around


def retrain(train: Callable[..., Any]) -> RetrainPanel:
    """Show sliders that retrain a network with the reader's own function.

    Parameters
    ----------
    train : callable
        Its parameters become the sliders, at their defaults: out of ``lr``, ``batch_size``, ``num_epochs`` and
        ``sigma``. It trains with `train_ch3`, or is a generator that yields from `fit`, or one with a loop of its own
        that yields each epoch's loss or an `Epoch`; a ``yield`` of nothing in between lets Stop be heard at once.
        Change it, run its cell and this one again, and the sliders train what you wrote.

    Returns
    -------
    RetrainPanel
        Displays itself as the last line of a cell.

    Raises
    ------
    ArgumentError
        If `train` is no such function.
    """
    return RetrainPanel(train)


class RetrainPanel:
    """What `retrain` makes. `wait()` waits for the running fit; `runs` are the finished ones, the newest last."""

    def __init__(self, train: Callable[..., Any]) -> None:
        self.runs: list[Run] = []
        self._train = train
        self._sliders = sliders(train)
        self._book = self._settings()
        self._lock = threading.RLock()  # callbacks come on several threads, reports on the worker's
        self._job: Job | None = None
        self._build()
        for slider in self._sliders.values():
            slider.observe(lambda _: self._request(_DELAY), "value")
        self._request()

    # ------------------------------------------------------------------------------------------------ the page

    def _build(self) -> None:
        buttons = (
            button("Retrain", "Train again with these settings", self._request),
            button("Stop", "Stop the running fit and keep its curves", self.stop),
            button("Book values", "Put the sliders back and train", self.reset),
        )
        self._bar = widgets.FloatProgress(min=0.0, max=1.0, layout=widgets.Layout(width="120px"))
        self._status, self._chart, self._templates, self._table = (widgets.HTML() for _ in range(4))
        self._view = column(
            [
                row(list(self._sliders.values())),
                row([*buttons, self._bar]),
                self._status,
                self._chart,
                self._templates,
                self._table,
            ]
        )

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        names = ", ".join(TITLES[name] for name in self._sliders)
        return bundle(self._view, f"A panel with sliders for {names}.", self._picture() if is_recording() else None)

    def _picture(self) -> Picture:
        self.wait()
        if not self.runs:
            raise _nothing_recorded()
        return plot_panel(self.runs[-1].history, self.runs[-1].weight, LABELS)

    def _settings(self) -> Settings:
        return {name: slider.value for name, slider in self._sliders.items()}

    # ------------------------------------------------------------------------------------------------- actions

    def stop(self) -> None:
        """Stop the running fit, keeping the epochs that it finished."""
        with self._lock:
            if self._job:
                self._job.cancel()

    def reset(self) -> None:
        """Put the sliders back to the function's defaults, and train."""
        for name, slider in self._sliders.items():
            slider.value = self._book[name]
        self._request()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the newest fit has ended; says whether it has."""
        return self._job.wait(timeout) if self._job else True

    def _request(self, delay: float = 0.0) -> None:
        with self._lock:
            run = Run(self._settings())
            self._job = Job(lambda job: self._fit(job, run))
            self._say(run, "starting")
            the_worker().submit(self._job, delay)

    # ------------------------------------------------------------------------------------- on the worker's thread

    def _fit(self, job: Job, run: Run) -> None:
        own = History()  # of a function that reports its epochs itself

        def report(what: Any) -> bool:
            if isinstance(what, Progress):
                run.num_epochs = what.num_epochs
                self._show(job, run, what.history, what.done, what.net)
            elif what is not None:
                epoch = _as_epoch(what)
                own.add(epoch)
                run.num_epochs = max(run.settings.get("num_epochs", 1), len(own))
                self._show(job, run, own, len(own), epoch)
            return not job.cancelled

        try:
            with watched(report):
                result = None if job.cancelled else self._train(**run.settings)
                if isinstance(result, Iterator):
                    for what in result:
                        if not report(what):
                            break
            if not len(run.history) and not job.cancelled:
                raise _nothing_reported("a function that ended without a report of its training")
        except BaseException as error:  # the reader's code may raise anything, and nobody else would show it
            with self._lock:
                if job is self._job:
                    self._say(run, _explain(error), is_error=True)
            return
        self._finish(job, run)

    def _show(self, job: Job, run: Run, history: History, done: float, source: Any) -> None:
        with self._lock:
            if job is not self._job:  # a newer fit waits: the page is already its own
                return
            self._bar.value = done / run.num_epochs
            if history != run.history:  # after each epoch, and where the function begins another fit
                run.history = copy.deepcopy(history)
                self._say(run, f"epoch {len(run.history)} of {run.num_epochs}")
                before = self.runs[-1].history if self.runs else None
                self._chart.value = curves_svg(run.history, run.num_epochs, before)
                run.weight = _template_weight(source)
                self._templates.value = "" if run.weight is None else templates_html(run.weight, LABELS)

    def _finish(self, job: Job, run: Run) -> None:
        with self._lock:
            run.history.stopped = job.cancelled
            if len(run.history):
                self.runs.append(run)
                self._table.value = runs_table(self.runs)
            if job is self._job:
                word = "stopped" if job.cancelled else "done"
                after = f" after {len(run.history)} of {run.num_epochs} epochs" if len(run.history) else ""
                self._say(run, word + after)
                self._bar.value = len(run.history) / run.num_epochs

    def _say(self, run: Run, state: str, is_error: bool = False) -> None:
        settings = ", ".join(f"{TITLES[k]} {v:.4g}" for k, v in run.settings.items())
        role = "alert" if is_error else "status"
        self._status.value = status_html(f"{settings}\n{state}", role, numbers_html(run))


def _as_epoch(what: Any) -> Epoch:
    """Take what a function yields: an Epoch, or a number that is its loss."""
    if isinstance(what, Epoch):
        for name in ("train_acc", "test_acc"):
            _check_fraction(name, getattr(what, name))
        return what
    try:
        if isinstance(what, str):
            raise TypeError
        return Epoch(float(what))
    except (TypeError, ValueError):  # no number, or an array of several
        got = f"an array of shape {what.shape}" if hasattr(what, "shape") else repr(what)
        raise _nothing_reported(f"a function that yields {got}") from None


def _check_fraction(name: str, value: Any) -> None:
    number = math.nan if value is None else float(value)
    if number < -_ROUNDING or number > 1 + _ROUNDING:
        raise TrainingError(
            "Cannot show the accuracy.",
            got=f"{name}={number}",
            expected="a fraction from 0 to 1",
            remedy="divide by 100" if number > 1 else "count the right predictions, and divide by that of all",
        )


def _template_weight(source: Any) -> Any:
    """Give the weights that look at the 784 pixels: an Epoch's, or a network's first; None if there are none."""
    if isinstance(source, Epoch):
        if source.weight is None:
            return None
        weight = to_numpy(source.weight)
        if weight.shape not in (_TEMPLATES, _TEMPLATES[::-1]):
            raise TrainingError(
                "Cannot show the weights as images.",
                got=f"a weight of shape {weight.shape}",
                expected=f"{_TEMPLATES} or {_TEMPLATES[::-1]}: a layer that looks at the pixels",
                remedy=f"yield Epoch(weight=W) with W of shape {_TEMPLATES[::-1]} or {_TEMPLATES}",
            )
        return weight.copy()  # the function may go on changing its array
    parameters = source.collect_params().values() if hasattr(source, "collect_params") else ()
    for parameter in parameters:
        if parameter.shape == _TEMPLATES:
            return parameter.data().asnumpy()
    return None


def _explain(error: BaseException) -> str:
    return explain(error) if isinstance(error, D2LHelpersError) else f"Your function raised {explain(error)}"


def _nothing_reported(got: str) -> TrainingError:
    return TrainingError(
        "There is nothing to show.",
        got=got,
        expected="one that calls helpers.train_ch3, yields from helpers.fit, or yields each epoch's loss",
        remedy="let it train with helpers.train_ch3(net, train_iter, test_iter, loss, num_epochs, trainer)",
    )


def _nothing_recorded() -> TrainingError:
    return TrainingError(
        "Cannot record the panel.",
        got="a function that fails with its own defaults",
        expected="a first fit that ends",
        remedy="call the function in a cell of its own, and mend what it then says",
    )
