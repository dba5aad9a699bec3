"""Take from a module the statements that EXERCISES and QUESTIONS need, by the names that statements bind and use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from d2l_autograder.cells.needed_cells import names_in

__all__ = ["REMEDY", "Inseparable", "public_part"]

_PUBLIC, _KEY = {"EXERCISES", "QUESTIONS"}, {"ANSWERS", "PROBES"}
_NOT_RELEASED = {"d2l_autograder", "d2l_authoring", "answers", "benchmarks"}
REMEDY = (
    "write checks, hints and questions apart from solutions, wrong answers and probes, and what both need as a "
    "function or constant of its own; or move the key into a folder answers"
)


class Inseparable(Exception):
    """The key cannot be taken out of a module.

    Parameters
    ----------
    got : str
        The line, and what is wrong with it.
    expected : str
        What would have worked.
    remedy : str
        What to do next.
    """

    def __init__(self, got: str, expected: str, remedy: str = REMEDY) -> None:
        self.got, self.expected, self.remedy = got, expected, remedy
        super().__init__(got)


@dataclass(frozen=True, eq=False)
class _Part:
    """A statement, or one name of an import: the names that it binds or changes, and the names that it uses."""

    node: ast.stmt
    given: frozenset[str]
    used: frozenset[str]

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def public_part(tree: ast.Module, files: frozenset[str] = frozenset()) -> ast.Module | None:
    """Return the part of a module that students get; None if all of it may be handed out.

    Parameters
    ----------
    tree : ast.Module
        The module.
    files : frozenset of str
        The names of the files that are handed out with it.

    Raises
    ------
    Inseparable
        If the public part needs something of the key, or a module that students do not have.
    """
    parts = list(_parts(tree))
    chosen = _chosen(parts)
    kept = [part for part in parts if part in chosen]
    for part in kept:
        if found := (part.given | part.used) & _KEY:
            expected = "EXERCISES and QUESTIONS that are made without ANSWERS and PROBES"
            raise Inseparable(f"{_line(part.node)}, in which EXERCISES or QUESTIONS need {_joined(found)}", expected)
    for part in kept:
        for node in _imports(part.node):
            _require_released(node, files)
    has_key = any(part.given & _KEY for part in parts) or any(map(_is_withheld, _imports(tree)))
    if not has_key:
        for node in _imports(tree):
            _require_released(node, files)
        return None
    docstring = tree.body[:1] if tree.body and ast.get_docstring(tree) is not None else []
    return ast.Module([*docstring, *(part.node for part in kept)], [])


def _chosen(parts: list[_Part]) -> set[_Part]:
    """Choose the parts that bind what is needed, and the calls that prepare only that."""
    chosen = {part for part in parts if isinstance(part.node, ast.ImportFrom) and part.node.module == "__future__"}
    bound = frozenset().union(*(part.given for part in parts))
    withheld = frozenset().union(*(part.given for part in parts if part.is_import and _is_withheld(part.node)))
    imported = frozenset().union(*(part.given for part in parts if part.is_import)) - withheld
    needed = frozenset(_PUBLIC)
    while True:
        public = frozenset().union(*(part.given for part in chosen)) | imported
        more = {part for part in parts if part.given & needed or (_only_calls(part) and part.used & bound <= public)}
        more = {part for part in more - chosen if part.given or part.used & bound}
        if not more:
            break
        chosen |= more
        needed |= frozenset().union(*(part.used for part in more))
    own = frozenset().union(*(part.given for part in chosen if not part.is_import))
    for part in parts:
        if part not in chosen and _only_calls(part) and part.used & own:
            raise Inseparable(_line(part.node), "statements that use the exercises or the key, not both")
    return chosen


def _parts(tree: ast.Module) -> Iterator[_Part]:
    for node in tree.body:
        if isinstance(node, ast.Assert) or (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)):
            continue  # tests of the module itself
        if not isinstance(node, ast.Import | ast.ImportFrom):
            names = names_in(ast.unparse(node))
            yield _Part(node, names.given, names.used)
            continue
        for alias in node.names:
            if alias.name == "*":
                raise Inseparable(_line(node), "imports that name what they import", "import each name")
            name = alias.asname or alias.name.partition(".")[0]
            one = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )
            yield _Part(ast.copy_location(one, node), frozenset([name]), frozenset())


def _only_calls(part: _Part) -> bool:
    """Return whether a statement binds nothing, such as ``npx.set_np()`` or ``HINTS.append("…")``."""
    return not part.given


def _imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    yield from (each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom))


def _is_withheld(node: ast.stmt) -> bool:
    """Return whether a statement imports a package that students do not have."""
    if isinstance(node, ast.ImportFrom):
        return not node.level and _package(node.module) in _NOT_RELEASED
    return isinstance(node, ast.Import) and any(_package(alias.name) in _NOT_RELEASED for alias in node.names)


def _package(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _require_released(node: ast.Import | ast.ImportFrom, files: frozenset[str]) -> None:
    """Refuse an import of what students do not have."""
    if _is_withheld(node):
        remedy = "take it from d2l_helpers.exercises.expectations, or write it into the module"
        raise Inseparable(_line(node), "checks that need no package of the grader", remedy)
    if isinstance(node, ast.ImportFrom) and node.level:
        modules = [node.module] if node.module else [alias.name for alias in node.names]
        lacking = sorted({f"{_package(module)}.py" for module in modules} - files)
        if lacking:
            remedy = f"list it in the module, as in FILES = ({', '.join(map(repr, lacking))},)"
            raise Inseparable(_line(node), "modules that are handed out, too", remedy)


def _line(node: ast.stmt) -> str:
    return f"line {node.lineno}: {ast.unparse(node).splitlines()[0][:80]}"


def _joined(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))
