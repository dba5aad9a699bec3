"""Draw histories and confusion matrices with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures.charts import Stroke, stroke
from d2l_helpers.figures.charts_plot import draw_charts, plot_charts
from d2l_helpers.figures.curves import has_accuracies, history_charts
from d2l_helpers.figures.images import draw_templates, templates_html
from d2l_helpers.figures.picture import FONT_SIZE, Picture
from d2l_helpers.figures.svg_images import charts_html

if TYPE_CHECKING:
    from d2l_helpers.training.history import History

__all__ = [
    "plot_comparison",
    "plot_confusion",
    "plot_history",
    "plot_panel",
]

_HEIGHT = 2.7  # inches, of the curves
_QUANTITIES = {
    "train_loss": "train loss",
    "held_out_loss": "held-out loss",
    "train_acc": "train accuracy",
    "held_out_acc": "held-out accuracy",
}


def plot_history(history: History, evaluated_on: str = "held-out") -> Picture:
    """Plot loss and accuracy against epochs, side by side; without accuracies, the loss on a logarithmic axis.

    Parameters
    ----------
    history : History
        At least one epoch.
    evaluated_on : str
        The name of the examples that were not used for training.
    """
    alt = (
        f"Two line charts over {len(history)} epochs. Left: loss. Right: accuracy. "
        f"Each for train and {evaluated_on} examples."
    )
    if not has_accuracies(history):
        alt = f"Line chart of the loss over {len(history)} epochs, on a logarithmic axis."
    return plot_charts(history_charts(history, len(history), evaluated_on=evaluated_on), alt, height=_HEIGHT)


def plot_comparison(
    histories: Mapping[Any, History],
    quantity: str = "held_out_acc",
    label: str = "",
    evaluated_on: str = "held-out",
    y_span: tuple[float, float] | None = None,
) -> Picture:
    """Plot one quantity of several fits against epochs.

    Parameters
    ----------
    histories : mapping
        From the value that was varied, which stands in the legend, to the fit's history.
    quantity : {"train_loss", "held_out_loss", "train_acc", "held_out_acc"}
        The quantity to plot.
    label : str
        The title of the legend, such as "learning rate".
    evaluated_on : str
        The name of the examples that were not used for training.
    y_span : (low, high), optional
        The ends of the vertical axis, to enlarge a part; by default, all values are shown.

    Raises
    ------
    ArgumentError
        If there is no history, or no such quantity.
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
    what = _QUANTITIES[quantity].replace("held-out", evaluated_on)
    if quantity.endswith("loss") and all(map(has_accuracies, histories.values())):
        what += " (nats)"  # of a cross-entropy, not of squared errors
    _finish(axes, what)
    if y_span:
        axes.set_ylim(y_span)
    axes.legend(title=label or None, fontsize=FONT_SIZE - 1, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    names = ", ".join(str(name) for name in histories)
    return Picture(figure, f"Line chart of {what} against epochs, a line for each {label or 'fit'}: {names}.")


def plot_confusion(counts: npt.NDArray[np.int64], names: Sequence[str]) -> Picture:
    """Draw a confusion matrix: a row is a true class, a column a predicted one; the errors are shaded.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (classes, classes), int.
    names : sequence of str
        One per class.

    Raises
    ------
    ArgumentError
        If the matrix has another shape, or there is not one name per class.
    """
    if counts.shape != (len(names), len(names)) or not len(names):
        raise ArgumentError(
            "Cannot show the confusion matrix.",
            got=f"counts of shape {counts.shape} and {len(names)} names",
            expected="(classes, classes), and one name per class",
            remedy="pass confusion_matrix(prediction) and get_fashion_mnist_labels(range(10))",
        )
    errors = counts - np.diag(np.diag(counts))
    figure = Figure(figsize=(4.7, 4.5), layout="constrained")  # a narrow page shows it without scaling
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
        figure,
        f"Confusion matrix of {len(names)} classes: rows are true, columns predicted; darker cells hold more errors.",
        is_chart=False,
    )


def plot_panel(history: History, weight: Any | None, names: Sequence[str]) -> Picture:
    """Draw the curves and the weight templates of a training panel, for readers without a kernel."""
    curves = "curves of loss and accuracy" if has_accuracies(history) else "the loss against epochs"
    charts = history_charts(history, len(history))
    alt = f"The training panel after its first fit: {curves}"
    if weight is None:
        return plot_charts(charts, f"{alt}.", height=_HEIGHT)
    figure = Figure(figsize=(7.2, 2 * _HEIGHT), layout="constrained")
    upper, lower = cast("tuple[SubFigure, SubFigure]", figure.subfigures(2, 1))
    draw_charts(upper, charts)
    draw_templates(lower, weight, names)
    said = f"{alt}, and each class's weights as an image."
    return Picture(figure, said, lambda: charts_html(charts, f"{alt}.") + templates_html(weight, names), is_chart=False)


def _plot_series(axes: Axes, values: Sequence[float], label: str, style: Stroke) -> None:
    (line,) = axes.plot(range(1, len(values) + 1), values, color=style.colour, label=label)
    line.set(marker=style.marker, markersize=3.5, markevery=max(1, len(values) // 15))  # more would hide the dashes
    if style.dashes:
        line.set_dashes(style.dashes)


def _finish(axes: Axes, y_label: str) -> None:
    axes.set_xlabel("epoch", fontsize=FONT_SIZE)
    axes.set_ylabel(y_label, fontsize=FONT_SIZE)
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
