"""A promise in numbers: what was measured, and the bound that it is to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

__all__ = ["Promise", "promise_table"]


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes
    ----------
    name : str
        What was measured.
    measured, bound : float
        How much, and how much at most; or at least, if `at_least`.
    unit : str
        Of both.
    """

    name: str
    measured: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether it was kept."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def promise_table(promises: Sequence[Promise]) -> Table:
    """Show promises beside what was measured."""
    table = Table("", "measured", "bound", "", title="Figures")
    for promise in promises:
        sign = "≥" if promise.at_least else "≤"
        bound = f"{sign} {promise.bound:g} {promise.unit}"
        verdict = "kept" if promise.kept else "MISSED"
        table.add_row(promise.name, f"{promise.measured:.3g} {promise.unit}", bound, verdict)
    return table
