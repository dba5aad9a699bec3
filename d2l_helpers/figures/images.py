"""Arrays that are images: examples in a grid, and a layer's weights as one template a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.figure import Figure, FigureBase

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.gallery import gallery_html
from d2l_helpers.figures.picture import Picture
from d2l_helpers.figures.style import FONT_SIZE

__all__ = ["draw_templates", "plot_images", "plot_templates", "templates_html", "to_numpy"]

_WEIGHTS = "cividis_r"  # grows darker all the way, so it can be read without colour, too
_IMAGE_WIDTH, _TEMPLATE_WIDTH = 84, 68  # pixels of the page; ten templates fill a panel's row


def plot_images(images: Any, titles: Sequence[str] = (), num_columns: int = 10) -> Picture:
    """Show grey images in a grid.

    Parameters
    ----------
    images : array
        Shape (n, height, width) or (n, 1, height, width); the highest value is drawn darkest, as ink on paper.
    titles : sequence of str
        None, or one an image.

    Raises
    ------
    ArgumentError
        If the shape is another, or the numbers of images and titles differ.
    """
    grey = _as_images(images)
    titles = list(titles)
    if titles and len(titles) != len(grey):
        raise ArgumentError(
            "Cannot title the images.",
            got=f"{len(titles)} titles for {len(grey)} images",
            expected="one title an image, or none",
            remedy="cut the longer of the two",
        )
    columns = min(num_columns, len(grey))
    rows = -(-len(grey) // columns)
    title_lines = max((title.count("\n") + 1 for title in titles), default=0)
    figure = Figure(figsize=(0.92 * columns, (0.95 + 0.17 * title_lines) * rows), layout="constrained")
    grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axes in grid:
        axes.axis("off")
    for index, (axes, image) in enumerate(zip(grid, grey, strict=False)):
        axes.imshow(image, cmap="gray_r", interpolation="nearest")
        if titles:
            axes.set_title(titles[index], fontsize=FONT_SIZE - 1)
    said = "; ".join(title.replace("\n", ", ") for title in titles)
    alt = f"{len(grey)} grey images" + (f": {said}." if said else ".")
    return Picture(figure, alt, lambda: gallery_html(_inked(grey), titles, alt, _IMAGE_WIDTH), is_chart=False)


def plot_templates(weight: Any, names: Sequence[str]) -> Picture:
    """Show a linear layer's weights as one image a class: a dark blue pixel speaks for the class, a yellow one against.

    Parameters
    ----------
    weight : array
        Shape (classes, 784) or (784, classes).
    names : sequence of str
        One a class.

    Raises
    ------
    ArgumentError
        If the shape is another, or there is not one name a class.
    """
    figure = Figure(figsize=(7.2, 3.1), layout="constrained")
    draw_templates(figure, weight, names)
    return Picture(
        figure,
        "The weights of each class as an image of 28 by 28: " + ", ".join(names) + ". "
        "Dark blue pixels speak for the class, yellow ones against it.",
        lambda: templates_html(weight, names),
        is_chart=False,
    )


def templates_html(weight: Any, names: Sequence[str]) -> str:
    """Draw the weight templates in a row, with their names, as HTML for a live panel.

    Parameters and errors are those of `plot_templates`; it takes a hundredth of its time.
    """
    templates = _as_templates(weight, names)
    scale = np.nanmax(np.abs(templates), initial=0.0) or 1.0
    coloured = colormaps[_WEIGHTS](templates / (2 * scale) + 0.5, bytes=True)
    coloured[np.isnan(templates)] = 255  # white, in a picture without transparency
    framed = np.pad(coloured[..., :3], ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=255)
    alt = "The weights of each class as an image; dark blue pixels speak for it, yellow ones against it."
    return gallery_html(framed, names, alt, _TEMPLATE_WIDTH)


def draw_templates(figure: FigureBase, weight: Any, names: Sequence[str]) -> None:
    """Draw what `plot_templates` does into a figure, or a part of one."""
    templates = _as_templates(weight, names)
    grid = np.ravel(figure.subplots(2, -(-len(templates) // 2)))
    scale = np.nanmax(np.abs(templates), initial=0.0) or 1.0
    for axes in grid:
        axes.axis("off")
    for axes, template, name in zip(grid, templates, names, strict=False):
        axes.imshow(template, cmap=_WEIGHTS, vmin=-scale, vmax=scale, interpolation="nearest")
        axes.set_title(name, fontsize=FONT_SIZE)


def _inked(images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Turn each image's lowest value into white and its highest into black."""
    values = np.nan_to_num(images.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = (end(values, axis=(1, 2), keepdims=True) for end in (np.min, np.max))
    inked = 255 * (1 - (values - low) / np.where(high > low, high - low, 1))
    return np.pad(inked.round().astype(np.uint8), ((0, 0), (1, 1), (1, 1)), constant_values=255)


def _as_images(images: Any) -> npt.NDArray[Any]:
    array = to_numpy(images)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 3 or not len(array):
        raise ArgumentError(
            "Cannot show the images.",
            got=f"an array of shape {array.shape}",
            expected="(n, height, width) or (n, 1, height, width) with n at least 1",
            remedy="index with a slice, as in X[:10]",
        )
    return array


def _as_templates(weight: Any, names: Sequence[str]) -> npt.NDArray[np.float64]:
    array = to_numpy(weight)
    if array.shape == (28 * 28, len(names)):
        array = array.T
    if array.shape != (len(names), 28 * 28) or not len(names):
        raise ArgumentError(
            "Cannot show the weights as images.",
            got=f"weights of shape {array.shape} and {len(names)} names",
            expected="(classes, 784) or (784, classes), a layer that looks at the pixels, and one name a class",
            remedy="pass net[0].weight.data() and get_fashion_mnist_labels(range(10))",
        )
    templates = array.reshape(-1, 28, 28).astype(np.float64)
    templates[~np.isfinite(templates)] = np.nan  # stays blank, and does not blank the others
    return templates


def to_numpy(array: Any) -> npt.NDArray[Any]:
    """Take an array of MXNet, TensorFlow or NumPy."""
    convert = getattr(array, "asnumpy", None) or getattr(array, "numpy", None)
    return np.asarray(convert() if convert else array)
