"""Draw the history of a fit as charts: loss and accuracy, or the loss alone, against epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from d2l_helpers.figures.charts import Chart, Dots, Line, Mark
from d2l_helpers.figures.charts_svg import charts_svg

if TYPE_CHECKING:
    from d2l_helpers.training.history import History

__all__ = ["curves_svg", "has_accuracies", "history_charts", "loss_span"]

_MOST_DOTS = 30  # more of them hide the line
_MOST_NAMES = 10  # along the axis of epochs
_PARTS = ("train", "held_out")
# The axes have a few fixed ends, so that they seldom change while a fit runs
_LOSS_TOPS = (1.0, 2.0, 4.0, 10.0, 20.0, 40.0, 100.0, 1000.0)
_ACCURACY_SPANS = ((0.7, 0.9), (0.5, 0.9), (0.0, 1.0))
_DECADES_BEFORE = 2  # shown for the previous run, beyond the axis of this run
_FARTHEST = 100  # decades; values outside are cut off


def curves_svg(history: History, num_epochs: int, before: History | None = None) -> str:
    """Return the charts of `history_charts` for a live page; their label contains the newest numbers."""
    return charts_svg(history_charts(history, num_epochs, before), _label(history))


def history_charts(
    history: History, num_epochs: int, before: History | None = None, evaluated_on: str = "held-out"
) -> list[Chart]:
    """Return charts of loss and accuracy against epochs; without accuracies, the loss on a logarithmic axis.

    Parameters
    ----------
    history : History
        The finished epochs of the running fit; may be empty.
    num_epochs : int
        The end of the epoch axis.
    before : History, optional
        The previous fit, drawn paler for comparison.
    evaluated_on : str
        The name of the examples that were not used for training.
    """

    def marks(quantity: str) -> list[Mark]:
        earlier = _marks(before, quantity, num_epochs, evaluated_on, faint=True) if before else ()
        return [*earlier, *_marks(history, quantity, num_epochs, evaluated_on)]

    if not has_accuracies(history):
        span = loss_span(history, before)
        return [_chart("loss", marks("loss"), num_epochs, span, log_y=True)]
    shown = [history] if before is None else [history, before]
    losses = [value for one in shown for value in (*one.train_loss, *one.held_out_loss) if math.isfinite(value)]
    accuracies = [value for one in shown for value in (*one.train_acc, *one.held_out_acc) if math.isfinite(value)]
    return [
        _chart("loss (nats)", marks("loss"), num_epochs, (0.0, _loss_top(losses))),
        _chart("accuracy", marks("acc"), num_epochs, _accuracy_span(accuracies)),
    ]


def has_accuracies(history: History) -> bool:
    """Return whether a fit measured accuracies; True for an empty history, whose first epoch may measure them."""
    return not len(history) or bool(history.train_acc or history.held_out_acc)


def loss_span(history: History, before: History | None = None) -> tuple[float, float]:
    """Return the ends of a logarithmic axis of the losses, which are powers of ten."""
    low, high = _decades([*history.train_loss, *history.held_out_loss])
    if before:
        before_low, before_high = _decades([*before.train_loss, *before.held_out_loss])
        low = min(low, max(before_low, low - _DECADES_BEFORE))
        high = max(high, min(before_high, high + _DECADES_BEFORE))
    return 10.0**low, 10.0**high


def _chart(title: str, marks: Sequence[Mark], num_epochs: int, span: tuple[float, float], log_y: bool = False) -> Chart:
    every = math.ceil(num_epochs / _MOST_NAMES)
    return Chart(
        title,
        marks,
        x_label="epoch",
        x_span=(-0.04 * num_epochs, 1.04 * num_epochs - 1),
        y_span=span,
        log_y=log_y,
        x_names=[str(epoch + 1) if epoch % every == 0 else "" for epoch in range(num_epochs)],
    )


def _marks(history: History, quantity: str, num_epochs: int, evaluated_on: str, faint: bool = False) -> Iterator[Mark]:
    """Return the lines of train and held-out examples; the two pale lines of the previous run share one name."""
    for style, part in enumerate(_PARTS):
        values = getattr(history, f"{part}_{quantity}")[:num_epochs]
        is_first = part == _PARTS[0]
        name = ("previous run" if is_first else "") if faint else part if is_first else evaluated_on
        if values:
            yield Line(range(len(values)), values, name, style, faint)
            if num_epochs <= _MOST_DOTS and not faint:
                yield Dots(range(len(values)), values, "", style)


def _label(history: History) -> str:
    if not len(history):
        return "Curves of loss and accuracy; no epoch has ended yet."
    digits = ".3f" if has_accuracies(history) else ".4g"
    measured = {
        "train loss": history.train_loss,
        "held-out loss": history.held_out_loss,
        "train accuracy": history.train_acc,
        "held-out accuracy": history.held_out_acc,
    }
    newest = [f"{name} {values[-1]:{digits}}" for name, values in measured.items() if values]
    return f"Curves after {len(history)} epoch{'s' * (len(history) != 1)}: {', '.join(newest)}."


def _loss_top(losses: Sequence[float]) -> float:
    highest = max(losses, default=0.0)
    return next((top for top in _LOSS_TOPS if highest <= top), highest)


def _accuracy_span(accuracies: Sequence[float]) -> tuple[float, float]:
    for bottom, top in _ACCURACY_SPANS:
        if all(bottom <= value <= top for value in accuracies):
            return bottom, top
    return min(0.0, *accuracies), max(1.0, *accuracies)  # values that are no fractions are drawn, too


def _decades(losses: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten between which the losses lie, those that are finite and above zero."""
    exponents = [math.log10(loss) for loss in losses if math.isfinite(loss) and loss > 0]
    if not exponents:
        return -1, 0
    low, high = (min(max(one, -_FARTHEST), _FARTHEST) for one in (min(exponents), max(exponents)))
    return math.ceil(low) - 1, math.floor(high) + 1
