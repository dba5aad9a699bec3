"""Find the cells of a notebook that the answers need: training the chapter takes a minute, the answers a second.

A cell runs if it binds a name that a running cell uses, or if it reads data that a running cell uses, because it may
change the data. A cell runs in any case if it is not valid Python, or may bind names that its text does not show. Two
dependencies are not found: a name that is looked up as text, and data that is changed through another name or by a
function of another cell.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import or_

from d2l_autograder.cells.ipython_syntax import AROUND, MAGIC_OPTIONS, to_python
from d2l_autograder.cells.parser_warnings import quietly

__all__ = ["Names", "imports_of", "names_in", "needed", "reached", "tree_of"]

_UNSEEN_NAMES = re.compile(r"\b(exec|eval|globals|locals|vars|setattr|__main__|__future__)\b|\bimport[\s\\(]+\*")
_WITHOUT_NAMES = {"system", "getoutput", "captured", "show_usage"}  # methods of IPython's shell that bind none
_WRITING = {"run", "writefile", "file", "pylab", "load", "store"}  # magics that bind names, or write what cells import
_DEEPEST = 3  # statements of magics in statements of magics
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


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
    sets : frozenset of str
        The names among its own that its functions bind when they are called.
    """

    defined: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    always: bool = True
    sets: frozenset[str] = frozenset()

    @property
    def given(self) -> frozenset[str]:
        """The names that the cell binds."""
        return self.defined | self.data


@lru_cache(maxsize=2048)
def names_in(source: str, depth: int = 0) -> Names:
    """Return the notebook's names in a cell, without the local names of functions; never raises, whatever the text."""
    python = to_python(source)
    try:
        names, magics = _names_of(python)
    except Exception:  # SyntaxError, or what the parser raises on text that nobody writes, such as RecursionError
        return Names()
    for name, code in magics:
        if name in _WRITING or depth == _DEEPEST:
            names = replace(names, always=True)
        elif name == "timeit":
            names = replace(names, used=names.used | names_in(code, depth + 1).used)
        elif name in AROUND:
            names = _together(names, names_in(code, depth + 1))
    return names


def _names_of(python: str) -> tuple[Names, list[tuple[str, str]]]:
    """Return the names in Python's own syntax, and the magics that are called: the name and the code of each."""
    with quietly():
        tree = ast.parse(python)
        magics = _magics(tree)
        plain = python
        if any(isinstance(node, _COMPREHENSIONS) for node in ast.walk(tree)):
            plain = ast.unparse(_WithGenerators().visit(tree))
        table = symtable.symtable(plain, "<cell>", "exec")
    top = table.get_symbols()
    given, sets = {symbol.get_name() for symbol in top if symbol.is_assigned() or symbol.is_imported()}, set()
    defined = {symbol.get_name() for symbol in top if symbol.is_imported() or _is_function(symbol)}
    used = {symbol.get_name() for symbol in top if symbol.is_referenced()} - {"get_ipython"}
    for inner in _inner(table):
        is_class = inner.get_type() == "class"  # its body may read a notebook's name before binding its own
        for symbol in inner.get_symbols():
            if symbol.is_global() or (is_class and symbol.is_referenced() and not symbol.is_free()):
                used.add(symbol.get_name())
            if symbol.is_declared_global():
                sets.add(symbol.get_name())
    data = (given | sets) - defined | _changed(tree) & used
    always = magics is None or _UNSEEN_NAMES.search(python) is not None
    return Names(frozenset(defined), frozenset(data), frozenset(used), always, frozenset(sets)), magics or []


def _magics(tree: ast.Module) -> list[tuple[str, str]] | None:
    """Return the magics that a cell calls, and as ``time`` the code in a call of ``exec`` or ``eval``.

    The result is None if the cell uses ``get_ipython`` in a way that IPython's own syntax does not.
    """
    found: list[tuple[str, str]] = []
    uses = calls = 0
    for node in ast.walk(tree):
        uses += isinstance(node, ast.Name) and node.id == "get_ipython"
        match node:
            case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), method), given, []):
                texts = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
                if method in ("run_line_magic", "run_cell_magic") and len(texts) == len(given) > 1:
                    found.append((texts[0], _statement(texts[0], texts[1:])))
                elif method not in _WITHOUT_NAMES:
                    return None
                calls += 1
            case ast.Call(ast.Name("exec" | "eval"), [ast.Constant(str(code)), *_]):
                found.append(("time", code))
    return found if uses == calls else None


def _statement(name: str, texts: list[str]) -> str:
    """Return the code that a magic runs, from its line and the cell below it, without its options."""
    options = MAGIC_OPTIONS.match(texts[0])
    line = texts[0][options.end() :] if options and name != "time" else texts[0]
    return "\n".join([line, *texts[1:]])


def _together(names: Names, more: Names) -> Names:
    sets = (names.defined | more.defined, names.data | more.data, names.used | more.used)
    return Names(*sets, names.always or more.always, names.sets | more.sets)


def tree_of(source: str) -> ast.Module | None:
    """Parse a cell; return None if it is not valid Python."""
    try:
        with quietly():
            return ast.parse(source)
    except Exception:  # as in `names_in`
        return None


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
    waiting = [table]  # and no recursion: 990 lambdas in each other are more than Python's limit
    while waiting:
        children = waiting.pop().get_children()
        yield from children
        waiting += children


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
    callers = _callers(cells) if any(cell.sets for cell in cells) else [0] * len(cells)
    writers: dict[str, int] = defaultdict(int)  # by name: the cells that bind it, or read it and so may change it
    for number, cell in enumerate(cells):
        for name in cell.given | cell.used & all_data:
            writers[name] |= 1 << number
        for name in cell.sets:
            writers[name] |= callers[number]
    runs = sum(1 << number for number, cell in enumerate(cells) if cell.always)
    names = set(wanted).union(*(cell.used for cell in cells if cell.always))
    waiting = list(names)
    while waiting:
        more = writers[waiting.pop()] & ~runs
        runs |= more
        for number in _numbers_in(more):
            waiting += cells[number].used - names
            names |= cells[number].used
    return [bool(runs >> number & 1) for number in range(len(cells))]


def _callers(cells: Sequence[Names]) -> list[int]:
    """Return for each cell the cells that may call its functions, also indirectly, as the bits of a number.

    Numbers as sets keep a notebook of many cells that call each other from taking minutes.
    """
    users: dict[str, int] = defaultdict(int)
    for number, cell in enumerate(cells):
        for name in cell.used:
            users[name] |= 1 << number
    callers = [reduce(or_, (users[name] for name in cell.defined), 0) for cell in cells]
    for between in range(len(cells)):  # Warshall's algorithm
        for number, found in enumerate(callers):
            if found >> between & 1:
                callers[number] |= callers[between]
    return callers


def _numbers_in(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def reached(names: Iterable[str], steps: Iterable[tuple[frozenset[str], frozenset[str]]]) -> set[str]:
    """Return names and all that follow from them: from any first name of a step follow all of its second names."""
    following = defaultdict(list)
    for number, (before, after) in enumerate(steps):
        for name in before:
            following[name].append((number, after))
    found, taken = set(names), set()
    waiting = list(found)
    while waiting:
        for number, after in following.pop(waiting.pop(), ()):
            if number not in taken:
                taken.add(number)
                waiting += after - found
                found |= after
    return found


def imports_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the import statements in cells, each once, in their order; cells that are not valid Python are skipped."""
    found: dict[str, None] = {}
    for source in sources:
        if tree := tree_of(to_python(source)):
            imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
            found |= dict.fromkeys(map(ast.unparse, imports))
    return tuple(found)
