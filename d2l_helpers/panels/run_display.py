"""What a panel shows of its runs: a progress bar, the state in words, curves and templates, prints, and past runs."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence

from d2l_helpers.data import LABELS
from d2l_helpers.figures import curves_svg, templates_html
from d2l_helpers.panels.layout import status_html
from d2l_helpers.panels.output import Printed
from d2l_helpers.panels.toolkit import widgets
from d2l_helpers.panels.training_run import TrainingRun, numbers_html, runs_table

__all__ = ["RUNNING", "STARTING", "RunDisplay"]

STARTING, RUNNING = "starting", "running"


class RunDisplay:
    """The widgets that show one run at a time, and those that ended before it in a table.

    Its user holds a lock: it is called from several threads.

    Attributes
    ----------
    bar, status, drawing, printed, table : widgets.Widget
        The progress bar, and texts in the order of the page.
    run : TrainingRun
        As it was when it was last drawn.
    drawn_at : float
        When that was, by `time.monotonic`.
    state : str
        The state as it is shown.
    note : str
        What is added to the state until the first epoch.
    """

    def __init__(self) -> None:
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout=widgets.Layout(width="120px"))
        self.status, self.drawing, self.printed, self.table = (widgets.HTML() for _ in range(4))
        self.run, self.drawn_at = TrainingRun({}), 0.0
        self.state, self.note = "", ""
        self._lines_before = 0  # printed by the previous run

    def begin(self, run: TrainingRun) -> None:
        """Show that a run starts; the curves of the one before it stay until its first epoch."""
        self.run, self.drawn_at, self.note = copy.copy(run), time.monotonic(), ""
        self.show(STARTING)
        self.bar.value = 0.0  # a full bar would look like the end of this fit
        self.printed.value = Printed().html(self._lines_before)

    def show(self, state: str, is_error: bool = False) -> None:
        """Show the state of the run, with its newest numbers."""
        self.state = state
        more = self.note if state in (STARTING, RUNNING) else ""
        role = "alert" if is_error else "status"
        # After a line of code, the numbers would look like a part of that line
        numbers = "" if is_error else numbers_html(self.run)
        self.status.value = status_html(f"{self.run.described}\n{state}{more}", role, numbers)

    def draw(self, run: TrainingRun, before: Sequence[TrainingRun], state: str) -> None:
        """Draw a run that goes on, beside the last of those before it, and show its state if it has a new epoch."""
        self._draw(run, before, state, False, False)

    def end(self, run: TrainingRun, before: Sequence[TrainingRun], state: str, is_error: bool) -> None:
        """Draw a run that has ended, and show its state."""
        self._lines_before = len(run.printed)
        self._draw(run, before, state, is_error, True)

    def list_runs(self, runs: list[TrainingRun]) -> None:
        """Show past runs in the table."""
        self.table.value = runs_table(runs)

    def _draw(
        self, run: TrainingRun, before: Sequence[TrainingRun], state: str, is_error: bool, has_ended: bool
    ) -> None:
        is_new = len(run.history) > 0 and run.history is not self.run.history
        self.run, self.drawn_at = run, time.monotonic()
        drawing = self.drawing.value
        if is_new:
            drawing = curves_svg(run.history, run.num_epochs, before[-1].history if before else None)
            drawing += "" if run.weight is None else templates_html(run.weight, LABELS)
        # All is drawn by now, so that the page does not show an epoch's curves beside the text of another one
        if is_new or has_ended:
            self.show(state, is_error)
        self.bar.value = run.done / run.num_epochs
        self.drawing.value = drawing
        # Keep the height of the last fit: otherwise the text below would jump at every fit
        self.printed.value = run.printed.html(0 if has_ended else self._lines_before)
