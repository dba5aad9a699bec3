"""Make a class's submissions to one assignment, and the same hidden tests for every autograder.

Each notebook has the assignment's setup cell and its exercises' cells. The tests are the key's probes, which compare
with the solution on random inputs; a further probe earns its points only if the first one passes, as in d2l-grade.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.cells.needed_cells import imports_of, names_in
from d2l_autograder.key import Probe
from d2l_helpers.errors import ArgumentError

__all__ = ["HiddenTest", "Student", "comparable", "hidden_tests", "notebook", "students", "submission"]

_R, _P, _W, _C = "right", "partly right", "wrong", "crashing"
KINDS = (_R, _P, _W, _C, _R, _P, _R, _W, _P, _R, _C, _P, _R, _W, _R, _P, _C, _R, _W, _P)  # repeated for larger classes
_ENDLESS = "def {name}(*arguments):\n    while True:\n        pass"
_CRASHES = (
    "raise RuntimeError('this cell does not run')",
    _ENDLESS,
    "import os\nos._exit(1)",
    "def {name}(*arguments):\n    return undefined",
    "def {name}(*arguments):\n    import os\n    os._exit(1)",
    "def {name}(*arguments:\n    return",
)

_AGREES = """
def as_mxnet(value):
    if not isinstance(value, numpy.ndarray):
        return value
    return np.array(value, dtype="float32" if value.dtype == numpy.float64 else value.dtype)

def agrees(got, expected):
    got, expected = (numpy.asarray(getattr(one, "asnumpy", lambda one=one: one)(), float) for one in (got, expected))
    if expected.ndim == 0 and got.size == 1:
        got = got.reshape(())
    return got.shape == expected.shape and numpy.allclose(got, expected, 1e-3, 1e-4)

for draw, times in [probes[number] for number in numbers]:
    for _ in range(times):
        arguments = tuple(map(as_mxnet, draw(numpy.random.default_rng())))
        assert agrees(answer(*arguments), solution(*arguments))
"""


@dataclass(frozen=True)
class Student:
    """A member of the class.

    Attributes
    ----------
    name : str
        Such as student07.
    kind : str
        One of KINDS, or "endless": a function that never returns.
    answers : dict of str to str
        The source of each exercise's cell.
    """

    name: str
    kind: str
    answers: dict[str, str]


@dataclass(frozen=True)
class HiddenTest:
    """A hidden test of one exercise.

    Attributes
    ----------
    exercise : str
        The exercise's name.
    points : float
        The points for passing.
    definition : str
        Source of the function that `call` uses.
    call : str
        Source that raises an error if the answer is not right; ``{answer}`` stands for the answer.
    """

    exercise: str
    points: float
    definition: str
    call: str


def comparable(assignment: Assignment) -> Assignment:
    """Return the assignment without the exercises whose probes do more than compare what a function returns.

    Other autograders have no place for what such a probe does, such as refusing autograd during the call.
    """
    items = tuple(item for item in assignment.items if item.exercise.kind != "written" or _only_compares(item))
    return replace(assignment, items=items)


def students(assignment: Assignment, count: int) -> list[Student]:
    """Return a class: of forty students, 14 are right, 12 partly right, 8 wrong, and 6 crash, one by never ending.

    Raises
    ------
    ArgumentError
        If the key has no self-contained wrong answer that earns nothing to one of the exercises.
    """
    right = {item.exercise.name: item.answer.source() for item in assignment.items}
    wrong = {item.exercise.name: _wrong_sources(item) for item in assignment.items}
    if lacking := [name for name, sources in wrong.items() if not sources]:
        raise _unfit(f"no self-contained wrong answer that earns nothing to {', '.join(lacking)}")
    unanswered = {name: cell.source for name, cell in stubs(assignment.release)}
    names, kinds = list(right), [KINDS[number % len(KINDS)] for number in range(count)]
    crashing = [number for number in range(count) if kinds[number] == "crashing"]
    result = []
    for number, kind in enumerate(kinds):
        answers, chosen = dict(right), names[number % len(names)]
        if kind == "partly right":
            answers[chosen] = wrong[chosen][number % len(wrong[chosen])]
            following = names[(number + 1) % len(names)]
            answers[following] = unanswered[following]
        elif kind == "wrong":
            answers = {name: sources[number % len(sources)] for name, sources in wrong.items()}
        elif kind == "crashing":
            crash = _CRASHES[crashing.index(number) % len(_CRASHES)]
            kind = "endless" if crash == _ENDLESS else kind
            answers[names[0]] = crash.format(name=names[0])
        result.append(Student(f"student{number:02}", kind, answers))
    return result


def hidden_tests(assignment: Assignment) -> list[HiddenTest]:
    """Return the key's probes as hidden tests."""
    return [test for item in assignment.items for test in _tests_of(item)]


