"""Explain a call that does not fit a function's parameters, such as one of another edition of the book."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from d2l_helpers.errors import ArgumentError, quote

__all__ = ["UPDATER", "explained", "takes"]

P = ParamSpec("P")
R = TypeVar("R")

UPDATER = (
    "pass a gluon.Trainer as updater, or a function of the batch size alone: "
    "lambda batch_size: d2l.sgd([W, b], lr, batch_size)"
)
# By a name of other editions and libraries: the parameter that has its job; None if there is none
_OTHER_NAMES = {
    "batch_size": None,
    "params": "updater",
    "lr": "updater",
    "learning_rate": "updater",
    "trainer": "updater",
    "optimizer": "updater",
    "epochs": "num_epochs",
    "model": "net",
    "loss_fn": "loss",
    "criterion": "loss",
    "train_loader": "train_iter",
    "train_dataloader": "train_iter",
    "test_loader": "test_iter",
    "val_loader": "test_iter",
    "valid_iter": "test_iter",
    "device": None,
    "ctx": None,
}


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise ArgumentError, not TypeError, for arguments that do not fit its parameters."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise _misfit(function.__name__, list(signature.parameters), args, kwargs, str(error)) from None
        return function(*args, **kwargs)

    return call


def takes(function: Callable[..., Any], count: int) -> bool:
    """Return whether a function can be called with so many arguments; True where Python cannot tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # many functions of C have none
        return True
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _misfit(name: str, parameters: list[str], args: tuple[Any, ...], kwargs: dict[str, Any], said: str) -> Exception:
    surplus = [quote(value) for value in args[len(parameters) :]]
    unknown = [key for key in kwargs if key not in parameters]
    missing = [each for each in parameters[len(args) :] if each not in kwargs]
    got = [f"{len(args) + len(kwargs)} arguments"]
    got += [f"too many: {', '.join(surplus)}"] * bool(surplus)
    got += [f"unknown: {', '.join(unknown)}"] * bool(unknown)
    got += [f"missing: {', '.join(missing)}"] * bool(missing)
    if len(got) == 1:
        got.append(said)
    return ArgumentError(
        f"Cannot call {name} with these arguments.",
        got="; ".join(got),
        expected=f"{name}({', '.join(parameters)})",
        remedy="; ".join(_changes(surplus, unknown, missing)),
    )


def _changes(surplus: list[str], unknown: list[str], missing: list[str]) -> list[str]:
    changes = [] if unknown or surplus else ["pass each of these arguments once, in this order"]
    if surplus:
        changes.append("leave out what the edition of 2019 had after num_epochs: batch_size, params, lr, trainer")
    for key in unknown:
        ours = _OTHER_NAMES.get(key)
        if ours != "updater":
            changes.append(f"pass {key} as {ours}" if ours else f"leave out {key}")
    if surplus or "updater" in missing or any(_OTHER_NAMES.get(key) == "updater" for key in unknown):
        changes.append(UPDATER)
    return changes
