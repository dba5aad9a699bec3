"""A panel that retrains the reader's own function while its sliders move."""

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from d2l_helpers.data import LABELS
from d2l_helpers.figures import Picture, plot_panel
from d2l_helpers.panels.controls import tidy
from d2l_helpers.panels.epochs import as_epoch, nothing_to_record, template_weight
from d2l_helpers.panels.exhibit import View
from d2l_helpers.panels.late_note import late_note
from d2l_helpers.panels.layout import Shown, bundle, button, column, row
from d2l_helpers.panels.pace import Pace
from d2l_helpers.panels.positions import Positions, checked_values, positions
from d2l_helpers.panels.readers_function import run_function
from d2l_helpers.panels.run_display import RUNNING, STARTING, RunDisplay
from d2l_helpers.panels.settings import Settings, single_choices, sliders, title_of
from d2l_helpers.panels.toolkit import widgets
from d2l_helpers.panels.training_run import TrainingRun, view_of
from d2l_helpers.panels.training_thread import REMEDY, Job
from d2l_helpers.panels.waiting_cells import (
    handle_clicks_during_cells,
    the_training_thread,
    wait_for_the_fit,
    wait_where_no_page_follows,
)
from d2l_helpers.records import is_recording
from d2l_helpers.training.history import FitProgress, History

__all__ = ["RetrainPanel", "retrain"]

_REST = 0.05  # seconds; of a slider that is dragged, the first position and the one where it rests are trained
# Seconds between two drawings, and from the last one to a fit's first; with 0.1 throughout, a fit of ten epochs would
# take a fifth longer, because drawings and page need the training's cores
_PAUSE, _FIRST_PAUSE = 0.3, 0.1
_LONG = 0.3  # seconds without an epoch, after which the bar moves by itself; earlier, it would delay the first curve
_WITHOUT = "This is one run, at the defaults of {0}. To train with others, change the defaults and call retrain again."


def retrain(train: Callable[..., Any], /, **ranges: Any) -> RetrainPanel:
    """Show sliders that retrain a network with the reader's own function.

    Parameters
    ----------
    train : callable
        Each parameter becomes a control, which starts at the parameter's default: a number becomes a slider, a bool a
        check box, a choice a slider over the choices. A choice is a known string such as ``"relu"``, a member of an
        Enum, or a parameter that a Literal annotates. Any other parameter, such as one with the default None, has no
        control. The function calls `train_ch3`, yields from `fit`, or yields the loss or an `Epoch` after each epoch of
        a loop of its own. Stop ends the function at any line; in a long loop, a ``yield`` without a value is a better
        place for that. The panel shows what the function prints. After a change, run the function's cell and the
        panel's cell again.
    **ranges : tuple or list
        The range of a parameter's control: ``width=(8, 512)`` is a range, ``width=(8, 512, 8)`` one in steps of 8, and
        ``activation=["relu", "tanh"]`` are choices. The range contains the parameter's default.

    Returns
    -------
    RetrainPanel
        Displays itself as the last line of a cell.

    Raises
    ------
    ArgumentError
        If a panel cannot be made for `train`, or a range does not fit its parameter.
    """
    return RetrainPanel(train, ranges)


