"""Stand in for ipywidgets: each class has its namesake's name and arguments, and only holds what it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace as Layout
from typing import Any

__all__ = [
    "Box",
    "Button",
    "Checkbox",
    "FloatLogSlider",
    "FloatProgress",
    "FloatSlider",
    "HTML",
    "IntSlider",
    "Layout",
    "Output",
    "SelectionSlider",
    "Text",
    "VBox",
    "Widget",
    "__version__",
]

__version__ = "0"


class Widget:
    """A widget that is on no page, so that no reader changes it: its callbacks are never called."""

    comm = None
    description = ""

    def __init__(self, value: Any = None, **traits: Any) -> None:
        self.value = value
        self.layout = Layout()
        self.__dict__.update(traits)

    def observe(self, handler: Callable[..., None], names: str = "value") -> None:
        """Do nothing."""

    def on_click(self, handler: Callable[..., None]) -> None:
        """Do nothing."""

    def add_class(self, name: str) -> None:
        """Do nothing."""


class Box(Widget):
    """Widgets side by side."""

    def __init__(self, children: Sequence[Widget] = (), **traits: Any) -> None:
        super().__init__(children=tuple(children), **traits)


class HTML(Widget):
    """A text."""

    def __init__(self, value: str = "", **traits: Any) -> None:
        super().__init__(value, **traits)


class SelectionSlider(Widget):
    """Options, which are values or pairs of a label and a value; one is selected by its value or its index."""

    def __init__(self, options: Sequence[Any], index: int | None = None, value: Any = None, **traits: Any) -> None:
        values = [option[1] if isinstance(option, tuple) else option for option in options]
        super().__init__(value if index is None else values[index], options=tuple(options), **traits)


VBox = Box
Button = Checkbox = FloatLogSlider = FloatProgress = FloatSlider = IntSlider = Output = Text = Widget
