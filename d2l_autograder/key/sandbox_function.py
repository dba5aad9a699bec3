"""Functions of the answer key that run inside the sandbox: marked as such, checked, and sent as source text."""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cached_property
from types import CodeType
from typing import Any

__all__ = ["SandboxFunction", "runs_in_sandbox"]

_MARKER = "runs_in_sandbox"
# Of the packages here, a sandbox has d2l_helpers alone, and that without the exercises and their checks
_NOT_SHOWN = {"answers", "benchmarks", "d2l_authoring", "d2l_autograder", "d2l_helpers.exercises"}


class SandboxFunction:
    """A function of the key whose source text is sent into the sandbox; `runs_in_sandbox` makes it.

    Called here, it runs here: the grader calls it with the solution.

    Parameters
    ----------
    function : callable
        The function as the key defines it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.name = function, function.__name__

    def __call__(self, *arguments: Any) -> Any:
        """Call the function in this process."""
        return self.function(*arguments)

    @cached_property
    def source(self) -> str:
        """The function's definition without its marker.

        Raises
        ------
        ValueError
            If there is no such source text, as for a lambda or for a function that `exec` made.
        """
        try:
            text = textwrap.dedent(inspect.getsource(self.function))
            (definition,) = ast.parse(text).body
        except (OSError, TypeError, SyntaxError, ValueError) as error:
            raise ValueError("its source text cannot be read as one definition") from error
        if not isinstance(definition, ast.FunctionDef) or definition.name != self.name:
            raise ValueError("it is not defined with def")
        markers = [one for one in definition.decorator_list if ast.unparse(one).rpartition(".")[2] == _MARKER]
        left_out = {number for one in markers for number in range(one.lineno, (one.end_lineno or one.lineno) + 1)}
        return "\n".join(line for number, line in enumerate(text.split("\n"), 1) if number not in left_out)

    def missing(self) -> list[str]:
        """List the names and modules that the source text uses and that a sandbox does not have.

        A sandbox has Python's builtins, what the function itself imports and defines, and the installed packages
        without the autograder. A builtin that the key's module replaces is missing too: there it would be another one.

        Raises
        ------
        ValueError
            As `source` does.
        """
        module = self.function.__globals__
        names = {name for name in _names_from_outside(self.source) if name in module or name not in vars(builtins)}
        names |= set(self.function.__code__.co_freevars)  # variables of a function around this one
        return sorted(names - {self.name}) + sorted(_modules_not_shown(self.source))


def runs_in_sandbox(function: Callable[..., Any]) -> SandboxFunction:
    """Mark a function of the key as one that runs inside the sandbox.

    Its source text is sent there, and nothing else of its module: it must import and define all that it uses. The key
    is refused when it is loaded if such a function uses another name.
    """
    return SandboxFunction(function)


def _names_from_outside(source: str) -> Iterator[str]:
    """Yield the names that code takes from the scope around it, or writes there."""
    for code in _code_objects(compile(source, "<probe>", "exec", dont_inherit=True)):
        assigned = {"__name__"} if "__qualname__" in code.co_names else set()  # every class body reads __name__
        for instruction in dis.get_instructions(code):
            name = str(instruction.argval)
            if instruction.opname == "STORE_NAME":  # in a class body, or the function's own name
                assigned.add(name)
            elif instruction.opname == "LOAD_NAME":
                if name not in assigned:
                    yield name
            elif "GLOBAL" in instruction.opname:  # reads, writes and deletes, as after a `global` statement
                yield name


def _code_objects(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_objects(constant)


def _modules_not_shown(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.ImportFrom | ast.Import):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            yield from filter(_is_not_shown, modules)
            if isinstance(node, ast.ImportFrom) and not any(map(_is_not_shown, modules)):
                yield from filter(_is_not_shown, (f"{node.module}.{each.name}" for each in node.names))


def _is_not_shown(module: str) -> bool:
    return any(f"{module}.".startswith(f"{hidden}.") for hidden in _NOT_SHOWN)
