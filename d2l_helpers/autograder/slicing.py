"""Which cells of a notebook the answers need: a chapter trains for a minute, its answers take a second.

A cell runs if it gives a name that a cell which runs uses, or if it touches data that such a cell uses, for it may
change them. What cannot be read as Python, or gives names in ways that its text does not show, runs too.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Names", "imports_of", "names_in", "needed"]

_NOT_SHOWN = re.compile(r"\b(exec|eval|globals|locals|vars|setattr|get_ipython|__main__)\b|\bimport\s+\*")


@dataclass(frozen=True)
class Names:
    """What a cell has to do with names.

    Attributes
    ----------
    defined : frozenset of str
        The functions and classes that it defines, and what it imports.
    data : frozenset of str
        The other names that it gives a value.
    used : frozenset of str
        The names that it reads.
    always : bool
        Whether its names cannot be told, so that it runs whatever is needed.
    """

    defined: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    always: bool = True

    @property
    def given(self) -> frozenset[str]:
        """The names that it gives a value."""
        return self.defined | self.data


def names_in(source: str) -> Names:
    """Read a cell's names, those of the notebook and not a function's own; whatever it holds, this gives an answer."""
    try:
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    top = table.get_symbols()
    given = {symbol.get_name() for symbol in top if symbol.is_assigned() or symbol.is_imported()}
    defined = {symbol.get_name() for symbol in top if symbol.is_namespace() or symbol.is_imported()}
    used = {symbol.get_name() for symbol in top if symbol.is_referenced()}
    for inner in _inner(table):
        symbols = [symbol for symbol in inner.get_symbols() if symbol.is_global()]
        used |= {symbol.get_name() for symbol in symbols}
        given |= {symbol.get_name() for symbol in symbols if symbol.is_declared_global()}
    return Names(frozenset(defined), frozenset(given - defined), frozenset(used), _NOT_SHOWN.search(source) is not None)


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def needed(sources: Sequence[str], wanted: Iterable[str]) -> list[bool]:
    """Tell which cells must run.

    Parameters
    ----------
    sources : sequence of str
        All cells, in their order.
    wanted : iterable of str
        The names that are asked for afterwards.

    Returns
    -------
    list of bool
        For each cell, whether it runs.
    """
    cells = [names_in(source) for source in sources]
    all_data = frozenset().union(*(cell.data for cell in cells)) - frozenset().union(*(cell.defined for cell in cells))
    runs = [cell.always for cell in cells]
    names = set(wanted).union(*(cell.used for cell, does in zip(cells, runs, strict=True) if does))
    while True:
        found = [
            number
            for number, cell in enumerate(cells)
            if not runs[number] and (cell.given & names or cell.used & names & all_data)
        ]
        if not found:
            return runs
        for number in found:
            runs[number] = True
            names |= cells[number].used


def imports_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Give the import statements in cells, each once, in their order; cells that cannot be read are left out."""
    found: dict[str, None] = {}
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError):
            continue
        found |= dict.fromkeys(ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    return tuple(found)
