"""The settings a panel varies: the parameters of the reader's function, each with its slider."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from d2l_helpers.errors import ArgumentError

__all__ = ["TITLES", "Settings", "sliders"]

Settings = dict[str, Any]

_BATCH_SIZES = (1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
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
        If `train` has another parameter, none, or one without a default that a slider can take.
    """
    if not callable(train):
        raise _refused(repr(train))
    parameters = inspect.signature(train).parameters.values()
    defaults = {parameter.name: parameter.default for parameter in parameters}
    if not defaults or not defaults.keys() <= TITLES.keys() or inspect.Parameter.empty in defaults.values():
        raise _refused(f"a function with the parameters {', '.join(map(str, parameters)) or 'none'}")
    try:
        return {name: _slider(name, default) for name, default in defaults.items()}
    except (TypeError, ValueError, ArithmeticError) as error:
        raise _refused(f"the defaults {defaults} ({error})") from error


def _slider(name: str, default: Any) -> widgets.Widget:
    common = {
        "description": TITLES[name],
        "style": {"description_width": "95px"},
        "layout": widgets.Layout(width="330px"),
    }
    if name == "lr":
        return widgets.FloatLogSlider(float(default), base=10, min=-3, max=1, step=0.05, readout_format=".3g", **common)
    if name == "sigma":
        return widgets.FloatLogSlider(float(default), base=10, min=-4, max=1, step=0.1, readout_format=".2g", **common)
    if name == "num_epochs":
        return widgets.IntSlider(int(default), min=1, max=max(30, int(default)), **common)
    sizes = sorted({*_BATCH_SIZES, int(default)})
    return widgets.SelectionSlider(options=sizes, value=int(default), **common)


def _refused(got: str) -> ArgumentError:
    return ArgumentError(
        "Cannot make a panel for this.",
        got=got,
        expected=f"a function whose parameters are among {', '.join(TITLES)}, each with a default",
        remedy="write def train(lr=0.1, batch_size=256, num_epochs=10, sigma=0.01): and return train_ch3(...)",
    )
