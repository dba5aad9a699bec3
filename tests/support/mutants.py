"""Mutants of the key's solutions: the mistakes that one slip makes, for a check and its probes to refuse.

``python tests/support/surviving.py softmax_regression`` prints the mutants that a module's checks or probes accept.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Mutant", "mutants"]

_COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_CALCULATED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "log": "log2",
    "log2": "log",
    "softmax": "log_softmax",
    "log_softmax": "softmax",
    "median": "mean",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "append": "insert",
}
_KEPT = {"range", "enumerate", "zip", "len", "print", "iter", "open"}  # without these calls, nothing works at all


@dataclass(frozen=True)
class Mutant:
    """A solution with one change.

    Attributes
    ----------
    name : str
        The changed statement's first line; "without …" if the statement was removed.
    function : callable
        The solution as changed.
    """

    name: str
    function: Callable[..., Any]


def mutants(solution: Callable[..., Any]) -> Iterator[Mutant]:
    """Yield a solution with one change after the other: in its own statements, or in a function that it calls."""
    for function in _with_helpers(solution):
        parameters = {*inspect.signature(function).parameters}
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        (definition,) = tree.body
        assert isinstance(definition, ast.FunctionDef)
        if ast.get_docstring(definition):
            del definition.body[0]
        rebound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        original = ast.unparse(tree)
        sources = {original}
        for changed in _changed(tree, parameters, parameters - rebound):
            source = ast.unparse(changed)
            if source not in sources:
                sources.add(source)
                yield Mutant(_name(original, source), _compiled(source, function, solution))


def _name(original: str, source: str) -> str:
    pairs = zip(original.split("\n"), source.split("\n"), strict=False)
    before, after = next((one.strip(), other.strip()) for one, other in pairs if one != other)
    if after == "if True:" and not before.startswith("if "):
        return f"in place: {before}"
    return f"without {before}" if after == "pass" else after


def _with_helpers(solution: Callable[..., Any]) -> list[Any]:
    """List a function of the key and those of its module that it calls, also indirectly."""
    found, todo = [], [solution]
    while todo:
        function = todo.pop()
        if function in found:
            continue
        found.append(function)
        known = [function.__globals__.get(name) for name in function.__code__.co_names]
        todo += [one for one in known if inspect.isfunction(one) and one.__module__ == solution.__module__]
    return found


def _compiled(source: str, changed: Any, solution: Any) -> Any:
    """Return the solution as it is with one function of its module changed."""
    namespace = dict(solution.__globals__)
    for function in [*_with_helpers(solution)[::-1], changed]:
        text = source if function is changed else textwrap.dedent(inspect.getsource(function))
        exec(compile(text, "<mutant>", "exec"), namespace)
    return namespace[solution.__name__]


def _changed(tree: ast.Module, parameters: set[str], kept: set[str]) -> Iterator[ast.Module]:
    for number, (parent, field, index) in enumerate(_places(tree)):
        node = _node_at(parent, field, index)
        for changed in (*_variants(node, parent), *_other_parameters(node, parameters), *_in_place(node, kept)):
            whole = copy.deepcopy(tree)
            place = list(_places(whole))[number]
            _replace(*place, changed)
            yield ast.fix_missing_locations(whole)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield where each node hangs, in one order."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.arguments):
            continue
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield parent, field, None
            elif isinstance(value, list):
                yield from ((parent, field, index) for index, item in enumerate(value) if isinstance(item, ast.AST))


def _node_at(parent: ast.AST, field: str, index: int | None) -> Any:
    value = getattr(parent, field)
    return value if index is None else value[index]


def _replace(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _variants(node: Any, parent: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    if isinstance(node, ast.Compare):
        for kind in _COMPARED.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [kind(), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp):
        for kind in _CALCULATED.get(type(node.op), ()):
            yield ast.BinOp(node.left, kind(), node.right)
        yield node.left
        yield node.right
        if not isinstance(node.op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp):
        if not isinstance(node.operand, ast.Constant) or isinstance(parent, ast.Return | ast.BinOp | ast.Assign):
            yield node.operand
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse, ast.IfExp(node.test, node.orelse, node.body))
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Slice):
        yield from _slices(node)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], node.ctx)
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield ast.comprehension(node.target, node.iter, node.ifs[:place] + node.ifs[place + 1 :], 0)
    elif isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr == "T"):
        if isinstance(node.ctx, ast.Load):
            yield node.value
    elif isinstance(node, ast.stmt):
        yield from _statements(node)


def _other_parameters(node: ast.AST, parameters: set[str]) -> Iterator[ast.AST]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in parameters:
        yield from (ast.Name(name, node.ctx) for name in sorted(parameters - {node.id}))


def _in_place(node: ast.AST, parameters: set[str]) -> Iterator[ast.AST]:
    """Yield the change of an argument itself, where a statement makes a new value of it."""
    value = node.value if isinstance(node, ast.Return | ast.Assign) else None
    if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id in parameters:
        changed = ast.AugAssign(ast.Name(value.left.id, ast.Store()), value.op, value.right)
        parts = dict(ast.iter_fields(node)) | {"value": value.left}
        yield ast.If(ast.Constant(True), [changed, type(node)(**parts)], [])


def _constants(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1, value // 2)
    elif isinstance(value, float):
        yield from (value / 2, value + 1)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    owner = getattr(node.func, "value", None)
    if other := _NAMES.get(name):
        func = ast.Attribute(owner, other, ast.Load()) if owner else ast.Name(other, ast.Load())
        yield ast.Call(func, node.args, node.keywords)
    for place in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])
    if name.startswith("log") and node.args and not (isinstance(owner, ast.Name) and owner.id == "math"):
        yield ast.Call(node.func, [ast.BinOp(node.args[0], ast.Add(), ast.Constant(1e-8))], node.keywords)
    if name not in _KEPT:
        if node.args:
            yield node.args[0]
        if owner and not (isinstance(owner, ast.Name) and owner.id in ("np", "npx", "numpy", "math", "random")):
            yield owner
    if len(node.args) >= 2 and not any(isinstance(one, ast.Starred) for one in node.args):
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
        if len(node.args) == 3:
            yield ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], node.keywords)


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    for field in ("lower", "upper"):
        if (edge := getattr(node, field)) is not None:
            for op in (ast.Add(), ast.Sub()):
                yield ast.Slice(**_of(node) | {field: ast.BinOp(edge, op, ast.Constant(1))})
            yield ast.Slice(**_of(node) | {field: None})
    if node.lower and node.upper:
        shifted = {field: ast.BinOp(getattr(node, field), ast.Add(), ast.Constant(1)) for field in ("lower", "upper")}
        yield ast.Slice(**_of(node) | shifted)
    if node.lower is None or node.upper is None:
        yield ast.Slice(node.upper, node.lower, node.step)


def _of(node: ast.Slice) -> dict[str, Any]:
    return {"lower": node.lower, "upper": node.upper, "step": node.step}


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.AugAssign):
        for kind in _CALCULATED.get(type(node.op), ()):
            yield ast.AugAssign(node.target, kind(), node.value)
        yield ast.Assign([node.target], node.value)
    if isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield ast.If(ast.Constant(True), node.body, node.orelse)
        yield ast.If(ast.Constant(False), node.body, node.orelse)
    if isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Tuple | ast.Compare | ast.BoolOp):
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Break):
        yield ast.Continue()
    if not isinstance(node, ast.Return | ast.FunctionDef | ast.Import | ast.ImportFrom | ast.If):
        yield ast.Pass()
