"""A figure with its alt text, as a notebook displays it."""

from __future__ import annotations

import base64
import copy
import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from matplotlib.figure import Figure
from PIL import Image

__all__ = ["Picture"]

_SCREEN_DPI = 96
_SHARPNESS = 1.5  # pixels of the file for each pixel of the page; 2 would double the notebook's size for little
# Light becomes dark, and colours keep their hue. See charts_svg: the page's theme decides
_TURN = "<style>@media (prefers-color-scheme:dark){image{filter:invert(.93) hue-rotate(180deg)}}</style>"
_KEPT = "/:;,=+ ()@.{}'"  # what an address may hold inside double quotes


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
    markup : callable, optional
        Draws the same as HTML whose images have alt texts, for pages; the PNG file as one image, if not given.
    is_chart : bool
        Whether a dark page may turn light into dark; not where "the darker, the more" is said.
    """

    figure: Figure
    alt: str
    markup: Callable[[], str] | None = None
    is_chart: bool = True

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
        png = base64.b64encode(self.png()).decode()
        # Of an image/png, no page shows an alt text; of text/html, GitHub shows no image
        shown = self.markup() if self.markup else self._card(png)
        return {"text/html": shown, "image/png": png, "text/plain": self.alt}, {"image/png": self._size}

    @property
    def _size(self) -> dict[str, int]:
        """Width and height in pixels of the page."""
        width, height = self.figure.get_size_inches()
        return {"width": round(width * _SCREEN_DPI), "height": round(height * _SCREEN_DPI)}

    def _card(self, png: str) -> str:
        """Put the PNG file on a light card, which a chart leaves where the page is dark."""
        width, height = self._size.values()
        shape = f'width="{width}" height="{height}"'
        source = f"data:image/png;base64,{png}"
        if self.is_chart:
            file = f'<svg xmlns="http://www.w3.org/2000/svg" {shape}>{_TURN}<image href="{source}" {shape}/></svg>'
            source = "data:image/svg+xml," + quote(file, safe=_KEPT)
        look = "max-width:100%;height:auto;border-radius:6px"
        return f'<img src="{source}" alt="{html.escape(self.alt)}" {shape} style="{look}"/>'

    def __repr__(self) -> str:
        return self.alt
