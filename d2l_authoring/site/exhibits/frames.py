"""Compute what an exhibit shows at each position of its page's sliders, and pack it for the page.

Most of a chart stays as it is when a slider moves. So a frame is a list of pieces, and each different piece is stored
once: packed, the frames of an exhibit take a hundredth of their size.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from d2l_authoring.site.exhibits.states import Shown
from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibit import View
from d2l_helpers.panels.positions import Positions, described

__all__ = ["Axis", "Exhibited", "Frame", "axes", "frame", "frames", "pack", "unpack"]

_MOST = 3100  # frames of an exhibit; each takes a millisecond of the build, and 30 to 300 bytes of the page
_PIECE = re.compile(r"(?=<)")


class Frame(NamedTuple):
    """What an exhibit shows in one state: a sentence, and below it charts and images as HTML."""

    sentence: str
    markup: str


class Exhibited(Protocol):
    """What an exhibit and a panel that retrains have in common."""

    title: str

    @property
    def positions(self) -> list[Positions]:
        """The values that each control can have."""

    def view(self, **values: Any) -> View:
        """Return what is shown for these values, and the book's where none is given."""


@dataclass(frozen=True)
class Axis:
    """The positions of one control on the page."""

    control: Positions
    values: tuple[Any, ...]

    def at(self, values: Mapping[str, Any]) -> int:
        """Return the position for the values of a state."""
        return self.values.index(values.get(self.control.name, self.control.book))


def axes(shown: Shown, exhibit: Exhibited) -> list[Axis]:
    """Return the positions of each control on the page; a control with a single one has no slider there.

    Raises
    ------
    ArgumentError
        If `shown` has a position for no control or one that no control can have, or there are too many frames.
    """
    for name, values in shown.positions.items():
        for value in values:
            exhibit.view(**{name: value})
    made = [Axis(control, _values(shown, control)) for control in exhibit.positions]
    count = math.prod(len(axis.values) for axis in made)
    if count > _MOST:
        raise ArgumentError(
            f"The exhibit {shown.cell} of {shown.notebook} is too large for a page.",
            got=f"{count:,} positions of its sliders together",
            expected=f"at most {_MOST:,}",
            remedy="choose fewer positions in its table of states",
        )
    return made


def _values(shown: Shown, control: Positions) -> tuple[Any, ...]:
    chosen = {*shown.positions.get(control.name, control.values), control.book}
    chosen |= {state.values.get(control.name, control.book) for state in shown.states}
    return tuple(value for value in control.values if value in chosen) if control.is_choice else tuple(sorted(chosen))


def frames(exhibit: Exhibited, page: Sequence[Axis]) -> list[Frame]:
    """Return the frames of all positions; those of the last control follow each other."""
    names = [axis.control.name for axis in page]
    every = itertools.product(*(axis.values for axis in page))
    return [frame(exhibit, dict(zip(names, values, strict=True))) for values in every]


def frame(exhibit: Exhibited, values: Mapping[str, Any]) -> Frame:
    """Return what an exhibit shows in a state, which the charts' label names."""
    view = exhibit.view(**values)
    charts = view.charts
    label = f"{exhibit.title}; {described(exhibit.positions, values)}: {'; '.join(chart.title for chart in charts)}"
    return Frame(view.text, (charts_svg(charts, label) if charts else "") + view.html)


def pack(all_frames: Iterable[Frame]) -> str:
    """Return frames as a text for the page, which `unpack` and static/exhibit.js read."""
    numbers: dict[str, int] = {}
    packed = [
        [numbers.setdefault(piece, len(numbers)) for piece in (one.sentence, *_PIECE.split(one.markup))]
        for one in all_frames
    ]
    file = json.dumps({"pieces": list(numbers), "frames": packed}, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(file.encode(), 9)).decode()


def unpack(text: str) -> list[Frame]:
    """Return the frames that `pack` packed."""
    file = json.loads(zlib.decompress(base64.b64decode(text)))
    pieces = file["pieces"]
    return [Frame(pieces[first], "".join(pieces[number] for number in rest)) for first, *rest in file["frames"]]
