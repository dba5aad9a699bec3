"""Read from a cell which student it names, as in ``helpers.student("s01")``; the cell does not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from d2l_autograder.cells.needed_cells import tree_of
from d2l_helpers.variants import is_left_out, normalised

__all__ = ["only_names_a_student", "students_in"]

_LONGEST = 200  # characters of an id; `d2l_helpers.student` refuses longer ones


def students_in(source: str) -> Iterator[str]:
    """Yield the ids that calls of ``student`` name, as `d2l_helpers.variants.normalised` returns them.

    Parameters
    ----------
    source : str
        A cell in plain Python, which may hold anything.
    """
    tree = tree_of(source) if "student" in source else None
    for node in ast.walk(tree) if tree else ():
        given = _named_in(node)
        if isinstance(given, str) and len(given) <= _LONGEST and not is_left_out(ident := normalised(given)):
            yield ident


def only_names_a_student(source: str) -> bool:
    """Return whether a cell does nothing but call ``student``, with an id or with dots."""
    tree = tree_of(source) if "student" in source else None
    statements = tree.body if tree else []
    return bool(statements) and all(
        isinstance(each, ast.Expr) and _named_in(each.value) is not None for each in statements
    )


def _named_in(node: ast.AST) -> object:
    """Return what a call of ``student`` names: text, or something else for dots; None for all other code."""
    match node:
        case ast.Call(ast.Name("student") | ast.Attribute(ast.Name(), "student"), [ast.Constant(ident)], []):
            is_number = isinstance(ident, int) and not isinstance(ident, bool) and 0 <= ident < 10**_LONGEST
            return str(ident) if is_number else ident
        case ast.Call(ast.Name("student") | ast.Attribute(ast.Name(), "student"), [], []):
            return ...
    return None
