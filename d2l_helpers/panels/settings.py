"""Make the controls of a panel from the parameters of the reader's function."""

from __future__ import annotations

import html
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Any

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels import controls
from d2l_helpers.panels.layout import look
from d2l_helpers.panels.ranges import LARGEST, SMALLEST, chosen, is_number, ranged
from d2l_helpers.panels.toolkit import widgets

__all__ = ["Settings", "single_choices", "sliders", "title_of"]

Settings = dict[str, Any]

_BATCH_SIZES = (1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
_LARGEST = 10**6  # the largest value of a parameter in _BOOKS
_BOOKS = {
    "lr": "learning rate",
    "batch_size": "batch size",
    "num_epochs": "epochs",
    "sigma": "initial sigma",
}
_COUNTS = ("batch_size", "num_epochs")
# Names that Gluon knows; a parameter whose default is one of a family offers the whole family
_FAMILIES = (
    ("relu", "sigmoid", "tanh", "softrelu", "softsign"),
    ("sgd", "nag", "adam", "rmsprop", "adagrad", "adadelta"),
)
_UNNAMED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def title_of(name: str) -> str:
    """Return what the page calls a parameter."""
    return _BOOKS.get(name) or name.replace("_", " ").strip() or name


def sliders(train: Callable[..., Any], ranges: Mapping[str, Any] | None = None) -> dict[str, widgets.Widget]:
    """Make a control for each parameter of `train` that has a number, a bool or a choice as default, at this default.

    Parameters
    ----------
    train : callable
        The book's parameters are `lr` (learning rate), `batch_size`, `num_epochs` and `sigma` (standard deviation of
        the initial weights), with defaults above 0. A choice is a string, a member of an Enum, or what is annotated
        with a Literal. A parameter with any other default, such as None, keeps it and has no control.
    ranges : mapping, optional
        For a parameter's name, its range ``(low, high)`` or ``(low, high, step)``, or a list of its choices.

    Raises
    ------
    ArgumentError
        If `train` is no function, has no such parameter, or has one without a default; if a default is too large or not
        finite; if a range has another form, does not contain the default, or names no parameter.
    """
    signature = _signature(train)
    parameters = _parameters(train, signature)
    ranges = ranges or {}
    unknown = [name for name in ranges if name not in parameters]
    if unknown:
        raise ArgumentError(
            "Cannot give a range to this parameter.",
            got=f"{unknown[0]}={ranges[unknown[0]]!r}",
            expected=f"one of the function's parameters: {', '.join(parameters) or 'there are none'}",
            remedy=f"add {unknown[0]} to the function's parameters, with a default, or correct the name",
        )
    made = {}
    for name, parameter in parameters.items():
        control = _ranged(name, parameter, ranges[name]) if name in ranges else _control(name, parameter)
        if control:
            made[name] = control
    if not made:
        raise _refused(_called(train, signature), "at least one parameter with a number, a bool or a choice as default")
    return made


def single_choices(made: Mapping[str, widgets.Widget], function: str) -> list[str]:
    """Return a hint, as HTML, for each parameter of a function whose control has only one choice."""
    hints = []
    for name, control in made.items():
        if len(getattr(control, "options", "several")) == 1:
            example = f"helpers.retrain({function}, {name}=[{control.value!r}, …])"
            title, code = html.escape(title_of(name)), html.escape(example)
            hints.append(f"{title} has one choice only; add others: <code>{code}</code>")
    return hints


def _signature(train: Callable[..., Any]) -> inspect.Signature:
    if inspect.iscoroutinefunction(train) or inspect.isasyncgenfunction(train):
        raise _refused(f"async def {train.__name__}", "a function of `def`", "leave out async and await")
    try:
        if not isinstance(train, type):
            return inspect.signature(train, eval_str=True)
    except Exception:  # an annotation with a name that is not defined
        with suppress(TypeError, ValueError):  # not callable, or not written in Python
            return inspect.signature(train)
    raise _refused(repr(train), "a function")


def _parameters(train: Callable[..., Any], signature: inspect.Signature) -> dict[str, inspect.Parameter]:
    """Return the parameters that can be given by name; raise ArgumentError if one has no default."""
    named = {name: one for name, one in signature.parameters.items() if one.kind not in _UNNAMED}
    for name, parameter in named.items():
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise _refused(
                f"{_called(train, signature)}: {name} cannot be given by its name",
                "parameters that can be given by name",
                "leave out the / among the function's parameters",
            )
        if parameter.default is parameter.empty:
            raise _refused(f"{_called(train, signature)}: {name} has no default", "a default for each parameter")
    return named


def _control(name: str, parameter: inspect.Parameter) -> widgets.Widget | None:
    """Make a parameter's control; return None if its default is neither a number nor a bool nor a choice."""
    title, default = title_of(name), controls.plain(parameter.default)
    if name in _BOOKS:
        return _books_control(name, default)
    if options := _options(parameter.annotation, default):
        return chosen(name, title, default, options)
    if isinstance(default, bool):
        return controls.check_box(title, default)
    if isinstance(default, (int, float)):
        if not is_number(default):
            raise _refused(f"{name}={default!r}", f"0, or a number from {SMALLEST:g} to {LARGEST:g} in absolute value")
        if isinstance(default, int):
            return controls.whole_slider(title, default)
        return controls.float_slider(title, default)
    return None


def _ranged(name: str, parameter: inspect.Parameter, given: Any) -> widgets.Widget:
    default = controls.plain(parameter.default)
    if name in _BOOKS:
        if not _fits(name, default):
            raise _books_refused(f"{name}={default!r}")
        if isinstance(given, (list, tuple)) and not all(_fits(name, one) for one in given):
            raise _books_refused(f"{name}={given!r}")
    return ranged(name, title_of(name), default, given)


def _options(annotation: Any, default: Any) -> list[Any]:
    """Return the choices of a parameter by its annotation or default; none for a number or a bool."""
    if literals := _literals(annotation):
        return literals
    if isinstance(default, Enum):
        return list(type(default))
    if isinstance(default, str):
        return list(next((family for family in _FAMILIES if default in family), (default,)))
    return []


def _literals(annotation: Any) -> list[Any]:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return list(parts)
    if origin is typing.Annotated:
        return _literals(parts[0])
    if origin in (typing.Union, types.UnionType):
        found = [option for part in parts for option in _literals(part)]
        return found + [None] * (bool(found) and type(None) in parts)
    return []


def _books_control(name: str, default: Any) -> widgets.Widget:
    title = title_of(name)
    if not _fits(name, default):
        raise _books_refused(f"{name}={default!r}")
    # ipywidgets would silently replace a default outside of a slider's range, so the range is widened
    if name == "lr":
        return controls.log_slider(title, float(default), *_exponents(default, -3, 1), 0.05, 3)
    if name == "sigma":
        return controls.log_slider(title, float(default), *_exponents(default, -4, 1), 0.1, 2)
    if name == "num_epochs":
        return widgets.IntSlider(default, min=1, max=max(30, default), **look(title))
    return controls.choices(title, sorted({*_BATCH_SIZES, default}), default)


def _fits(name: str, value: Any) -> bool:
    kinds = (int,) if name in _COUNTS else (int, float)
    value = controls.plain(value)
    return isinstance(value, kinds) and not isinstance(value, bool) and 0 < value <= _LARGEST


def _exponents(default: float, lowest: int, highest: int) -> tuple[int, int]:
    """Return the ends of a logarithmic slider as exponents of ten; the default lies between them."""
    exponent = math.log10(default)
    return min(lowest, math.floor(exponent)), max(highest, math.ceil(exponent))


def _called(train: Callable[..., Any], signature: object) -> str:
    return f"{getattr(train, '__name__', train)}{signature}"


def _books_refused(got: str) -> ArgumentError:
    expected = (
        f"numbers above 0 and up to {_LARGEST:,} for {', '.join(_BOOKS)}; {' and '.join(_COUNTS)} are whole numbers"
    )
    return _refused(got, expected)


def _refused(
    got: str,
    expected: str,
    remedy: str = "write, for example, def train(lr=0.1, batch_size=256, num_epochs=10, width=64): with train_ch3(...)",
) -> ArgumentError:
    return ArgumentError("Cannot make a panel for this function.", got=got, expected=expected, remedy=remedy)
