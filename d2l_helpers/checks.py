"""`check` as readers call it: with a button for the next hint where a page shows one.

A module of its own, so that a check outside a notebook, as in the grader's sandbox, does not import ipywidgets.
"""

from __future__ import annotations

import sys
from typing import Any

from d2l_helpers import exercises
from d2l_helpers.records import is_recording

__all__ = ["check"]


def check(name: str, answer: Any) -> None:
    """Check an answer to an exercise and show how it fares; unless it is right, with a button for the next hint.

    Parameters
    ----------
    name : str
        The exercise, as in ``check("stable_softmax", stable_softmax)``.
    answer : object
        The function itself, or the number or letter.

    Raises
    ------
    ArgumentError
        If there is no such exercise.
    """
    if _has_buttons():
        from d2l_helpers.panels.hints import show_with_button

        exercises.check(name, answer, show_with_button)
    else:
        exercises.check(name, answer)


def _has_buttons() -> bool:
    """Tell whether a page may listen: not where notebooks are recorded, and not outside a notebook's kernel."""
    if "IPython" not in sys.modules or is_recording():
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
