"""Turn the code of an answer into tokens that stay the same when names, comments, layout and order are changed.

Python's syntax tree is written out as tokens, operators first. What a copy is changed by most easily is left out or
written in one form: comments, docstrings, type hints, imports, strings, ``pass``, values that nothing reads,
``x += 1`` for ``x = x + 1``, ``b < a`` for ``a > b``, the order of the operands of ``+`` and of independent statements.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from d2l_autograder.cells.needed_cells import tree_of
from d2l_autograder.similarity.statements import is_without_effect, names_of, ordered

__all__ = ["Token", "bound_names", "tokens_of"]

_COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_MIRRORED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_NO_OPERANDS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


class Token(NamedTuple):
    """A token of normalised code.

    Attributes
    ----------
    text : str
        What is compared; of a name that the answer binds, the name itself.
    line : int
        The line of the cell on which it stands, from 1.
    is_bound : bool
        Whether it is such a name: another answer may have any other name in its place.
    """

    text: str
    line: int
    is_bound: bool = False


def tokens_of(python: str, bound: frozenset[str] | None = None) -> list[Token] | None:
    """Return the tokens of a cell; None if it is not valid Python, or nested too deeply to be read.

    Parameters
    ----------
    python : str
        The cell, in Python's own syntax.
    bound : frozenset of str, optional
        The names that the answer binds, in this cell or in others; by default those of this cell.
    """
    try:
        if (tree := tree_of(python)) is None:
            return None
        names = bound_names([python]) if bound is None else bound
        return _Writer(names, names_of(tree).read).block(tree.body)
    except (RecursionError, MemoryError):  # a tree that Python can parse and not walk
        return None


def bound_names(cells: Sequence[str]) -> frozenset[str]:
    """Return the names that cells bind, other than by imports; a cell that is not valid Python binds none."""
    found: set[str] = set()
    for python in cells:
        for node in ast.walk(tree_of(python) or ast.Module([], [])):
            match node:
                case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name):
                    found.add(name)
                case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                    found.add(name)
                case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    found.add(name)
    return frozenset(found)


class _Writer:
    """Writes trees as tokens.

    Parameters
    ----------
    bound : frozenset of str
        The names that the answer binds.
    read : frozenset of str
        The names that the cell reads: what is bound to another one has no effect inside a function.
    """

    def __init__(self, bound: frozenset[str], read: frozenset[str]) -> None:
        self._bound, self._read = bound, read
        self._aliases: dict[str, str] = {}

    def block(self, statements: Sequence[ast.stmt], is_inside: bool = False) -> list[Token]:
        """Write statements, independent ones in an order that does not depend on how they were ordered."""
        kept = []
        for statement in statements:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self._aliases |= {one.asname: one.name.rpartition(".")[2] for one in statement.names if one.asname}
            elif not is_without_effect(statement, self._read if is_inside else None):
                kept.append(statement)
        written = [list(self.write(statement)) for statement in kept]
        keys = [tuple("" if token.is_bound else token.text for token in tokens) for tokens in written]
        return [token for place in ordered(kept, keys) for token in written[place]]

    def write(self, node: ast.AST) -> Iterator[Token]:
        """Write one node and all that is in it."""
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(name):
                yield self._name(name, line)
            case ast.Constant(value):
                yield Token(_constant(value), line)
            case ast.JoinedStr():
                yield Token("''", line)
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() | complex() as value)):
                yield Token(_constant(-value), line)
            case ast.Attribute(value, name):
                yield from self.write(value)
                yield Token(f".{name}", node.end_lineno or line)
            case ast.Call(function, given, named):
                yield from self.write(function)
                yield Token("(", line)
                yield from self._all(given)
                yield from self._keywords(function, named)
                yield Token(")", line)
            case ast.AugAssign(target, operator, value):
                assigned = ast.BinOp(target, operator, value)
                yield from self._statement("=", line, [target, ast.copy_location(assigned, node)])
            case ast.Assign(targets, value):
                yield from self._statement("=", line, [*targets, value])
            case ast.AnnAssign(target, _, value):
                yield from self._statement("=", line, [target, *([value] if value else [])])
            case ast.BinOp(left, operator, right):
                yield Token(type(operator).__name__, line)
                yield from self._operands(operator, [left, right])
            case ast.BoolOp(operator, values):
                yield Token(type(operator).__name__, line)
                yield from self._operands(operator, values)
            case ast.Compare(left, operators, others):
                yield from self._comparison(line, left, operators, others)
            case ast.FunctionDef(name, arguments, body, decorators) | ast.AsyncFunctionDef(
                name, arguments, body, decorators
            ):
                yield from self._all(decorators)
                yield from self._statement("def", line, [])
                yield self._name(name, line)
                yield from self.write(arguments)
                yield from self.block(body, is_inside=True)
            case ast.arg(name):
                yield self._name(name, line)
            case ast.Expr(value):
                yield from self.write(value)
            case _:
                yield from self._other(node, line)

    def _other(self, node: ast.AST, line: int) -> Iterator[Token]:
        """Write a node of any other kind: the kind, and what is in it, in the order of the source."""
        if isinstance(node, ast.stmt | ast.expr | ast.comprehension | ast.ExceptHandler | ast.match_case):
            yield Token(type(node).__name__, line)
        if isinstance(name := getattr(node, "name", None), str):
            yield self._name(name, line)
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from self.block(value, is_inside=not isinstance(node, ast.ClassDef))
            elif isinstance(value, list):
                yield from self._all([one for one in value if isinstance(one, ast.AST)])
            elif isinstance(value, ast.AST) and not isinstance(value, _NO_OPERANDS):
                yield from self.write(value)

    def _all(self, nodes: Sequence[ast.AST]) -> Iterator[Token]:
        for node in nodes:
            yield from self.write(node)

    def _statement(self, kind: str, line: int, nodes: Sequence[ast.AST]) -> Iterator[Token]:
        yield Token(kind, line)
        yield from self._all(nodes)

    def _operands(self, operator: ast.AST, operands: Sequence[ast.expr]) -> Iterator[Token]:
        """Write operands; those of a commutative operator in an order that does not depend on the source's."""
        written = [list(self.write(operand)) for operand in operands]
        if isinstance(operator, (*_COMMUTATIVE, ast.boolop, ast.Eq, ast.NotEq)):
            written.sort(key=lambda tokens: [token.text for token in tokens if not token.is_bound])
        for tokens in written:
            yield from tokens

    def _comparison(
        self, line: int, left: ast.expr, operators: Sequence[ast.cmpop], others: Sequence[ast.expr]
    ) -> Iterator[Token]:
        operands = [left, *others]
        kinds = [type(operator) for operator in operators]
        if all(kind in _MIRRORED for kind in kinds):
            operands, kinds = operands[::-1], [_MIRRORED[kind] for kind in reversed(kinds)]
        for kind in kinds:
            yield Token(kind.__name__, line)
        yield from self._operands(kinds[0]() if len(kinds) == 1 else ast.Lt(), operands)

    def _keywords(self, function: ast.expr, named: Sequence[ast.keyword]) -> Iterator[Token]:
        """Write keyword arguments in the order of their names; the answer's own functions may call them anything."""
        is_own = isinstance(function, ast.Name) and function.id in self._bound
        for keyword in named if is_own else sorted(named, key=lambda one: one.arg or ""):
            yield Token("keyword" if is_own else f"{keyword.arg}=", keyword.value.lineno)
            yield from self.write(keyword.value)

    def _name(self, name: str, line: int) -> Token:
        if name in self._bound:
            return Token(name, line, is_bound=True)
        return Token(self._aliases.get(name, name), line)


def _constant(value: object) -> str:
    """Return a number's value, whatever its form in the source: 1, 1.0 and 0x1 are one; texts are all alike."""
    if isinstance(value, str | bytes):
        return "''"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 64:
        return hex(value)  # str() refuses more than 4,300 digits
    return repr(value)
