"""Find the module of exercises that a notebook loads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.needed_cells import tree_of
from d2l_helpers.errors import NotebookError

__all__ = ["loaded_module"]

_FUNCTION = "load_exercises"


def loaded_module(sources: Iterable[str]) -> str | None:
    """Return the name in a notebook's call of ``helpers.load_exercises``; None where there is no such call.

    Parameters
    ----------
    sources : iterable of str
        The notebook's code cells.

    Raises
    ------
    NotebookError
        If the name cannot be read, or there are several.
    """
    names = list(dict.fromkeys(name for source in sources if _FUNCTION in source for name in _names_in(source)))
    if names and (len(names) > 1 or names[0] is None):
        raise NotebookError(
            "Cannot tell which exercises this notebook loads.",
            got=" and ".join(map(repr, filter(None, names))) or f"a call of {_FUNCTION} without a name in quotes",
            expected=f'one module, as in helpers.{_FUNCTION}("my_exercises")',
            remedy="write the name in quotes, and put all exercises of a notebook into one module",
        )
    return names[0].removesuffix(".py") if names and names[0] else None


def _names_in(source: str) -> Iterator[str | None]:
    """Yield the name in each call of `load_exercises`; None for a name that is not written as text."""
    tree = tree_of(to_python(source))
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Call(ast.Name(called) | ast.Attribute(_, called), given, named) if called == _FUNCTION:
                argument = next(iter([*given, *(each.value for each in named)]), None)
                is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                yield argument.value if is_text else None  # type: ignore[union-attr]
