"""Show how far a training run is, in a notebook and in a terminal."""

from __future__ import annotations

import html
import sys
from typing import Any

from tqdm import tqdm

from d2l_helpers.messages import shell

__all__ = ["progress_bar"]


def progress_bar(num_epochs: int, silent: bool) -> Any:
    """Return a bar of tqdm's that disappears at the end; `silent` shows none."""
    stream = _Output() if hasattr(shell(), "kernel") else sys.stderr
    return tqdm(
        total=num_epochs,
        leave=False,
        file=stream,
        ncols=60,
        bar_format="{l_bar}{bar}| {remaining}",
        disable=silent,
    )


class _Output:
    """A stream whose newest line is an output of the cell.

    tqdm's own bar for notebooks is a widget that it closes at the end. In the place of a closed widget, Voila and every
    page that opens the saved notebook show "Error displaying widget: model not found".
    """

    encoding = "utf-8"  # or tqdm would draw with ASCII characters

    def __init__(self) -> None:
        self._handle: Any = None

    def write(self, text: str) -> None:
        from IPython.display import display

        line = text.strip("\r\n ")
        shown = {"text/html": f"<code>{html.escape(line)}</code>" if line else "", "text/plain": line}
        if self._handle:
            self._handle.update(shown, raw=True)
        elif line:
            self._handle = display(shown, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """Do nothing: each line is shown at once."""
