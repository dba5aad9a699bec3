"""Many small images at once, each with a caption below: as HTML for a live page, as a picture for keeping."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.image
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import Chart
from d2l_helpers.figures.charts_plot import plot_charts
from d2l_helpers.figures.picture import Picture
from d2l_helpers.figures.style import FONT_SIZE

__all__ = ["contact_sheet_html", "plot_contact_sheet"]

_SCALE = 2  # pixels of the page for a pixel of an image
_GAP = 2  # white pixels around each image, before scaling
_ROW_INCHES, _CAPTION_INCHES, _NOTHING_INCHES = 0.62, 0.17, 0.05


def contact_sheet_html(images: Any, captions: Sequence[str], alt: str, num_columns: int = 12) -> str:
    """Draw grey images in rows, each with its caption below it, in a few milliseconds.

    Parameters
    ----------
    images : array
        Shape (n, height, width), from 0 to 1; 1 is drawn black, as ink on paper. n may be 0.
    captions : sequence of str
        None, or one an image; plain text.
    alt : str
        What is to be seen, in words.
    num_columns : int
        Images in a full row. Half a row is half as wide.

    Returns
    -------
    str
        A ``<div>`` with one PNG a row; empty if there is no image.

    Raises
    ------
    ArgumentError
        If the shape is another, or the numbers of images and captions differ.
    """
    grey = _checked(images, captions)
    rows = "".join(_rows(grey, list(captions), alt, num_columns))
    return f'<div style="max-width:680px">{rows}</div>' if rows else ""


def plot_contact_sheet(
    images: Any, captions: Sequence[str], alt: str, num_columns: int = 12, charts: Sequence[Chart] = ()
) -> Picture:
    """Draw the same images as a picture, with charts side by side above them if there are any.

    Other parameters and errors are those of `contact_sheet_html`; the picture's alt text names the charts, too.
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
    return Picture(figure, f"{alt}. Above, charts: {titles}." if charts else f"{alt}.")


def _plot_row(axes: Axes, grey: npt.NDArray[np.float32], captions: Sequence[str], num_columns: int) -> None:
    """Draw a row as one image, the captions as the names of its axis: axes for each image would take seconds."""
    strip = _strip(grey)
    width = strip.shape[1] / len(grey)
    axes.imshow(strip, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xlim(0, width * num_columns)
    axes.set_xticks((np.arange(len(captions)) + 0.5) * width, captions)
    axes.set_yticks(())
    axes.tick_params(length=0, labelsize=FONT_SIZE - 1)
    axes.set_frame_on(False)


def _strip(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.concatenate([np.pad(image, _GAP) for image in grey], axis=1)


def _rows(grey: npt.NDArray[np.float32], captions: Sequence[str], alt: str, num_columns: int) -> Iterator[str]:
    for start in range(0, len(grey), num_columns):
        row = slice(start, start + num_columns)
        strip = _strip(grey[row])
        count = len(grey[row])
        labels = "".join(
            f'<span style="flex:1;text-align:center">{html.escape(caption)}</span>' for caption in captions[row]
        )
        said = html.escape(alt if not start else f"{alt}, continued")
        yield (
            f'<div style="width:{100 * count / num_columns:.4g}%"><img src="{_data_uri(strip)}" alt="{said}" '
            f'style="width:100%;display:block"><div style="display:flex;font-size:11px;line-height:1.5">'
            f"{labels}</div></div>"
        )


def _data_uri(strip: npt.NDArray[np.float32]) -> str:
    stream = io.BytesIO()
    pixels = np.kron(strip, np.ones((_SCALE, _SCALE)))
    matplotlib.image.imsave(stream, pixels, cmap="gray_r", vmin=0, vmax=1, format="png")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _checked(images: Any, captions: Sequence[str]) -> npt.NDArray[np.float32]:
    grey = np.asarray(images.asnumpy() if hasattr(images, "asnumpy") else images, dtype=np.float32)
    if grey.ndim != 3 or (len(captions) and len(captions) != len(grey)):
        raise ArgumentError(
            "Cannot show the images.",
            got=f"images of shape {grey.shape} and {len(captions)} captions",
            expected="(n, height, width), and one caption an image or none",
            remedy="index with a slice, as in images[:12], and cut the captions to the same length",
        )
    return grey
