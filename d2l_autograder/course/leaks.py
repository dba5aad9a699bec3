"""Find in the public part of a module what gives a solution away."""

from __future__ import annotations

import ast
import functools
import inspect
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from d2l_autograder.key.answer import Answer

__all__ = ["leaks"]

_FEWEST_DIGITS = 3  # of a number that does not stand in a check by chance


def leaks(public: ast.Module, file: Path, answers: Iterable[Answer]) -> Iterator[str]:
    """Yield in words what of the answers is in the public part of a module.

    A hint may show a solution, and so may a check that is a formula: what counts is the answer's function itself,
    another function with the same body, and an answer that stands there as a letter, a text, or a number of three
    digits.

    Parameters
    ----------
    public : ast.Module
        The public part, with the line numbers of the file.
    file : Path
        The module's file.
    answers : iterable of Answer
        The key.
    """
    functions = [one for one in ast.walk(public) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = {body: one.name for one in functions if (body := _body(one))}
    constants = [node for node in ast.walk(public) if isinstance(node, ast.Constant)]
    for answer in answers:
        for what, value in (("solution", answer.solution), *(("wrong answer", one.answer) for one in answer.wrong)):
            if (line := _line_of(value, file)) and any(_holds(one, line) for one in public.body):
                yield f"line {line}, a {what} to {answer.exercise} that the exercises use"
        if callable(answer.solution):
            body = _body_of(answer.solution)
            if body in bodies:
                yield f"{bodies[body]}, which has the body of the solution to {answer.exercise}"
        elif found := next((node for node in constants if _is_same(node.value, answer.solution)), None):
            yield f"line {found.lineno}: {answer.solution!r}, the solution to {answer.exercise}"
    for node in constants:
        if node.value == "d2l_autograder":
            yield f"line {node.lineno}: 'd2l_autograder'"


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return a function's body as text, without its docstring; empty if there is nothing else."""
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    said = "\n".join(map(ast.unparse, statements))
    return "" if said in ("", "...", "pass") else said


def _body_of(function: Any) -> str:
    try:
        (node,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(_unwrapped(function)))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""
    return _body(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""


def _line_of(value: Any, file: Path) -> int:
    """Return the line of the file in which a function begins; 0 for anything else."""
    code = getattr(_unwrapped(value), "__code__", None)
    is_here = code is not None and Path(code.co_filename) == file.resolve()
    return int(code.co_firstlineno) if is_here and code else 0


def _unwrapped(value: Any) -> Any:
    while isinstance(value, functools.partial):
        value = value.func
    return inspect.unwrap(value) if callable(value) else value


def _holds(node: ast.stmt, line: int) -> bool:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)]) <= line <= (node.end_lineno or node.lineno)


def _is_same(constant: object, solution: object) -> bool:
    """Return whether a constant is the solution, and not by chance."""
    if isinstance(solution, str):
        return isinstance(constant, str) and constant.strip().casefold() == solution.strip().casefold()
    if isinstance(constant, bool) or not isinstance(constant, int | float) or not isinstance(solution, int | float):
        return False
    return bool(math.isfinite(solution) and constant == abs(solution)) and _digits(solution) >= _FEWEST_DIGITS


def _digits(number: float) -> int:
    return len(f"{abs(number):.15g}".partition("e")[0].replace(".", "").strip("0"))
