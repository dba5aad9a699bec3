"""A figure with its alt text, as a notebook displays it."""

from __future__ import annotations

import base64
import copy
import io
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

__all__ = ["Picture"]

_SCREEN_DPI = 96
_SHARPNESS = 1.5  # pixels of the file for each pixel of the page; 2 would double the notebook's size for little


@dataclass(frozen=True)
class Picture:
    """What a plotting function gives back.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        For those who want to change it; made without pyplot, so nothing has to be closed.
    alt : str
        What is to be seen, in words, for readers who do not see it. It carries no measured number: those are
        recorded beside the picture, where they are checked.
    """

    figure: Figure
    alt: str

    def png(self) -> bytes:
        """Draw it as a PNG file with 256 colours of its own; the same bytes each time."""
        drawn, stream = io.BytesIO(), io.BytesIO()
        # Drawing lays a figure out anew, a little differently each time
        copy.deepcopy(self.figure).savefig(drawn, format="png", dpi=_SCREEN_DPI * _SHARPNESS, facecolor="white")
        # More colours are not seen, and make the file more than twice as long
        colours = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        colours.save(stream, format="png", optimize=True)
        return stream.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        width, height = (round(inches * _SCREEN_DPI) for inches in self.figure.get_size_inches())
        data = {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.alt}
        return data, {"image/png": {"width": width, "height": height}}

    def __repr__(self) -> str:
        return self.alt
