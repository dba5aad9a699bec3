"""Which cells of a notebook the answers need: a chapter trains for a minute, its answers take a second.

A cell runs if it gives a name that a cell which runs uses, or if it touches data that such a cell uses, for it may
change them. What cannot be read as Python, or gives names in ways that its text does not show, runs too. What a cell
asks for by its name as text, and what is changed through another name, is not seen.
"""

from __future__ import annotations

import ast
import re
import symtable
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from d2l_autograder.sandbox.worker import without_magics

__all__ = ["Names", "imports_of", "names_in", "needed", "tree_of"]

_NOT_SHOWN = re.compile(r"\b(exec|eval|globals|locals|vars|setattr|get_ipython|__main__)\b|\bimport[\s\\(]+\*")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # all that Python's parser raises
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_filters = threading.Lock()  # Python's warning filters belong to the process


@dataclass(frozen=True)
class Names:
    """What a cell has to do with names.

    Attributes
    ----------
    defined : frozenset of str
        The functions that it defines, and what it imports.
    data : frozenset of str
        The other names that it gives a value, or whose attributes or items it sets; classes, too, for methods may be
        added to them.
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


@lru_cache(maxsize=512)
def names_in(source: str) -> Names:
    """Read a cell's names, those of the notebook and not a function's own; whatever it holds, this gives an answer."""
    python, tree = source, tree_of(source)
    try:
        with _quietly():
            if tree is None:
                python = without_magics(source)  # as the sandbox will run it
                tree = ast.parse(python)
            plain = python
            if any(isinstance(node, _COMPREHENSIONS) for node in ast.walk(tree)):
                plain = ast.unparse(_WithGenerators().visit(tree))
            table = symtable.symtable(plain, "<cell>", "exec")
    except _UNREADABLE:
        return Names()
    top = table.get_symbols()
    given = {symbol.get_name() for symbol in top if symbol.is_assigned() or symbol.is_imported()}
    defined = {symbol.get_name() for symbol in top if symbol.is_imported() or _is_function(symbol)}
    used = {symbol.get_name() for symbol in top if symbol.is_referenced()}
    for inner in _inner(table):
        is_class = inner.get_type() == "class"  # its body reads a name of the notebook until it gives it a value
        for symbol in inner.get_symbols():
            if symbol.is_global() or (is_class and symbol.is_referenced() and not symbol.is_free()):
                used.add(symbol.get_name())
            if symbol.is_declared_global():
                given.add(symbol.get_name())
    data = given - defined | _changed(tree) & used
    return Names(frozenset(defined), frozenset(data), frozenset(used), _NOT_SHOWN.search(python) is not None)


def tree_of(source: str) -> ast.Module | None:
    """Read a cell as Python; None if it cannot be read."""
    try:
        with _quietly():
            return ast.parse(source)
    except _UNREADABLE:
        return None


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what Python's parser thinks of a student's code, such as an unknown escape, off the terminal."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _WithGenerators(ast.NodeTransformer):
    """Replaces each comprehension by a generator expression that binds and reads the same names.

    From Python 3.12 on, symtable counts the variable of a comprehension among the names of the code around it, into
    which it is compiled (PEP 709): the cell ``[y for y in data]`` would define `y`. A generator expression keeps its
    variable to itself in every Python.
    """

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp  # noqa: N815 (the name that ast calls)

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def _is_function(symbol: symtable.Symbol) -> bool:
    tables = list(symbol.get_namespaces())
    for table in symbol.get_namespaces():
        if table.get_type().startswith("type parameter"):  # of ``def f[T]()``, around the function itself (PEP 695)
            tables += table.get_children()
    return any(table.get_type() == "function" for table in tables)


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _changed(tree: ast.Module) -> set[str]:
    """Find what has its attributes or items set, such as Net in ``Net.forward = forward``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                found.add(root.id)
    return found


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
    concerned = defaultdict(list)
    for number, cell in enumerate(cells):
        for name in cell.given | cell.used & all_data:
            concerned[name].append(number)
    runs = [cell.always for cell in cells]
    names = set(wanted).union(*(cell.used for cell in cells if cell.always))
    waiting = list(names)
    while waiting:
        for number in concerned[waiting.pop()]:
            if not runs[number]:
                runs[number] = True
                waiting += cells[number].used - names
                names |= cells[number].used
    return runs


def imports_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Give the import statements in cells, each once, in their order; cells that cannot be read are left out."""
    found: dict[str, None] = {}
    for source in sources:
        if tree := tree_of(source):
            imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
            found |= dict.fromkeys(map(ast.unparse, imports))
    return tuple(found)