class RetrainPanel(Shown):
    """The panel that `retrain` returns.

    Attributes
    ----------
    runs : list of TrainingRun
        The fits that have ended, the newest last.
    """

    title = "Training"

    def __init__(self, train: Callable[..., Any], ranges: dict[str, Any] | None = None) -> None:
        self.runs: list[TrainingRun] = []
        self._train, self._name = train, getattr(train, "__name__", "train")
        self._sliders = sliders(train, ranges)
        self._book = {name: slider.value for name, slider in self._sliders.items()}
        self._lock = threading.RLock()  # callbacks may run on several threads, reports on the training thread
        self._job: Job | None = None
        self._run, self._display = TrainingRun({}), RunDisplay()  # the newest run, and what the page shows of it
        self._has_ended = True
        self._is_waiting = False  # whether each fit runs while the page waits
        self._moved = -math.inf  # when a slider last moved
        self._pace = Pace(self._draw)
        self._build()
        for slider in self._sliders.values():
            slider.observe(lambda _: self._move(), "value")
        self._request()

    # ------------------------------------------------------------------------------------------------ the page

    def _build(self) -> None:
        buttons = (
            button("Retrain", "Train again with these settings", self._request),
            button("Stop", "Stop the running fit and keep its curves", self.stop),
            button("Book values", "Put the sliders back to their first values and train", self.reset),
        )
        handle_clicks_during_cells(buttons[1])
        shown = self._display
        texts = [shown.status, shown.drawing, shown.printed, shown.table]
        hints = [widgets.HTML(hint) for hint in single_choices(self._sliders, self._name)]
        parts = [row(list(self._sliders.values())), *hints, row([*buttons, shown.bar]), *texts]
        self._view = column([*parts, late_note(self._begin_to_wait)])

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        names = ", ".join(title_of(name) for name in self._sliders)
        picture = self._picture() if is_recording() else None
        if not picture:
            wait_where_no_page_follows()
        return bundle(self._view, f"A panel with sliders for {names}.", picture, _WITHOUT.format(self._name))

    def _picture(self) -> Picture:
        self.wait()
        if not self.runs:
            raise nothing_to_record()
        return plot_panel(self.runs[-1].history, self.runs[-1].weight, LABELS)

    def _settings(self) -> Settings:
        values = {name: slider.value for name, slider in self._sliders.items()}
        return {name: value if value == self._book[name] else tidy(value) for name, value in values.items()}

    # ------------------------------------------------------------------------------------------------- actions

    def stop(self) -> None:
        """Stop the running fit, keeping the epochs that it finished."""
        with self._lock:
            if self._job:
                self._job.cancel()
            if self._display.state in (STARTING, RUNNING):
                self._display.show("stopping")

    def reset(self) -> None:
        """Put the sliders back to the function's defaults, and train."""
        self._request_at(self._book)

    @cached_property
    def positions(self) -> list[Positions]:
        """The values that each slider can have."""
        return [positions(name, slider, self._book[name]) for name, slider in self._sliders.items()]

    def view(self, **values: Any) -> View:
        """Train with these values, and the defaults of the others, until the end; return what is then shown.

        Raises
        ------
        ArgumentError, TrainingError
            If a value is for no slider, or its slider cannot have it; if the function raises an error.
        """
        self._request_at(checked_values(self.title, self.positions, values))
        self.wait()
        return view_of(self._run)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the newest fit has ended; return whether it has."""
        return self._job.wait(timeout) if self._job else True

    def _request_at(self, values: Settings) -> None:
        is_waiting, self._is_waiting = self._is_waiting, False  # the fits of the first sliders would be waited for
        self._moved = time.monotonic()  # and none of them begins at once
        for name, value in values.items():
            self._sliders[name].value = value
        self._is_waiting = is_waiting
        self._request()

    def _move(self) -> None:
        before, self._moved = self._moved, time.monotonic()
        self._request(_REST if self._moved - before < _REST else 0.0)

    def _request(self, delay: float = 0.0) -> None:
        with self._lock:
            run = TrainingRun(self._settings())
            job = Job(lambda job: self._fit(job, run), lambda place: self._show_stuck(job, place))
            self._job, self._run, self._has_ended = job, run, False
            self._display.begin(run)
            the_training_thread().submit(job, delay)
        if self._is_waiting:
            wait_for_the_fit()

    def _begin_to_wait(self) -> None:
        """Wait in each handler from now on, since this page shows only what a handler sends."""
        self._is_waiting = True
        for slider in self._sliders.values():
            slider.continuous_update = False  # a check box has no such setting, and ignores it
        self._request()

    # ------------------------------------------------------------------------------------- on the training thread

    def _fit(self, job: Job, run: TrainingRun) -> None:
        own = History()  # of a function with its own loop

        def report(what: Any) -> bool:
            return job.shield(lambda: self._report(job, run, own, what))

        def write(text: str) -> None:
            job.shield(lambda: self._write(run, text))

        with self._lock:
            if job is self._job and not job.cancelled:
                self._display.show(RUNNING)
        problem = "" if job.cancelled else run_function(job, run, self._train, report, write)
        with self._lock:
            self._finish(job, run, "" if job.is_forced else problem)

    def _report(self, job: Job, run: TrainingRun, own: History, what: Any) -> bool:
        if isinstance(what, FitProgress):
            self._keep(run, what.history, what.net, what.num_epochs, what.done)
        elif what is not None:
            epoch = as_epoch(what)
            own.add(epoch)
            self._keep(run, own, epoch, max(run.settings.get("num_epochs", 1), len(own)), len(own))
        return not job.cancelled

    def _keep(self, run: TrainingRun, history: History, source: Any, num_epochs: int, done: float) -> None:
        """Copy what is to be drawn, without the lock: the training does not wait for a drawing."""
        run.num_epochs, run.done = num_epochs, done
        is_new = history != run.history  # after each epoch, and where the function begins another fit
        if is_new:
            run.weight = template_weight(source)  # now, because only this thread calls MXNet
            run.history = copy.deepcopy(history)
        if is_new or time.monotonic() - self._display.drawn_at > _LONG:
            self._request_drawing()

    def _write(self, run: TrainingRun, text: str) -> None:
        run.printed.write(text)
        self._request_drawing()

    def _request_drawing(self) -> None:
        self._pace.request(_PAUSE if len(self._display.run.history) else _FIRST_PAUSE)

    def _finish(self, job: Job, run: TrainingRun, problem: str) -> None:
        where = f" in {job.place}" if job.place else ""
        if job is self._job:
            after = f" after {len(run.history)} of {run.num_epochs} epochs" if len(run.history) else ""
            self._has_ended, run.done = True, len(run.history)
            ended = f"{'stopped' if job.cancelled else 'done'}{after}{where}"
            self._display.end(run, self.runs, problem or ended, bool(problem))  # whenever the state before was drawn
        elif where:
            self._display.note = f"; the previous fit was stopped{where}"
            self._display.show(self._display.state)
        if len(run.history) and not problem:
            run.history.stopped = job.cancelled
            self.runs.append(run)
            self._display.list_runs(self.runs)

    def _show_stuck(self, job: Job, place: str) -> None:
        """Show that the code cannot be ended, or that this fit waits for code that cannot."""
        with self._lock:
            if job is not self._job or self._has_ended or not the_training_thread().stuck:
                return
            what = "cannot be stopped" if job.is_stuck else "cannot start: the previous fit cannot be stopped"
            self._display.show(f"{what}: {place}\n{REMEDY}" if place else f"{what}\n{REMEDY}", is_error=True)

    def _draw(self) -> None:
        """Draw the newest fit as far as it has come, on the pace's thread; what has ended was drawn at its end."""
        with self._lock:
            if not self._has_ended and self._job and not self._job.cancelled:
                run = copy.copy(self._run)  # while this is drawn, the training goes on
                self._display.draw(run, self.runs, f"epoch {len(run.history)} of {run.num_epochs}")
