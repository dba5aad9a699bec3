"""Find out what the page can do, without importing ipywidgets, which takes a third of a second."""

from __future__ import annotations

import os
import sys

from d2l_helpers.records import is_recording

__all__ = ["has_page", "runs_at_once"]


def has_page() -> bool:
    """Return whether a page can react to buttons: only in a notebook's kernel, and not where notebooks are recorded."""
    if "IPython" not in sys.modules or is_recording():
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def runs_at_once() -> bool:
    """Return whether the page is Voila's, which runs all cells before a reader sees it, and none again."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")
