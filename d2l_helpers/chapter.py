"""The notebooks of the chapter, and what each of them defines in a module of its own."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from d2l_helpers.errors import ArgumentError, quote

__all__ = ["CHAPTER", "find_by_name", "of_each_notebook"]

CHAPTER = (
    "00_start_here",
    "01_linear_regression",
    "02_linear_regression_scratch",
    "03_linear_regression_gluon",
    "04_softmax_regression",
    "05_fashion_mnist",
    "06_softmax_regression_scratch",
    "07_softmax_regression_gluon",
    "08_softmax_regression_keras",
    "09_review",
)


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_HasName)


def of_each_notebook(package: str, attribute: str) -> dict[str, Any]:
    """Return an attribute of each notebook's module in a package, by the notebook's name, in the chapter's order."""
    return {
        notebook: getattr(importlib.import_module(f"{package}.{notebook.partition('_')[2]}"), attribute)
        for notebook in CHAPTER
    }


def find_by_name(name: object, what: str, groups: Iterable[tuple[Named, ...]]) -> Named:
    """Return the member of this name.

    Parameters
    ----------
    name : object
        The reader's argument.
    what : str
        What the members are, such as "exercise".
    groups : iterable of tuple
        The members of each notebook.

    Raises
    ------
    ArgumentError
        If there is none; the message lists similar names.
    """
    members = {member.name: member for group in groups for member in group}
    if isinstance(name, str) and name in members:
        return members[name]
    alike = difflib.get_close_matches(name, members, n=3) if isinstance(name, str) else []
    raise ArgumentError(
        f"There is no such {what}.",
        got=quote(name),
        expected=f"the name of {'an' if what[0] in 'aeiou' else 'a'} {what}, such as "
        + " or ".join(map(repr, alike or list(members)[:1])),
        remedy="copy the name from the notebook: it comes first in the call",
    )
