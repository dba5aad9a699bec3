"""Compare cells by what they mean to Python."""

from __future__ import annotations

import ast
import builtins
import hashlib
from functools import lru_cache

from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.needed_cells import tree_of

__all__ = ["is_idle", "is_same", "meaning"]


def is_same(source: str, other: str) -> bool:
    """Return whether two cells differ at most in comments and spaces."""
    return source.strip() == other.strip() or meaning(source) == meaning(other)


@lru_cache(maxsize=2048)
def is_idle(source: str) -> bool:
    """Return whether all that a cell does is to bind one name to None, the dots, or a function that does nothing.

    The public check calls such an answer not attempted, too. A call of a check may follow.
    """
    tree = tree_of(to_python(source))
    match [statement for statement in tree.body if not _is_check(statement)] if tree else ():
        case [ast.FunctionDef(decorator_list=[], body=body)]:
            return all(map(_does_nothing, body))
        case [ast.Assign([ast.Name()], ast.Constant(None | builtins.Ellipsis))]:
            return True
    return False


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Name("check") | ast.Attribute(_, "check"))):
            return True
    return False


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()) | ast.Return(None | ast.Constant(None)):
            return True
    return False


@lru_cache(maxsize=2048)
def meaning(source: str) -> str:
    """Return a digest of a cell's syntax tree, without comments and spaces; of its text if Python cannot parse it."""
    try:
        found = ast.dump(tree) if (tree := tree_of(to_python(source))) else source.strip()
    except (RecursionError, MemoryError):  # a tree that Python can parse and not walk
        found = source.strip()
    return hashlib.sha256(found.encode(errors="replace")).hexdigest()
