"""Change an answer as somebody who copies it does: other names, another order, other comments, and more."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Mapping

__all__ = ["CHANGES", "changed"]

_WORDS = (
    "total", "value", "item", "part", "first", "rest", "left", "right", "size", "number", "table", "entry", "group",
    "step", "score", "weight", "batch", "column", "line", "result", "current", "best", "limit", "scale", "shift",
)  # fmt: skip
_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign)


def _renamed(tree: ast.Module, source: random.Random) -> ast.Module:
    """Rename every variable and parameter; functions and classes keep their names."""
    nodes = list(ast.walk(tree))
    kept = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    kept |= {word.arg for node in nodes if isinstance(node, ast.Call) for word in node.keywords if word.arg}
    kept |= {one for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for one in node.names}
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    stored += [node.arg for node in nodes if isinstance(node, ast.arg)]
    names = [name for name in dict.fromkeys(stored) if name not in kept and not name.startswith("__")]
    words = source.sample(_WORDS, len(_WORDS))
    new = {name: words[n % len(words)] + ("_" * (n // len(words))) + "_" for n, name in enumerate(names)}
    for node in nodes:
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            node.name = new.get(node.name, node.name)
    return tree


def _reordered(tree: ast.Module, source: random.Random) -> ast.Module:
    """Swap neighbouring assignments that have no name in common which one of them binds, again and again."""
    for block in _blocks(tree):
        for _ in range(3 * len(block)):
            place = source.randrange(max(len(block) - 1, 1))
            pair = block[place : place + 2]
            if len(pair) == 2 and all(isinstance(one, _SIMPLE) for one in pair) and _are_independent(*pair):
                block[place : place + 2] = pair[::-1]
    return tree


def _are_independent(one: ast.stmt, other: ast.stmt) -> bool:
    (read, bound), (other_read, other_bound) = _read_and_bound(one), _read_and_bound(other)
    return not (bound & (other_read | other_bound) or other_bound & read)


def _read_and_bound(statement: ast.stmt) -> tuple[set[str], set[str]]:
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    roots = [node for node in ast.walk(statement) if isinstance(node, ast.Subscript | ast.Attribute)]
    inside = {
        name.id
        for node in roots
        if not isinstance(node.ctx, ast.Load)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    return read, {node.id for node in names if not isinstance(node.ctx, ast.Load)} | inside


def _with_whiles(tree: ast.Module, _: random.Random) -> ast.Module:
    """Turn loops over a range into ``while`` loops."""

    class Loops(ast.NodeTransformer):
        def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
            self.generic_visit(node)
            match node:
                case ast.For(ast.Name(name), ast.Call(ast.Name("range"), [*given], []), body, []) if len(
                    given
                ) < 3 and not any(isinstance(one, ast.Continue) for one in ast.walk(node)):
                    start = given[0] if len(given) == 2 else ast.Constant(0)
                    first = ast.Assign([ast.Name(name, ast.Store())], start)
                    test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [given[-1]])
                    step = ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), ast.Constant(1))
                    return [first, ast.While(test, [*body, step], [])]
            return node

    Loops().visit(tree)
    return ast.fix_missing_locations(tree)


def _with_dead_code(tree: ast.Module, source: random.Random) -> ast.Module:
    """Put lines that do nothing between about every third pair of statements."""
    lines = ("checked = True", "print()", "if False:\n    checked = None", "len([])", "extra = [1, 2, 3]")
    for block in _blocks(tree):
        for place in range(len(block), 0, -1):
            if source.random() < 1 / 3 and not isinstance(block[place - 1], ast.Return | ast.Continue | ast.Break):
                block[place:place] = ast.parse(source.choice(lines)).body
    return ast.fix_missing_locations(tree)


def _swapped(tree: ast.Module, _: random.Random) -> ast.Module:
    """Swap the operands of ``+``, ``*``, ``==`` and of comparisons, and write ``x += 1`` as ``x = x + 1``."""
    mirrored = {
        ast.Lt: ast.Gt,
        ast.Gt: ast.Lt,
        ast.LtE: ast.GtE,
        ast.GtE: ast.LtE,
        ast.Eq: ast.Eq,
        ast.NotEq: ast.NotEq,
    }

    class Swaps(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
            self.generic_visit(node)
            if isinstance(node.op, ast.Add | ast.Mult):
                node.left, node.right = node.right, node.left
            return node

        def visit_Compare(self, node: ast.Compare) -> ast.AST:
            self.generic_visit(node)
            if len(node.ops) == 1 and (kind := mirrored.get(type(node.ops[0]))):
                node.left, node.comparators, node.ops = node.comparators[0], [node.left], [kind()]
            return node

        def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
            self.generic_visit(node)
            if not isinstance(node.target, ast.Name):
                return node
            return ast.Assign([node.target], ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value))

    Swaps().visit(tree)
    return ast.fix_missing_locations(tree)


def _with_temporaries(tree: ast.Module, source: random.Random) -> ast.Module:
    """Assign about a third of the calls inside other calls to variables, each on a line before."""
    number = 0
    for block in _blocks(tree):
        for statement in list(block):
            inner = next(
                (
                    (call, place)
                    for call in ast.walk(statement)
                    if isinstance(statement, (*_SIMPLE, ast.Return)) and isinstance(call, ast.Call)
                    for place, given in enumerate(call.args)
                    if isinstance(given, ast.Call) and not _is_in_scope(statement, given)
                ),
                None,
            )
            if inner and source.random() < 1 / 3:
                call, place = inner
                number += 1
                name = f"part_{number}"
                block.insert(block.index(statement), ast.Assign([ast.Name(name, ast.Store())], call.args[place]))
                call.args[place] = ast.Name(name, ast.Load())
    return ast.fix_missing_locations(tree)


def _is_in_scope(statement: ast.stmt, wanted: ast.expr) -> bool:
    """Return whether an expression stands in a comprehension or a lambda, whose variables it may read."""
    scopes = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
    return any(one is wanted for node in ast.walk(statement) if isinstance(node, scopes) for one in ast.walk(node))


def _blocks(tree: ast.Module) -> list[list[ast.stmt]]:
    """Return the blocks inside functions and classes."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If | ast.With):
            found += [node.body, getattr(node, "orelse", [])]
    return [block for block in found if block]


