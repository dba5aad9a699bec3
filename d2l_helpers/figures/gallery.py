"""Small images in rows, each with its caption below, as HTML; narrow pages have fewer in a row."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy.typing as npt
from PIL import Image

__all__ = ["gallery_html"]

_GAP = 3  # pixels around each image


def gallery_html(images: Iterable[npt.NDArray[Any]], captions: Sequence[str], alt: str, width: int) -> str:
    """Draw images in rows, a few milliseconds for sixty.

    The text is the page's own, so it keeps its size and its colour on narrow pages and in dark themes. The images
    stand on white, as ink on paper, in every theme.

    Parameters
    ----------
    images : iterable of numpy.ndarray of uint8
        Shape (height, width), grey, or (height, width, 3), RGB.
    captions : sequence of str
        None, or one an image; plain text.
    alt : str
        What is to be seen, in words; the first image's alt text. Each other one's is its caption.
    width : int
        Of an image, in pixels of the page.
    """
    parts = ['<div style="display:flex;flex-wrap:wrap;max-width:680px">']
    for index, image in enumerate(images):
        caption = captions[index] if len(captions) else ""
        said = alt if not index else caption or f"Image {index + 1}"
        shape = f'width="{width}" height="{round(width * image.shape[0] / image.shape[1])}"'
        parts.append(
            f'<div style="width:{width}px;margin:{_GAP}px 0;text-align:center;font-size:11px;line-height:1.3">'
            f'<img src="data:image/png;base64,{_png(image)}" alt="{html.escape(said)}" {shape} '
            'style="display:block;max-width:none;margin:0;image-rendering:pixelated"/>'
            f'<span style="white-space:pre-line">{html.escape(caption)}</span></div>'
        )
    return "".join((*parts, "</div>"))


def _png(image: npt.NDArray[Any]) -> str:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()
