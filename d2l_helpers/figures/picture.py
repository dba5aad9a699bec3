"""A matplotlib figure with its alt text, as a notebook displays it."""

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

__all__ = ["FONT_SIZE", "VS_CODE_THEME", "Picture"]

FONT_SIZE = 9  # points, of the text in all figures

_SCREEN_DPI = 96
_SHARPNESS = 1.5  # pixels of the file for each pixel of the page; 2 would double the notebook's size for little
# Light becomes dark, and colours keep their hue. The page's theme decides, as for svg_images
_TURN = "<style>@media (prefers-color-scheme:dark){image{filter:invert(.93) hue-rotate(180deg)}}</style>"
# VS Code tells the page its theme by a class; without these rules, its pictures would have the system's theme
VS_CODE_THEME = (
    "<style>.vscode-dark img,.vscode-high-contrast img{color-scheme:dark}"
    ".vscode-light img,.vscode-high-contrast-light img{color-scheme:light}</style>"
)
_KEPT = "/:;,=+ ()@.{}'"  # what an address may hold inside double quotes


@dataclass(frozen=True)
class Picture:
    """The result of a plotting function; displays itself as the last line of a cell.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The figure, which may be changed; made without pyplot, so it need not be closed.
    alt : str
        What the figure shows, for readers who do not see it. It contains no measured number: those are recorded
        beside the picture, where they are checked.
    markup : callable, optional
        Returns the same as HTML whose images have alt texts; by default, the HTML is the PNG file as one image.
    is_chart : bool
        Whether a dark page may turn light into dark; not where darker means more.
    """

    figure: Figure
    alt: str
    markup: Callable[[], str] | None = None
    is_chart: bool = True

    def png(self) -> bytes:
        """Return the figure as a PNG file with 256 colours; the bytes are the same each time."""
        drawn, stream = io.BytesIO(), io.BytesIO()
        # A copy, because drawing a figure again lays it out a little differently
        copy.deepcopy(self.figure).savefig(drawn, format="png", dpi=_SCREEN_DPI * _SHARPNESS, facecolor="white")
        # More colours make no visible difference, and the file more than twice as long
        colours = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        colours.save(stream, format="png", optimize=True)
        return stream.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        png = base64.b64encode(self.png()).decode()
        # No page shows an alt text for image/png, and GitHub shows no images of text/html
        shown = self.markup() if self.markup else self._card(png)
        return {"text/html": VS_CODE_THEME + shown, "image/png": png, "text/plain": self.alt}, {"image/png": self._size}

    @property
    def _size(self) -> dict[str, int]:
        """The width and height in pixels of the page."""
        width, height = self.figure.get_size_inches()
        return {"width": round(width * _SCREEN_DPI), "height": round(height * _SCREEN_DPI)}

    def _card(self, png: str) -> str:
        """Return the PNG file as an image on white; a chart becomes dark where the page is dark."""
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
