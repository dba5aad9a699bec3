"""Put independent statements of a block into one order, whatever their order in the source."""

from __future__ import annotations

import ast
import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["is_without_effect", "names_of", "ordered"]

_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Assert, ast.Yield, ast.YieldFrom, ast.Await)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Names(NamedTuple):
    """The names that a statement reads and those that it changes."""

    read: frozenset[str]
    changed: frozenset[str]


def names_of(node: ast.AST) -> _Names:
    """Return the names that are read and those that are bound or whose objects may be changed."""
    read, changed = set(), set()
    for each in ast.walk(node):
        match each:
            case ast.Name(name, ast.Load()) | ast.AugAssign(ast.Name(name)):
                read.add(name)
            case ast.Name(name) | ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                changed.add(name)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                changed |= _root(each)
            case ast.Expr(ast.Call(function, given)):  # such as rows.append(row), random.shuffle(rows)
                changed |= _root(function).union(*map(_root, given))
    if isinstance(node, _SCOPES):  # what a function binds inside is its own
        return _Names(frozenset(read), frozenset({node.name}))
    return _Names(frozenset(read), frozenset(changed))


def _root(node: ast.AST) -> set[str]:
    """Return the name to whose object an attribute or an item belongs."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def is_without_effect(statement: ast.stmt, read: frozenset[str] | None = None) -> bool:
    """Return whether a statement does nothing: docstrings, ``pass``, and values bound to names that are never read.

    Parameters
    ----------
    statement : ast.stmt
        The statement.
    read : frozenset of str, optional
        The names that the code reads; by default any may be read elsewhere.
    """
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()) | ast.AnnAssign(value=None):
            return True
        case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)):
            return read is not None and name not in read
    return False


def ordered(statements: Sequence[ast.stmt], keys: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the places of statements in an order that only their dependencies and their keys decide.

    A statement comes after those that bind what it reads, and after those that read what it changes. Of statements
    that could come next, the one with the smallest key does.

    Parameters
    ----------
    statements : sequence of ast.stmt
        A block.
    keys : sequence of tuple of str
        What each statement looks like without the names that the code binds.
    """
    after: dict[int, set[int]] = defaultdict(set)
    waits = []
    for place, before in enumerate(_dependencies(statements)):
        waits.append(len(before))
        for one in before:
            after[one].add(place)
    ready = [(keys[place], place) for place, count in enumerate(waits) if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        _, place = heapq.heappop(ready)
        found.append(place)
        for one in after[place]:
            waits[one] -= 1
            if not waits[one]:
                heapq.heappush(ready, (keys[one], one))
    return found


def _dependencies(statements: Sequence[ast.stmt]) -> Iterator[set[int]]:
    """Yield for each statement the places of statements that must come before it."""
    changed_by: dict[str, int] = {}
    read_by: dict[str, list[int]] = defaultdict(list)
    last: set[int] = set()  # the last statement that may leave the block: no other passes it
    for place, statement in enumerate(statements):
        names = names_of(statement)
        before = {changed_by[name] for name in names.read | names.changed if name in changed_by}
        before.update(last, *(read_by[name] for name in names.changed))
        if not isinstance(statement, _SCOPES) and any(isinstance(each, _LEAVING) for each in ast.walk(statement)):
            before.update(range(max(last, default=0), place))
            last = {place}
        yield before - {place}
        for name in names.changed:
            changed_by[name], read_by[name] = place, []
        for name in names.read - names.changed:
            read_by[name].append(place)
