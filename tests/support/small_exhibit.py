"""An exhibit with a control of each kind, which draws at once."""

from __future__ import annotations

from d2l_helpers.figures import Chart, Line
from d2l_helpers.panels.exhibit import Exhibit, View, choice, log_slider, slider

__all__ = ["show", "small_exhibit"]


def show(rate: float, steps: int, kind: str) -> View:
    return View(f"<{kind}> at {rate:g} after {steps}", [Chart("t", [Line([0, 1], [0, rate])])], html=f"<p>{kind}</p>")


def small_exhibit() -> Exhibit:
    controls = [
        log_slider("rate", "rate", 0.1, 0.01, 10),
        slider("steps", "steps", 5, 0, 20, 1),
        choice("kind", "kind", [("first", "a"), ("second", "b")], "a"),
    ]
    return Exhibit("A test", controls, show)
