"""A cell waits until the running fit has ended, and says so.

Two fits at once would draw from the same random number generators, and the numbers of the cell would no longer be those
that its seed promises.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from d2l_helpers.panels.capture import refuse_input
from d2l_helpers.panels.live import REMEDY
from d2l_helpers.records import is_recording

if TYPE_CHECKING:
    from d2l_helpers.panels.live import Worker

__all__ = ["hear_beside_cells", "wait_before_each_cell"]

_SILENT = 0.5  # seconds of waiting that need no word
_WAITING = (
    "This cell waits until the running fit of a panel has ended. To end the fit now, press Stop in its panel; "
    "if the panel does not answer, interrupt the kernel (■)."
)


def wait_before_each_cell(shell: Any, worker: Worker) -> None:
    """Make each cell of `shell` wait for the running fit; interrupting the kernel ends the fit instead.

    Notes
    -----
    A fit that cannot be ended is not waited for, and the cell's output says so.
    """

    def wait(*_: object) -> None:
        refuse_input()  # by now the kernel has put its own `input` in place, which would ask below this cell
        try:
            if worker.settle(_SILENT):
                return
            _wait_aloud(worker)
        except KeyboardInterrupt:
            worker.cancel()
            with suppress(KeyboardInterrupt):  # a second one: then the cell waits no longer
                worker.settle()
        if stuck := worker.stuck:
            place = stuck.place or "a panel's fit"
            beside = "Until then cells run beside it, and may draw other random numbers."
            print(f"Cannot stop {place}\n{REMEDY}\n{beside}", file=sys.stderr, flush=True)

    shell.events.register("pre_run_cell", wait)


def hear_beside_cells(button: Any) -> None:
    """Let a button be heard while a cell runs or waits, where the page and the kernel can do so.

    Notes
    -----
    JupyterLab sends clicks to a thread beside that of the cells, a subshell. ipykernel 7.4 sends them on to the thread
    from which the button last spoke, which is the cells'; here the page's choice stays. Other kernels know nothing of
    both, and a click waits for the cell.
    """
    if hasattr(button.comm, "_reply_subshell_for"):
        button.comm._reply_subshell_for = lambda data, subshell: subshell


def _wait_aloud(worker: Worker) -> None:
    from IPython.display import HTML, clear_output, display

    is_quiet = is_recording() or worker.stuck  # nothing of the waiting may stay in a recorded notebook
    if not is_quiet:
        display(HTML(f'<div role="status">{_WAITING}</div>'))  # type: ignore[no-untyped-call]
    try:
        worker.settle()
    finally:
        if not is_quiet:
            clear_output()  # type: ignore[no-untyped-call]  # of this cell, which has shown nothing else yet
