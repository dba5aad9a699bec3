"""Find by its name what notebooks define: the chapter's in a module for each, and what was loaded beside a notebook."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

from d2l_helpers.chapter import CHAPTER, module_of
from d2l_helpers.errors import ArgumentError, quote

__all__ = ["Catalogue", "listed"]


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_HasName)


class Catalogue(Generic[Named]):
    """The exercises, or the questions, of all notebooks.

    Parameters
    ----------
    what : str
        What the members are, such as "exercise".
    package : str
        The package with the chapter's modules.
    read : callable
        ``read(module)`` returns the members that a module lists, the chapter's or a teacher's.
    """

    def __init__(self, what: str, package: str, read: Callable[[ModuleType], tuple[Named, ...]]) -> None:
        self._what, self._package, self._read = what, package, read
        self._chapter: dict[str, tuple[Named, ...]] = {}
        self._loaded: dict[str, tuple[Named, ...]] = {}

    def chapter(self) -> dict[str, tuple[Named, ...]]:
        """Return the members of each notebook of the chapter, by the notebook's name, in the notebook's order."""
        if not self._chapter:
            modules = {name: importlib.import_module(f"{self._package}.{module_of(name)}") for name in CHAPTER}
            self._chapter = {name: self._read(module) for name, module in modules.items()}
        return self._chapter

    def loaded(self) -> dict[str, tuple[Named, ...]]:
        """Return the members that were loaded in this kernel, by the name of their module."""
        return dict(self._loaded)

    def add(self, module: str, members: tuple[Named, ...]) -> None:
        """Add the members of a module, in place of those that it had before.

        Raises
        ------
        ArgumentError
            If a name is taken.
        """
        self.require_new(module, members)
        self._loaded[module] = members

    def require_new(self, module: str, members: Iterable[Named]) -> None:
        """Raise ArgumentError if the chapter or another loaded module has a member of the same name."""
        others = self.chapter() | {name: group for name, group in self._loaded.items() if name != module}
        owners = {member.name: name for name, group in others.items() for member in group}
        for member in members:
            if member.name in owners:
                raise ArgumentError(
                    f"The name of this {self._what} is taken.",
                    got=f"{member.name!r} in {module}.py, which {owners[member.name]} has already",
                    expected="a name that neither the chapter nor another loaded module has",
                    remedy=f"rename it in {module}.py and in the notebook's cells",
                )

    def find(self, name: object) -> Named:
        """Return the member of this name.

        Parameters
        ----------
        name : object
            The reader's argument.

        Raises
        ------
        ArgumentError
            If there is none; the message lists similar names.
        """
        groups: Mapping[str, tuple[Named, ...]] = self._loaded | self.chapter()
        members = {member.name: member for group in groups.values() for member in group}
        if isinstance(name, str) and name in members:
            return members[name]
        alike = difflib.get_close_matches(name, members, n=3) if isinstance(name, str) else []
        raise ArgumentError(
            f"There is no such {self._what}.",
            got=quote(name),
            expected=f"the name of {'an' if self._what[0] in 'aeiou' else 'a'} {self._what}, such as "
            + " or ".join(map(repr, alike or list(members)[:1])),
            remedy="copy the name from the notebook: it comes first in the call",
        )


def listed(module: ModuleType, attribute: str, kind: type[Any], example: str) -> tuple[Any, ...]:
    """Return what a module lists under a name; the names of its members differ.

    Parameters
    ----------
    module : module
        The chapter's or a teacher's.
    attribute : str
        Such as "EXERCISES".
    kind : type
        What the members are.
    example : str
        How such a list is written, for the message.

    Raises
    ------
    ArgumentError
        If the module has no such list.
    """
    where = Path(str(module.__file__)).name
    found = getattr(module, attribute, None)
    expected = f"{attribute} = {example}"
    if found is None:
        raise _unusable(where, f"a module without {attribute}", expected, f"add {attribute} at the end of the module")
    if not isinstance(found, tuple | list):
        got = f"{attribute} of type {type(found).__name__}"
        raise _unusable(where, got, expected, "put the members into parentheses, with a comma after each")
    for place, member in enumerate(found, start=1):
        if not isinstance(member, kind):
            got = f"number {place} of {attribute}, {quote(member)}"
            raise _unusable(where, got, expected, f"list {kind.__name__} objects only")
        if not isinstance(member.name, str):
            got = f"number {place} of {attribute}, whose name is {quote(member.name)}"
            raise _unusable(where, got, "a name as text", "pass the name in quotes")
    names = [member.name for member in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _unusable(where, f"{', '.join(twice)} twice in {attribute}", "names that differ", "rename one of them")
    return tuple(found)


def _unusable(where: str, got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError(f"Cannot use {where}.", got=got, expected=expected, remedy=remedy)
