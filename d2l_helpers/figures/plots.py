"""Pictures that are kept, drawn with matplotlib."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import matplotlib.image
import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.ticker import MaxNLocator

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.picture import Picture
from d2l_helpers.figures.style import FONT_SIZE, SERIES, Stroke, stroke

if TYPE_CHECKING:
    from d2l_helpers.training import History

__all__ = [
    "plot_comparison",
    "plot_confusion",
    "plot_history",
    "plot_images",
    "plot_panel",
    "plot_templates",
    "templates_html",
]

_QUANTITIES = {
    "train_loss": "train loss (nats)",
    "test_loss": "test loss (nats)",
    "train_acc": "train accuracy",
    "test_acc": "test accuracy",
}


def plot_history(history: History, test_name: str = "test") -> Picture:
    """Plot loss and accuracy against epochs, side by side.

    Parameters
    ----------
    history : History
        At least one epoch.
    test_name : str
        What the examples are called that were not trained on.
    """
    figure = Figure(figsize=(7.2, 2.7), layout="constrained")
    _plot_curves(figure, history, test_name)
    alt = f"Two line charts over {len(history)} epochs. Left: loss. Right: accuracy. Each for train and {test_name}."
    return Picture(figure, alt)


def plot_comparison(
    histories: Mapping[Any, History], quantity: str = "test_acc", label: str = "", test_name: str = "test"
) -> Picture:
    """Plot one quantity of several fits against epochs.

    Parameters
    ----------
    histories : mapping
        From what was varied, which the legend names, to the fit's history.
    quantity : {"train_loss", "test_loss", "train_acc", "test_acc"}
        What to plot.
    label : str
        Title of the legend, such as "learning rate".
    test_name : str
        What the examples are called that were not trained on.

    Raises
    ------
    ArgumentError
        If there is nothing to plot, or the quantity is another.
    """
    if not histories or quantity not in _QUANTITIES:
        raise ArgumentError(
            "Cannot plot a comparison.",
            got=f"{len(histories)} histories and quantity={quantity!r}",
            expected=f"at least one history, and one of {', '.join(_QUANTITIES)}",
            remedy="pass {0.1: history, 0.5: other_history}",
        )
    figure = Figure(figsize=(5.4, 2.9), layout="constrained")
    axes = figure.subplots()
    for index, (name, history) in enumerate(histories.items()):
        _plot_series(axes, getattr(history, quantity), str(name), stroke(index))
    what = _QUANTITIES[quantity].replace("test", test_name)
    _finish(axes, what)
    axes.legend(title=label or None, fontsize=FONT_SIZE - 1, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    names = ", ".join(str(name) for name in histories)
    return Picture(figure, f"Line chart of {what} against epochs, a line for each {label or 'fit'}: {names}.")


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
    return Picture(figure, f"{len(grey)} grey images" + (f": {said}." if said else "."))


def plot_templates(weight: Any, names: Sequence[str]) -> Picture:
    """Show a linear layer's weights as one image a class: blue adds to the class's score, red takes away.

    Parameters
    ----------
    weight : array
        Shape (classes, 784).
    names : sequence of str
        One a class.

    Raises
    ------
    ArgumentError
        If the shape is another, or there is not one name a class.
    """
    templates = _as_templates(weight, names)
    figure = Figure(figsize=(7.2, 3.1), layout="constrained")
    _plot_templates(figure.subplots(2, -(-len(templates) // 2)), templates, names)
    return Picture(
        figure,
        "The weights of each class as an image of 28 by 28: " + ", ".join(names) + ". "
        "Blue pixels count for the class, red ones against it.",
    )


def plot_confusion(counts: npt.NDArray[np.int64], names: Sequence[str]) -> Picture:
    """Show a confusion matrix: a row is a true class, a column a predicted one; the errors are shaded.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (classes, classes), int.
    names : sequence of str
        One a class.

    Raises
    ------
    ArgumentError
        If the shape is another, or there is not one name a class.
    """
    if counts.shape != (len(names), len(names)) or not len(names):
        raise ArgumentError(
            "Cannot show the confusion matrix.",
            got=f"counts of shape {counts.shape} and {len(names)} names",
            expected="(classes, classes), and one name a class",
            remedy="pass confusion_matrix(prediction) and get_fashion_mnist_labels(range(10))",
        )
    errors = counts - np.diag(np.diag(counts))
    figure = Figure(figsize=(5.6, 5.0), layout="constrained")
    axes = figure.subplots()
    axes.imshow(errors, cmap="Oranges", vmin=0, vmax=max(1, int(errors.max())) * 1.3)
    for (row, column), count in np.ndenumerate(counts):
        weight = "bold" if row == column else "normal"
        axes.text(column, row, str(count), ha="center", va="center", fontsize=FONT_SIZE - 2, weight=weight)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=FONT_SIZE)
    axes.set_yticks(range(len(names)), names, fontsize=FONT_SIZE)
    axes.set_xlabel("predicted", fontsize=FONT_SIZE)
    axes.set_ylabel("true", fontsize=FONT_SIZE)
    return Picture(
        figure, "Confusion matrix of the ten classes: rows are true, columns predicted; the darker, the more errors."
    )


def plot_panel(history: History, weight: Any | None, names: Sequence[str]) -> Picture:
    """Draw what a training panel shows, for readers without a kernel: the curves and the weight templates."""
    if weight is None:
        figure = Figure(figsize=(7.2, 2.7), layout="constrained")
        _plot_curves(figure, history)
    else:
        figure = Figure(figsize=(7.2, 5.4), layout="constrained")
        upper, lower = cast("tuple[SubFigure, SubFigure]", figure.subfigures(2, 1))
        _plot_curves(upper, history)
        templates = _as_templates(weight, names)
        _plot_templates(lower.subplots(2, -(-len(templates) // 2)), templates, names)
    return Picture(figure, "The training panel after its first fit: curves of loss and accuracy, and weight templates.")


def templates_html(weight: Any, names: Sequence[str]) -> str:
    """Draw the weight templates in a row, with their names, as HTML for a live panel.

    Parameters and errors are those of `plot_templates`; it takes a hundredth of its time.
    """
    templates = _as_templates(weight, names)
    scale = np.nanmax(np.abs(templates), initial=0.0) or 1.0
    strip = np.concatenate([np.pad(template, 1, constant_values=0.0) for template in templates], axis=1)
    colours = colormaps["RdBu"](np.kron(strip, np.ones((3, 3))) / (2 * scale) + 0.5, bytes=True)
    stream = io.BytesIO()
    matplotlib.image.imsave(stream, colours[..., :3].copy(), format="png")
    source = f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
    labels = "".join(f'<span style="flex:1;text-align:center">{html.escape(name)}</span>' for name in names)
    return (
        f'<div style="max-width:680px"><img src="{source}" style="width:100%;display:block" '
        f'alt="The weights of each class as an image; blue pixels count for it, red ones against it.">'
        f'<div style="display:flex;font-size:11px;line-height:1.3">{labels}</div></div>'
    )


def _plot_curves(figure: FigureBase, history: History, test_name: str = "test") -> None:
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    for part, style in SERIES.items():
        name = test_name if part == "test" else part
        _plot_series(loss_axes, getattr(history, f"{part}_loss"), name, style)
        _plot_series(accuracy_axes, getattr(history, f"{part}_acc"), name, style)
    _finish(loss_axes, "loss (nats)")
    _finish(accuracy_axes, "accuracy")
    loss_axes.legend(fontsize=FONT_SIZE, frameon=False)


def _plot_series(axes: Axes, values: Sequence[float], label: str, style: Stroke) -> None:
    (line,) = axes.plot(range(1, len(values) + 1), values, color=style.colour, label=label)
    line.set(marker=style.marker, markersize=3.5, markevery=max(1, len(values) // 15))  # else a band hides the dashes
    if style.dashes:
        line.set_dashes(style.dashes)


def _finish(axes: Axes, y_label: str) -> None:
    axes.set_xlabel("epoch", fontsize=FONT_SIZE)
    axes.set_ylabel(y_label, fontsize=FONT_SIZE)
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _plot_templates(grid: Any, templates: npt.NDArray[np.float64], names: Sequence[str]) -> None:
    scale = np.nanmax(np.abs(templates), initial=0.0) or 1.0
    for axes in np.ravel(grid):
        axes.axis("off")
    for axes, template, name in zip(np.ravel(grid), templates, names, strict=False):
        axes.imshow(template, cmap="RdBu", vmin=-scale, vmax=scale, interpolation="nearest")
        axes.set_title(name, fontsize=FONT_SIZE)


def _as_images(images: Any) -> npt.NDArray[Any]:
    array = _to_numpy(images)
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
    array = _to_numpy(weight)
    if array.shape != (len(names), 28 * 28) or not len(names):
        raise ArgumentError(
            "Cannot show the weights as images.",
            got=f"weights of shape {array.shape} and {len(names)} names",
            expected="(classes, 784), the weights of a layer that looks at the pixels, and one name a class",
            remedy="pass net[0].weight.data() and get_fashion_mnist_labels(range(10))",
        )
    templates = array.reshape(-1, 28, 28).astype(np.float64)
    templates[~np.isfinite(templates)] = np.nan  # stays blank, and does not blank the others
    return templates


def _to_numpy(array: Any) -> npt.NDArray[Any]:
    return np.asarray(array.asnumpy() if hasattr(array, "asnumpy") else array)
