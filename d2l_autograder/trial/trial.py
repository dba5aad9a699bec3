"""Try all exercises of a notebook against their key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.course.released_source import released_source
from d2l_autograder.trial.cells import cells_problem, solutions_names_problem, stub_problem, unlisted_modules
from d2l_autograder.trial.tries import (
    drawing_problem,
    label_of,
    solution_problem,
    solutions_probes_problem,
    undue_points_problem,
    variants_problem,
    wrong_answer_problem,
    wrong_answers_probes_problem,
)
from d2l_helpers.errors import D2LHelpersError, NotebookError

__all__ = ["Tried", "release_problem", "try_item"]

FEWEST_WRONG = 2


@dataclass(frozen=True)
class Tried:
    """One thing that was tried.

    Attributes
    ----------
    what : str
        The column of the table in which it counts.
    of : str
        What was tried, such as the name of a wrong answer.
    problem : str
        What is wrong; empty if all is well.
    """

    what: str
    of: str
    problem: str


def try_item(assignment: Assignment, item: Item) -> Iterator[Tried]:
    """Try an exercise: its cells, its solution, its wrong answers, and its probes with all of them."""
    wrong = item.answer.wrong
    lacks = "" if len(wrong) >= FEWEST_WRONG else f"{len(wrong)} in the key; write at least {FEWEST_WRONG}"
    yield Tried("cells", "the cells", cells_problem(assignment, item))
    yield Tried("stub", "the stub", stub_problem(assignment, item))
    yield Tried(
        "solution", "the solution", solutions_names_problem(assignment, item) or _safely(solution_problem, item)
    )
    if item.exercise.variant:
        yield Tried("solution", "the solution and wrong answers of students", _safely(variants_problem, item))
    if lacks:
        yield Tried("refused", "wrong answers", lacks)
    for one in wrong:
        yield Tried("refused", f"the wrong answer {label_of(one)}", _safely(wrong_answer_problem, item, one))
    problem = _safely(drawing_problem, item) or _safely(solutions_probes_problem, item)
    yield Tried("probes", "the solution", problem)
    if problem:
        return  # the others would fail with it
    for one in wrong:
        yield Tried("probes", f"the wrong answer {label_of(one)}", _safely(wrong_answers_probes_problem, item, one))
    yield Tried("probes", "an answer without thought", _safely(undue_points_problem, item))


def release_problem(assignment: Assignment) -> str:
    """Take the key out of a teacher's module, as for students; return what is wrong."""
    module = assignment.module
    if module.file is None:
        return ""
    if unlisted := unlisted_modules(assignment):
        return f"the notebook imports {', '.join(unlisted)}, which students do not get: list it in FILES"
    try:
        released_source(module, assignment.key.answers_in(module.name))
    except NotebookError as error:
        return str(error)
    return ""


def _safely(attempt: Callable[..., str], *arguments: object) -> str:
    """Try something; the key's own code may raise anything."""
    try:
        return attempt(*arguments)
    except D2LHelpersError as error:
        return f"{error.failed} Got {error.got}, expected {error.expected}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
