"""Draw arrays that are images: examples in a grid, and a layer's weights as one template per class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure, FigureBase

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.contact_sheet import gallery_html, image_html
from d2l_helpers.figures.picture import FONT_SIZE, Picture

__all__ = ["draw_templates", "plot_images", "plot_templates", "templates_html", "to_numpy"]

# Orange and blue are told apart by colour-blind readers, too; white is a weight of zero
_AGAINST, _FOR = ("#4F1C00", "#C44F00", "#F5A25D"), ("#62AEE0", "#005F9E", "#00263F")
_WEIGHTS = LinearSegmentedColormap.from_list("weights", (*_AGAINST, "white", *_FOR), N=257)  # odd: one is white
_FULL_COLOUR = 99.5  # percentile of the sizes of the weights: one outlier would make all other pixels pale
_KEY = ("ink here speaks against the class", "0", "ink here speaks for it")
_ALT = "Blue pixels speak for the class, orange ones against it."
_IMAGE_WIDTH = 84  # pixels of the page
_IN_PANEL, _IN_PICTURE = 68, 132  # widths of a template: ten fill a panel's row, and two rows of a picture


def plot_images(images: Any, titles: Sequence[str] = (), num_columns: int = 10) -> Picture:
    """Draw grey images in a grid.

    Parameters
    ----------
    images : array
        Shape (n, height, width) or (n, 1, height, width); the highest value is drawn darkest.
    titles : sequence of str
        None, or one per image.

    Raises
    ------
    ArgumentError
        If the images have another shape, or the numbers of images and titles differ.
    """
    grey = _as_images(images)
    titles = list(titles)
    if titles and len(titles) != len(grey):
        raise ArgumentError(
            "Cannot title the images.",
            got=f"{len(titles)} titles for {len(grey)} images",
            expected="one title per image, or none",
            remedy="pass as many titles as images",
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
    """Draw a linear layer's weights as one image per class: blue pixels speak for the class, orange ones against it.

    Parameters
    ----------
    weight : array
        Shape (classes, 784) or (784, classes).
    names : sequence of str
        One per class.

    Raises
    ------
    ArgumentError
        If the weights have another shape, or there is not one name per class.
    """
    figure = Figure(figsize=(7.2, 3.1), layout="constrained")
    draw_templates(figure, weight, names)
    return Picture(
        figure,
        f"The weights of each class as an image of 28 by 28: {', '.join(names)}. {_ALT}",
        lambda: templates_html(weight, names, _IN_PICTURE),
        is_chart=False,
    )


def templates_html(weight: Any, names: Sequence[str], width: int = _IN_PANEL) -> str:
    """Draw the weight templates in a row, with their names, as HTML for a live panel.

    For the other parameters and the errors, see `plot_templates`, which takes a hundred times as long; `width` is that
    of a template in pixels of the page.
    """
    templates = _as_templates(weight, names)
    coloured = _coloured(templates / _scale(templates))
    coloured[np.isnan(templates)] = 255  # white: the image has no transparency
    bordered = np.pad(coloured, ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=255)
    gallery = gallery_html(bordered, names, f"The weights of each class as an image. {_ALT}", width)
    bar = image_html(_coloured(np.linspace(-1, 1, 100)[None, :]), "from orange over white to blue", 100, 10)
    look = "display:flex;gap:6px;align-items:center;font-size:11px"
    return f'<div>{gallery}<div style="{look}">{_KEY[0]} {bar} {_KEY[2]}</div></div>'


def draw_templates(figure: FigureBase, weight: Any, names: Sequence[str]) -> None:
    """Draw the templates of `plot_templates` into a figure, or into a part of one, with a bar that explains them."""
    templates = _as_templates(weight, names)
    grid = np.ravel(figure.subplots(2, -(-len(templates) // 2)))
    scale = _scale(templates)
    norm = Normalize(-scale, scale)
    for axes in grid:
        axes.axis("off")
    for axes, template, name in zip(grid, templates, names, strict=False):
        axes.imshow(template, cmap=_WEIGHTS, norm=norm, interpolation="nearest")
        axes.set_title(name, fontsize=FONT_SIZE)
    drawn = ScalarMappable(norm, _WEIGHTS)
    bar = figure.colorbar(drawn, ax=list(grid), location="bottom", shrink=0.5, aspect=30, pad=0.04)
    bar.set_ticks([-scale, 0.0, scale], labels=_KEY)
    bar.ax.tick_params(length=2, labelsize=FONT_SIZE - 1)


def _scale(templates: npt.NDArray[np.float64]) -> float:
    """Return the weight at which the colours are strongest, for all classes the same."""
    sizes = np.abs(templates[~np.isnan(templates)])
    return float(np.percentile(sizes, _FULL_COLOUR)) or float(sizes.max()) or 1.0 if len(sizes) else 1.0


def _coloured(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Turn values from -1 to 1 into colours, red, green and blue along the last axis."""
    colours: npt.NDArray[np.uint8] = _WEIGHTS(values / 2 + 0.5, bytes=True)[..., :3].copy()
    return colours


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
            expected="(classes, 784) or (784, classes), one weight for each class and pixel, and one name per class",
            remedy="pass net[0].weight.data() and get_fashion_mnist_labels(range(10))",
        )
    templates = array.reshape(-1, 28, 28).astype(np.float64)
    templates[~np.isfinite(templates)] = np.nan  # nan stays blank, and does not affect the other pixels
    return templates


def to_numpy(array: Any) -> npt.NDArray[Any]:
    """Convert an array of MXNet, TensorFlow or NumPy to one of NumPy."""
    convert = getattr(array, "asnumpy", None) or getattr(array, "numpy", None)
    return np.asarray(convert() if convert else array)
