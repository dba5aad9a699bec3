"""Say how the book shows an exhibit: its three states, and where the sliders of its page can stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from d2l_helpers.panels.exhibit import Exhibit

__all__ = ["Shown", "State"]


@dataclass(frozen=True)
class State:
    """One of the three states of an exhibit.

    Attributes
    ----------
    title : str
        The state in a few words; on a page with sliders, the text of a button.
    values : mapping
        The values of the controls that differ from the book's.
    seen : str
        What one sees. It contains no measured number, because nothing would check it.
    """

    title: str
    values: Mapping[str, Any]
    seen: str


@dataclass(frozen=True)
class Shown:
    """How the book shows one exhibit.

    Attributes
    ----------
    notebook, cell : str
        The notebook's name and the id of the exhibit's code cell.
    question : str
        The id of the cell that asks the questions which the exhibit answers.
    states : tuple of State
        Three.
    asks : tuple of int
        For each state, the index of its question; see `asked`.
    make : callable, optional
        Makes the exhibit while the book is built, for a page with sliders. An exhibit without it needs the notebook's
        own kernel, so its three states are recorded.
    positions : mapping
        For a control's name, the values that it has on the page; the book's and those of the states are added. A
        control with one value is left out there. A control that is not here has all values that it has in the notebook.
    """

    notebook: str
    cell: str
    question: str
    states: tuple[State, State, State]
    asks: tuple[int, int, int] = (0, 1, 2)
    make: Callable[[], Exhibit] | None = None
    positions: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
