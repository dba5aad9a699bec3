"""Find out what the page can do, without importing ipywidgets, which takes a third of a second."""

from __future__ import annotations

import os
import re
import time
from typing import Any

from d2l_helpers.messages import shell
from d2l_helpers.records import is_recording

__all__ = ["expect_a_page", "has_page", "is_run_by_a_program", "kernel", "runs_at_once", "why_no_page"]

_AT_ONCE = 5.0  # seconds in which a page without the widgets' extension refuses a widget
# By jupyter_client, which numbers its messages: of jupyter console, papermill and nbconvert; pages send random names
_NUMBERED = re.compile(r".+_\d+_\d+")

_refusals: list[str] = []


def has_page() -> bool:
    """Return whether a page can react to buttons: only in a notebook's kernel, and not where notebooks are recorded."""
    return not is_recording() and not why_no_page()


def why_no_page() -> str:
    """Return why there is no page that can show controls, as a sentence; an empty text if there may be one."""
    if kernel() is None:
        return "A terminal has no controls; JupyterLab has them."
    from d2l_helpers.panels.toolkit import MISSING  # imported here, because it imports ipywidgets

    if MISSING:
        return (
            f"There are no controls, because Python cannot import ipywidgets ({MISSING}). "
            "To get them, run %pip install ipywidgets and restart the kernel."
        )
    return _refusals[0] if _refusals else ""


def expect_a_page(view: Any) -> None:
    """Notice it if the page refuses a widget that it is to show.

    Notes
    -----
    JupyterLab closes the connection of a widget at once if the extension of ipywidgets is not installed beside it. A
    connection that is closed later has been used. Colab, which shows all the widgets of this package, is believed.
    """
    shown = time.monotonic()

    def refused(_: object) -> None:
        if time.monotonic() - shown < _AT_ONCE:
            _refusals.append(
                "This page shows no controls, because it lacks the extension of ipywidgets. "
                "Where JupyterLab is installed, install jupyterlab_widgets; then restart JupyterLab and the kernel."
            )

    comm = getattr(view, "comm", None)
    if comm is not None and "COLAB_RELEASE_TAG" not in os.environ:
        comm.on_close(refused)


def is_run_by_a_program() -> bool:
    """Return whether a program has sent the running cell, which takes the output as it is when the cell ends."""
    ask = getattr(kernel(), "get_parent", None)
    header = ask("shell").get("header", {}) if ask else {}
    return bool(_NUMBERED.fullmatch(header.get("msg_id", ""))) and not runs_at_once()


def kernel() -> Any:
    """Return the kernel that runs this process's cells; None outside a notebook."""
    return getattr(shell(), "kernel", None)


def runs_at_once() -> bool:
    """Return whether the page is Voila's, which runs all cells before a reader sees it, and none again."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")
