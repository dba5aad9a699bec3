"""Find the cells of a notebook that the answers need: training the chapter takes a minute, the answers a second.

A cell runs if it binds a name that a running cell uses, or if it reads data that a running cell uses, because it may
change the data. A cell runs in any case if it is not valid Python, or may bind names that its text does not show. Two
dependencies are not found: a name that is looked up as text, and data that is changed through another name.
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

_UNSEEN_NAMES = re.compile(r"\b(exec|eval|globals|locals|vars|setattr|get_ipython|__main__)\b|\bimport[\s\\(]+\*")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # every error of Python's parser
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_filters = threading.Lock()  # warning filters belong to the process, so threads must not change them at once


@dataclass(frozen=True)
class Names:
    """The names that a cell binds and reads.

    Attributes
    ----------
    defined : frozenset of str
        The functions that it defines, and what it imports.
    data : frozenset of str
        The other names that it binds, or whose attributes or items it sets. A class is data, because a cell may add
        methods to it.
    used : frozenset of str
        The names that it reads.
    always : bool
        Whether its names are unknown, so that it must run whatever is wanted.
    """

    defined: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    always: bool = True

    @property
    def given(self) -> frozenset[str]:
        """The names that the cell binds."""
        return self.defined | self.data


@lru_cache(maxsize=512)
def names_in(source: str) -> Names:
    """Return the notebook's names in a cell, without the local names of functions; never raises, whatever the text."""
    python, tree = source, tree_of(source)
    try:
        with _quietly():
            if tree is None:
                python = without_magics(source)  # as the sandbox does before it runs a cell
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
        is_class = inner.get_type() == "class"  # its body may read a notebook's name before binding its own
        for symbol in inner.get_symbols():
            if symbol.is_global() or (is_class and symbol.is_referenced() and not symbol.is_free()):
                used.add(symbol.get_name())
            if symbol.is_declared_global():
                given.add(symbol.get_name())
    data = given - defined | _changed(tree) & used
    return Names(frozenset(defined), frozenset(data), frozenset(used), _UNSEEN_NAMES.search(python) is not None)


def tree_of(source: str) -> ast.Module | None:
    """Parse a cell; return None if it is not valid Python."""
    try:
        with _quietly():
            return ast.parse(source)
    except _UNREADABLE:
        return None


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence the warnings of Python's parser about a student's code, such as an unknown escape."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _WithGenerators(ast.NodeTransformer):
    """Replace each comprehension by a generator expression that binds and reads the same names.

    From Python 3.12 on, a comprehension is compiled into the code around it (PEP 709), and symtable lists its variable
    there: the cell ``[y for y in data]`` would bind `y`. The variable of a generator expression is its own in every
    Python.
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
        if table.get_type().startswith("type parameter"):  # around the function in ``def f[T]()`` (PEP 695)
            tables += table.get_children()
    return any(table.get_type() == "function" for table in tables)


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _changed(tree: ast.Module) -> set[str]:
    """Return the names whose attributes or items are set, such as Net in ``Net.forward = forward``."""
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
    """Return for each cell whether it must run, so that the wanted names have the value that they have after all cells.

    Parameters
    ----------
    sources : sequence of str
        All cells, in their order.
    wanted : iterable of str
        The names that are read afterwards.
    """
    cells = [names_in(source) for source in sources]
    all_data = frozenset().union(*(cell.data for cell in cells)) - frozenset().union(*(cell.defined for cell in cells))
    writers = defaultdict(list)  # by name: the cells that bind it, or read it and so may change it
    for number, cell in enumerate(cells):
        for name in cell.given | cell.used & all_data:
            writers[name].append(number)
    runs = [cell.always for cell in cells]
    names = set(wanted).union(*(cell.used for cell in cells if cell.always))
    waiting = list(names)
    while waiting:
        for number in writers[waiting.pop()]:
            if not runs[number]:
                runs[number] = True
                waiting += cells[number].used - names
                names |= cells[number].used
    return runs


def imports_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the import statements in cells, each once, in their order; cells that are not valid Python are skipped."""
    found: dict[str, None] = {}
    for source in sources:
        if tree := tree_of(source):
            imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
            found |= dict.fromkeys(map(ast.unparse, imports))
    return tuple(found)