def notebook(assignment: Assignment, tests: dict[str, list[NotebookNode]] | None = None) -> NotebookNode:
    """Return a short notebook of the assignment: the setup, and each stub followed by its public check or `tests`."""
    cells = [cell for cell in assignment.release.cells if cell.id == "setup"]
    following = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in assignment.release.cells}
    for name, cell in stubs(assignment.release):
        if tests and name not in tests:
            continue
        cells += [cell, *(tests[name] if tests else [following[f"check-{name}"]])]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.from_dict(nbformat.v4.new_notebook(cells=cells, metadata=metadata))


def submission(blank: NotebookNode, student: Student) -> str:
    """Return a student's notebook as a file's text; the student's name in it makes all files different."""
    filled = nbformat.from_dict(blank)
    heading = nbformat.v4.new_markdown_cell(student.name, id="whose")
    filled.cells.insert(0, heading)
    for name, cell in stubs(filled):
        cell["source"] = student.answers.get(name, cell.source)
    return str(nbformat.writes(filled))


def _tests_of(item: Item) -> Iterator[HiddenTest]:
    name, probes = item.exercise.name, item.answer.probes
    if item.exercise.kind != "written":
        solution = item.answer.solution
        margin = 0.05 * abs(solution) if isinstance(solution, float) else 0
        yield HiddenTest(name, item.points, "", f"assert abs({{answer}} - {solution!r}) <= {margin!r}")
        return
    if not _only_compares(item):
        raise _unfit(f"a probe of {name} that calls another function, calls several times or has a judge of its own")
    for number in range(len(probes)):
        numbers = sorted({0, number})
        yield HiddenTest(name, item.points / len(probes), _definition(item), f"check_{name}({{answer}}, {numbers})")


def _only_compares(item: Item) -> bool:
    return not any(probe.through or probe.judge or _has_several_calls(probe) for probe in item.answer.probes)


def _has_several_calls(probe: Probe) -> bool:
    return isinstance(probe.arguments(np.random.default_rng(0)), list)


def _definition(item: Item) -> str:
    """Return the source of a function with the solution and random inputs, hidden from the student's names."""
    functions = [item.answer.solution, *(probe.arguments for probe in item.answer.probes)]
    sources: dict[str, str] = {}
    for function in functions:
        sources |= _sources(function)
    module = inspect.getsource(sys.modules[functions[0].__module__])
    imports = [line for line in imports_of([module]) if "answers" not in line and "from ." not in line]
    probes = ", ".join(f"({probe.arguments.__name__}, {probe.draws})" for probe in item.answer.probes)
    aliases = f"solution, probes = {item.answer.solution.__name__}, [{probes}]"
    body = "\n".join(["import numpy", *imports, *sources.values(), aliases, _AGREES])
    return f"def check_{item.exercise.name}(answer, numbers):\n{textwrap.indent(body, '    ')}"


def _sources(function: Any) -> dict[str, str]:
    """Return the sources of a function and of those in its module that it uses, by name, in order of definition."""
    own = textwrap.dedent(inspect.getsource(function))
    module = vars(sys.modules[function.__module__])
    result: dict[str, str] = {}
    for name in sorted(names_in(own).used - {function.__name__}):
        value = module.get(name)
        if inspect.isfunction(value) and value.__module__ == function.__module__:
            result |= _sources(value)
    return result | {function.__name__: own}


def _wrong_sources(item: Item) -> list[str]:
    """Return the cells of the self-contained wrong answers that earn nothing."""
    name, result = item.exercise.name, []
    for wrong in item.answer.wrong:
        if wrong.earns:
            continue
        if not inspect.isfunction(wrong.answer):
            result.append(f"{name} = {wrong.answer!r}")
        elif len(sources := _sources(wrong.answer)) == 1:
            result.append(sources[wrong.answer.__name__].replace(f"def {wrong.answer.__name__}(", f"def {name}(", 1))
    return result


def _unfit(got: str) -> ArgumentError:
    return ArgumentError(
        "This assignment cannot be benchmarked.",
        got=got,
        expected="wrong answers to all exercises, and probes that only compare what a function returns",
        remedy="choose another assignment, such as 04_softmax_regression",
    )
