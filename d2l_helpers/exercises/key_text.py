"""Read a solution from the answer key, as text: a checkout and a teacher's folder have the key, a release does not.

The key is never imported: it would run, and it needs the autograder.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from d2l_helpers.chapter import module_of
from d2l_helpers.exercises.catalogue import EXERCISES, LOADED_FILES, chapter
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.variant import Numbers, Options
from d2l_helpers.variants import student_id

__all__ = ["solution_text"]

_LARGEST = 200_000  # bytes of a module of the key; the chapter's have 10,000
_Definitions = dict[str, ast.stmt]


def solution_text(exercise: Exercise) -> str | None:
    """Return the source of an exercise's solution; None where there is no key, or none with this solution.

    A function comes with the functions and constants of its module that it uses, in the module's order; a number or
    letter is written as an assignment, for the student whose variant counts. The chapter's key is the folder
    ``answers`` beside a folder ``notebooks``, in the current folder or one above it. The key to a module that
    `load_exercises` has loaded is in that module, or in one of the same name in a folder ``answers`` beside it or
    beside its folder.
    """
    return next(filter(None, (_text_in(file, exercise) for file in _files(exercise))), None)


def _text_in(file: Path, exercise: Exercise) -> str | None:
    """Return the source of the solution of an exercise in a module of the key; None if it has none."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        text = file.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning of Python's parser would quote the key
            tree = ast.parse(text)
        answer = next(_answers(tree, exercise.name), None)
        solution = _argument(answer, 1, "solution") if answer else None
        if answer is None or solution is None:
            return None
        return _source(exercise.name, _of_student(exercise, answer, solution), tree, text)
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):  # whatever the file holds
        return None


def _files(exercise: Exercise) -> Iterator[Path]:
    """Yield the files in which the solution may be."""
    for module, group in EXERCISES.loaded().items():
        if exercise in group and module in LOADED_FILES:
            file = LOADED_FILES[module]
            yield from (file, *(folder / "answers" / file.name for folder in (file.parent, file.parent.parent)))
            return
    notebook = next((name for name, group in chapter().items() if exercise in group), "")
    with suppress(OSError):  # the current folder may have been removed
        here = Path.cwd()
        checkouts = (folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir())
        yield from (folder / "answers" / f"{module_of(notebook)}.py" for folder in checkouts)


def _answers(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """Yield the calls of Answer for the exercise of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Answer":
            given = _argument(node, 0, "exercise")
            if isinstance(given, ast.Constant) and given.value == name:
                yield node


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _of_student(exercise: Exercise, answer: ast.Call, solution: ast.expr) -> tuple[ast.expr, str]:
    """Return what a student's solution is computed from, and the text of it if that is not the text of the key."""
    own = _argument(answer, 4, "by_student")
    match exercise.variant, solution, own:
        case Options(), ast.Constant(letter), _ if student_id():
            return solution, repr(exercise.variant.shown(letter))
        case Numbers(), _, ast.Lambda() if student_id():
            given = {name.arg for name in own.args.args}
            numbers = ", ".join(f"{name} = {value!r}" for name, value in exercise.variant.numbers(*given).items())
            return own.body, f"{ast.unparse(own.body)}  # {numbers}"
    return solution, ""


def _source(name: str, found: tuple[ast.expr, str], tree: ast.Module, text: str) -> str:
    solution, said = found
    definitions, lines = _definitions(tree), text.splitlines()
    sources = ["\n".join(lines[_first_line(one) - 1 : one.end_lineno]) for one in _needed(solution, definitions)]
    if not (isinstance(solution, ast.Name) and isinstance(definitions.get(solution.id), ast.FunctionDef)):
        sources.append(f"{name} = {said or ast.get_source_segment(text, solution)}")
    return "\n\n\n".join(sources)


def _definitions(tree: ast.Module) -> _Definitions:
    """Find the functions, classes and constants of a module by their names."""
    found: _Definitions = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
            found |= dict.fromkeys(names, statement)
    return found


def _needed(node: ast.AST, definitions: _Definitions) -> list[ast.stmt]:
    """List what a node uses of a module, also indirectly, in the module's order."""
    found: list[ast.stmt] = []
    todo = [node]
    while todo:
        names = {name.id for name in ast.walk(todo.pop()) if isinstance(name, ast.Name)}
        new = {definitions[name] for name in names & definitions.keys()} - {*found}
        found += new
        todo += new
    return sorted(found, key=lambda statement: statement.lineno)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(one.lineno for one in decorators)])
