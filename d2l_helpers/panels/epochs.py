"""Read what the reader's function yields after an epoch: a loss, or an Epoch; and raise errors about anything else."""

from __future__ import annotations

import math
from typing import Any

from d2l_helpers.data import LABELS
from d2l_helpers.errors import TrainingError
from d2l_helpers.figures import to_numpy
from d2l_helpers.training.history import Epoch

__all__ = ["as_epoch", "nothing_to_record", "nothing_to_show", "template_weight"]

_ROUNDING = 1e-6  # in 32 bits, rounding errors may put a mean this far above 1
_TEMPLATES = (len(LABELS), 28 * 28)  # a weight's shape, or its transpose's


def as_epoch(what: Any) -> Epoch:
    """Return what a function yields as an Epoch; a number is its train loss."""
    if isinstance(what, Epoch):
        for name in ("train_acc", "held_out_acc"):
            _check_fraction(name, getattr(what, name))
        return what
    try:
        if isinstance(what, str):
            raise TypeError
        return Epoch(float(what))
    except (TypeError, ValueError):  # no number, or an array of several
        got = f"an array of shape {what.shape}" if hasattr(what, "shape") else repr(what)
        raise nothing_to_show(f"a function that yields {got}") from None


def _check_fraction(name: str, value: Any) -> None:
    number = math.nan if value is None else float(value)
    if number < -_ROUNDING or number > 1 + _ROUNDING:
        raise TrainingError(
            "Cannot show the accuracy.",
            got=f"{name}={number}",
            expected="a fraction from 0 to 1",
            remedy="divide by 100"
            if number > 1
            else "divide the number of right predictions by the number of all predictions",
        )


def template_weight(source: Any) -> Any:
    """Return the weights that multiply the 784 pixels: an Epoch's, or a network's first; None if there are none."""
    if isinstance(source, Epoch):
        if source.weight is None:
            return None
        weight = to_numpy(source.weight)
        if weight.shape not in (_TEMPLATES, _TEMPLATES[::-1]):
            raise TrainingError(
                "Cannot show the weights as images.",
                got=f"a weight of shape {weight.shape}",
                expected=f"{_TEMPLATES} or {_TEMPLATES[::-1]}: one weight for each class and pixel",
                remedy=f"yield Epoch(weight=W) with W of shape {_TEMPLATES[::-1]} or {_TEMPLATES}",
            )
        return weight.copy()  # the function may change its array later
    parameters = source.collect_params().values() if hasattr(source, "collect_params") else ()
    for parameter in parameters:
        if parameter.shape == _TEMPLATES:
            return parameter.data().asnumpy()
    return None


def nothing_to_show(got: str) -> TrainingError:
    """Return the error for a function from which a panel learns nothing."""
    return TrainingError(
        "There is nothing to show.",
        got=got,
        expected="a function that calls helpers.train_ch3, yields from helpers.fit, or yields the loss of each epoch",
        remedy="call helpers.train_ch3(net, train_iter, held_out_iter, loss, num_epochs, trainer) in the function",
    )


def nothing_to_record() -> TrainingError:
    """Return the error for a panel that is recorded and whose first fit failed."""
    return TrainingError(
        "Cannot record the panel.",
        got="a function that raised an error with its default arguments",
        expected="a function whose first training run ends",
        remedy="call the function in a cell of its own, and repair the error that it raises",
    )
