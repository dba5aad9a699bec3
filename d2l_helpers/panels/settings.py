"""The settings a panel varies: the parameters of the reader's function, each with its slider."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels.frame import look

__all__ = ["TITLES", "Settings", "log_step", "sliders"]

Settings = dict[str, Any]

_BATCH_SIZES = (1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
_LARGEST = 10**6
TITLES = {
    "lr": "learning rate",
    "batch_size": "batch size",
    "num_epochs": "epochs",
    "sigma": "initial sigma",
}


def sliders(train: Callable[..., Any]) -> dict[str, widgets.Widget]:
    """Make a slider for each parameter of `train`, at the parameter's default.

    Parameters
    ----------
    train : callable
        With parameters out of `lr` (learning rate), `batch_size`, `num_epochs` and `sigma` (standard deviation of the
        initial weights); each has a default, the book's value.

    Raises
    ------
    ArgumentError
        If `train` is no function, or has another parameter, none, or one without a default that a slider can take.
    """
    try:
        signature = None if isinstance(train, type) else inspect.signature(train)
    except (TypeError, ValueError):  # nothing that can be called, or nothing written in Python
        signature = None
    if signature is None:
        raise _refused(repr(train))
    parameters = signature.parameters
    fitting = [name for name, parameter in parameters.items() if name in TITLES and _can_be_set(parameter)]
    if not fitting or len(fitting) < len(parameters):
        raise _refused(f"{getattr(train, '__name__', train)}{signature}")
    return {name: _slider(name, parameters[name].default) for name in fitting}


def log_step(value: float, start: float, step: float) -> float:
    """Give a step of about `step`, by which a logarithmic slider from the exponent `start` reaches `value`.

    A value between two steps would be moved by the page, and no longer be the book's.
    """
    distance = math.log10(value) - start
    return distance / max(1, round(distance / step)) if distance > 0 else step


def _can_be_set(parameter: inspect.Parameter) -> bool:
    kind = numbers.Integral if parameter.name in ("batch_size", "num_epochs") else numbers.Real
    default = parameter.default
    is_number = isinstance(default, kind) and not isinstance(default, bool)
    return is_number and 0 < default <= _LARGEST and parameter.kind is not parameter.POSITIONAL_ONLY


def _slider(name: str, default: Any) -> widgets.Widget:
    common = look(TITLES[name])
    # ipywidgets would silently replace a default outside of a slider's range: the range gives way
    if name == "lr":
        ends = _exponents(default, -3, 1)
        step = log_step(default, ends["min"], 0.05)
        return widgets.FloatLogSlider(float(default), **ends, step=step, readout_format=".3g", **common)
    if name == "sigma":
        ends = _exponents(default, -4, 1)
        step = log_step(default, ends["min"], 0.1)
        return widgets.FloatLogSlider(float(default), **ends, step=step, readout_format=".2g", **common)
    if name == "num_epochs":
        return widgets.IntSlider(int(default), min=1, max=max(30, int(default)), **common)
    sizes = sorted({*_BATCH_SIZES, int(default)})
    return widgets.SelectionSlider(options=sizes, value=int(default), **common)


def _exponents(default: Any, lowest: int, highest: int) -> dict[str, int]:
    """Give a logarithmic slider's ends, as powers of ten that the default lies between."""
    exponent = math.log10(default)
    return {"min": min(lowest, math.floor(exponent)), "max": max(highest, math.ceil(exponent))}


def _refused(got: str) -> ArgumentError:
    return ArgumentError(
        "Cannot make a panel for this.",
        got=got,
        expected=f"a function whose parameters are among {', '.join(TITLES)}, each with a default above 0 and up "
        f"to {_LARGEST:,}, whole for batch_size and num_epochs",
        remedy="write def train(lr=0.1, batch_size=256, num_epochs=10, sigma=0.01): and return train_ch3(...)",
    )
