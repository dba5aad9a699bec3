"""Bounds that the project's figures must keep, beside what was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

__all__ = ["Figure", "figure_table"]


@dataclass(frozen=True)
class Figure:
    """One measured figure and its bound.

    Attributes
    ----------
    name : str
        What was measured; the history's column is named after it, so a name should stay.
    measured, bound : float
        The measured value, and the largest one allowed; or the smallest, if `at_least`.
    unit : str
        Of both.
    """

    name: str
    measured: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def key(self) -> str:
        """The name of the history's column: lower case, with underscores."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")

    @property
    def kept(self) -> bool:
        """Whether the measured value keeps the bound."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def figure_table(figures: Sequence[Figure]) -> Table:
    """Return a table of the figures beside their bounds."""
    table = Table("", "measured", "bound", "", title="Figures")
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        bound = f"{sign} {figure.bound:g} {figure.unit}"
        verdict = "kept" if figure.kept else "MISSED"
        table.add_row(figure.name, f"{figure.measured:.3g} {figure.unit}", bound, verdict)
    return table
