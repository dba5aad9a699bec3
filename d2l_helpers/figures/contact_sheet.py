"""Many small images, each with a caption below it: as HTML for a live page, and as a picture for a file."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import Chart
from d2l_helpers.figures.charts_plot import plot_charts
from d2l_helpers.figures.picture import FONT_SIZE, Picture
from d2l_helpers.figures.svg_images import charts_html

__all__ = ["contact_sheet_html", "gallery_html", "image_html", "plot_contact_sheet"]

_PAGE = 680  # pixels, of a full row
_BORDER = 1  # white pixels around each image, before scaling
_GAP = 3  # pixels of the page around each image
_ROW_INCHES, _CAPTION_INCHES, _NOTHING_INCHES = 0.62, 0.17, 0.05


def gallery_html(images: Iterable[npt.NDArray[Any]], captions: Sequence[str], alt: str, width: int) -> str:
    """Draw images in rows, each with its caption below; sixty take a few milliseconds.

    A narrow page shows fewer in a row.

    The captions are text of the page: they keep their size on narrow pages, and have the theme's colour. The images
    are on white in every theme.

    Parameters
    ----------
    images : iterable of numpy.ndarray of uint8
        Shape (height, width), grey, or (height, width, 3), RGB.
    captions : sequence of str
        None, or one per image; plain text.
    alt : str
        What the images show; the first image's alt text. That of each other image is its caption.
    width : int
        The width of an image, in pixels of the page.
    """
    parts = ['<div style="display:flex;flex-wrap:wrap;max-width:680px">']
    for index, image in enumerate(images):
        caption = captions[index] if len(captions) else ""
        said = alt if not index else caption or f"Image {index + 1}"
        parts.append(
            f'<div style="width:{width}px;margin:{_GAP}px 0;text-align:center;font-size:11px;line-height:1.3">'
            f"{image_html(image, said, width, round(width * image.shape[0] / image.shape[1]))}"
            f'<span style="white-space:pre-line">{html.escape(caption)}</span></div>'
        )
    return "".join((*parts, "</div>"))


def image_html(image: npt.NDArray[Any], alt: str, width: int, height: int) -> str:
    """Draw one image of `gallery_html` without a caption, scaled to a size in pixels of the page."""
    return (
        f'<img src="data:image/png;base64,{_png(image)}" alt="{html.escape(alt)}" width="{width}" height="{height}" '
        'style="display:block;max-width:none;margin:0;image-rendering:pixelated"/>'
    )


def contact_sheet_html(images: Any, captions: Sequence[str], alt: str, num_columns: int = 12) -> str:
    """Draw grey images in rows, each with its caption below, in a few milliseconds.

    Parameters
    ----------
    images : array
        Shape (n, height, width), from 0 to 1; 1 is drawn black, as ink on paper. n may be 0.
    captions : sequence of str
        None, or one per image; plain text.
    alt : str
        What the images show.
    num_columns : int
        Images in a full row; fewer where the page is narrow.

    Returns
    -------
    str
        A ``<div>`` with a PNG for each image; empty if there is no image.

    Raises
    ------
    ArgumentError
        If the images have another shape, or the numbers of images and captions differ.
    """
    grey = _checked(images, captions)
    inked = (255 * (1 - np.clip(np.nan_to_num(grey), 0, 1))).round().astype(np.uint8)
    bordered = np.pad(inked, ((0, 0), (_BORDER, _BORDER), (_BORDER, _BORDER)), constant_values=255)
    return gallery_html(bordered, captions, alt, _PAGE // num_columns) if len(grey) else ""


def plot_contact_sheet(
    images: Any, captions: Sequence[str], alt: str, num_columns: int = 12, charts: Sequence[Chart] = ()
) -> Picture:
    """Draw the same images as a picture, with charts side by side above them if there are any.

    For the other parameters and the errors, see `contact_sheet_html`. The alt text names the charts, too.
    """
    grey = _checked(images, captions)
    num_rows = -(-len(grey) // num_columns)
    figure = plot_charts(charts, alt).figure if charts else Figure(figsize=(7.2, 0), layout="constrained")
    upper = figure.get_figheight()
    lower = num_rows * (_ROW_INCHES + (_CAPTION_INCHES if len(captions) else 0)) or _NOTHING_INCHES
    figure.set_size_inches(7.2, upper + lower)
    whole = figure.add_gridspec(2, 1, height_ratios=(upper, lower)) if charts else figure.add_gridspec(1, 1)
    if charts:
        places = whole[0, 0].subgridspec(1, len(charts))
        for index, axes in enumerate(figure.axes):
            axes.set_subplotspec(places[0, index])
    if num_rows:
        places = whole[-1, 0].subgridspec(num_rows, 1)
        for row in range(num_rows):
            part = slice(row * num_columns, (row + 1) * num_columns)
            _plot_row(figure.add_subplot(places[row, 0]), grey[part], captions[part], num_columns)
    titles = ", ".join(f"“{chart.title}”" for chart in charts)
    said = f"{alt}. Above, charts: {titles}." if charts else f"{alt}."

    def markup() -> str:
        drawn = charts_html(charts, titles) if charts else ""
        return drawn + contact_sheet_html(images, captions, f"{alt}.", num_columns)

    return Picture(figure, said, markup, is_chart=False)


def _plot_row(axes: Axes, grey: npt.NDArray[np.float32], captions: Sequence[str], num_columns: int) -> None:
    """Draw a row as one image, with the captions as its axis labels: axes for each image would take seconds."""
    strip = _strip(grey)
    width = strip.shape[1] / len(grey)
    axes.imshow(strip, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xlim(0, width * num_columns)
    axes.set_xticks((np.arange(len(captions)) + 0.5) * width, captions)
    axes.set_yticks(())
    axes.tick_params(length=0, labelsize=FONT_SIZE - 1)
    axes.set_frame_on(False)


def _strip(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.concatenate([np.pad(image, _BORDER) for image in grey], axis=1)


def _checked(images: Any, captions: Sequence[str]) -> npt.NDArray[np.float32]:
    grey = np.asarray(images.asnumpy() if hasattr(images, "asnumpy") else images, dtype=np.float32)
    if grey.ndim != 3 or (len(captions) and len(captions) != len(grey)):
        raise ArgumentError(
            "Cannot show the images.",
            got=f"images of shape {grey.shape} and {len(captions)} captions",
            expected="(n, height, width), and one caption per image or none",
            remedy="index with a slice, as in images[:12], and cut the captions to the same length",
        )
    return grey


def _png(image: npt.NDArray[Any]) -> str:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()
