"""Colours and dashes that all pictures share; they stay apart in grey print and for colour-blind eyes."""

from __future__ import annotations

__all__ = ["FONT_SIZE", "SERIES", "Stroke", "stroke"]

from typing import NamedTuple

FONT_SIZE = 9


class Stroke(NamedTuple):
    """How one series is drawn: its colour, its dashes in points, its marker."""

    colour: str
    dashes: tuple[float, ...]
    marker: str


# Okabe and Ito's colours, in the order of their contrast on white.
_STROKES = (
    Stroke("#0072B2", (), "o"),
    Stroke("#D55E00", (5, 2), "s"),
    Stroke("#009E73", (1.5, 1.5), "^"),
    Stroke("#CC79A7", (6, 2, 1.5, 2), "D"),
    Stroke("#E69F00", (8, 3), "v"),
    Stroke("#56B4E9", (3, 1, 1, 1, 1, 1), "P"),
)

SERIES = {"train": _STROKES[0], "test": _STROKES[1]}


def stroke(index: int) -> Stroke:
    """Return the stroke of the n-th of several series; after six they repeat."""
    return _STROKES[index % len(_STROKES)]
