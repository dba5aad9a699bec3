"""Start the process's training thread, and make each cell wait until the running fit has ended.

Two fits at once would use the same random generators, so that a cell's numbers would no longer follow from its seed.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from typing import Any

from d2l_helpers.messages import shell
from d2l_helpers.panels.output import refuse_kernel_input
from d2l_helpers.panels.page import has_page, is_run_by_a_program
from d2l_helpers.panels.training_thread import REMEDY, TrainingThread
from d2l_helpers.records import is_recording

__all__ = ["handle_clicks_during_cells", "the_training_thread", "wait_for_the_fit", "wait_where_no_page_follows"]

_LONGEST = 60.0  # seconds that a program waits for a fit which may never end
_SILENT = 0.5  # seconds that a cell waits without a message
_WAITING = (
    "This cell waits until the running fit of a panel has ended. To end the fit now, press Stop in its panel; "
    "if the panel does not answer, interrupt the kernel (■)."
)


@cache
def the_training_thread() -> TrainingThread:
    """Return the process's training thread, started by the first call; from then on, cells wait for its fits."""
    thread, running = TrainingThread(), shell()
    if running is not None:
        _wait_before_each_cell(running, thread)
        refuse_kernel_input(getattr(running, "kernel", None))
    return thread


def wait_for_the_fit(timeout: float = float("inf")) -> None:
    """Wait until the newest fit has ended; an interrupt of the kernel ends the fit.

    Notes
    -----
    A fit that cannot be ended is not waited for.
    """
    thread = the_training_thread()
    try:
        thread.settle(timeout)
    except KeyboardInterrupt:
        thread.cancel()
        with suppress(KeyboardInterrupt):  # after a second interrupt, do not wait any longer
            thread.settle()


def wait_where_no_page_follows() -> None:
    """Wait for the fit that a cell has started if its output will not change after the cell."""
    if not has_page():
        wait_for_the_fit()
    elif is_run_by_a_program():
        wait_for_the_fit(_LONGEST)


def handle_clicks_during_cells(button: Any) -> None:
    """Handle a button's clicks also while a cell runs or waits, where the page and the kernel support this.

    Notes
    -----
    JupyterLab sends clicks to a thread beside that of the cells, a subshell. ipykernel 7.4 moves them to the thread
    from which the button last sent a message, which is that of the cells; here the page's choice stays. Other kernels
    have no subshells, and a click waits for the cell.
    """
    if hasattr(button.comm, "_reply_subshell_for"):
        button.comm._reply_subshell_for = lambda data, subshell: subshell


def _wait_before_each_cell(shell: Any, thread: TrainingThread) -> None:
    """Make each cell of `shell` wait for the running fit; interrupting the kernel ends the fit instead.

    Notes
    -----
    A fit that cannot be ended is not waited for, and the cell's output says so.
    """

    def wait(*_: object) -> None:
        try:
            if thread.settle(_SILENT):
                return
            _wait_with_message(thread)
        except KeyboardInterrupt:
            thread.cancel()
            with suppress(KeyboardInterrupt):  # after a second interrupt, the cell no longer waits
                thread.settle()
        if stuck := thread.stuck:
            place = stuck.place or "a panel's fit"
            beside = "Until that code ends, cells run at the same time and may draw other random numbers."
            print(f"Cannot stop {place}\n{REMEDY}\n{beside}", file=sys.stderr, flush=True)

    shell.events.register("pre_run_cell", wait)


def _wait_with_message(thread: TrainingThread) -> None:
    from IPython.display import HTML, clear_output, display

    is_quiet = is_recording() or thread.stuck  # a recorded notebook must not keep the message
    if not is_quiet:
        display(HTML(f'<div role="status">{_WAITING}</div>'))  # type: ignore[no-untyped-call]
    try:
        thread.settle()
    finally:
        if not is_quiet:
            clear_output()  # type: ignore[no-untyped-call]  # this cell has shown nothing but the message yet