def _with_hints(tree: ast.Module, _: random.Random) -> ast.Module:
    """Replace docstrings, and give parameters and results type hints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            node.body.insert(0, ast.Expr(ast.Constant("Compute what is asked for.")))
            node.returns = ast.Name("object", ast.Load())
            for one in node.args.args:
                one.annotation = ast.Name("object", ast.Load())
    return ast.fix_missing_locations(tree)


def _commented(text: str, source: random.Random) -> str:
    """Write comments and empty lines between lines and after them."""
    found = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if source.random() < 0.3 and not line.lstrip().startswith(("else", "elif", "except", "finally")):
            found += ["", f"{indent}# now the next step"]
        found.append(f"{line}  # {source.choice(_WORDS)}" if source.random() < 0.3 and line.strip() else line)
    return "\n".join(found)


def _laid_out(text: str, source: random.Random) -> str:
    """Join short lines by semicolons, and break results in brackets over several lines."""
    found: list[str] = []
    for line in text.splitlines():
        indent, code = line[: len(line) - len(line.lstrip())], line.strip()
        is_plain = " = " in code and not code.endswith((":", ",", "(", "[")) and len(code) < 60
        before = found[-1] if found else ""
        is_below = before.startswith(indent) and before[len(indent) : len(indent) + 1].strip()
        if is_plain and is_below and " = " in before and not before.rstrip().endswith(":") and source.random() < 0.5:
            found[-1] = f"{before}; {code}"
            continue
        if is_plain and source.random() < 0.5:
            name, _, value = code.partition(" = ")
            line = f"{indent}{name} = (\n{indent}        {value}\n{indent}    )"
        found.append(line)
    return "\n".join(found)


_Change = Callable[[ast.Module, random.Random], ast.Module]
_TREES: Mapping[str, _Change] = {
    "other names": _renamed,
    "another order of independent statements": _reordered,
    "while for for": _with_whiles,
    "lines that do nothing": _with_dead_code,
    "operands swapped": _swapped,
    "parts of expressions on lines of their own": _with_temporaries,
}
_LAYOUT = "comments, docstrings, type hints and layout"
_ALL, _ALL_BUT = "all of these", "names, order and comments together"
CHANGES = ("none", *_TREES, _LAYOUT, _ALL_BUT, _ALL)


def changed(source: str, change: str, seed: int) -> str:
    """Return an answer, changed in one of the ways of `CHANGES`.

    Parameters
    ----------
    source : str
        The answer.
    change : str
        One of `CHANGES`.
    seed : int
        What is drawn follows from it.
    """
    generator = random.Random(seed)
    if change == "none":
        return source
    tree = ast.parse(source)
    chosen = [name for name in _TREES if change in (name, _ALL)]
    if change == _ALL_BUT:
        chosen = ["another order of independent statements", "other names"]
    for name in sorted(chosen, key=lambda name: name == "other names"):  # the names of temporaries change, too
        tree = _TREES[name](tree, generator)
    if change in (_LAYOUT, _ALL_BUT, _ALL):
        return _commented(_laid_out(ast.unparse(_with_hints(tree, generator)), generator), generator) + "\n"
    return ast.unparse(tree) + "\n"
