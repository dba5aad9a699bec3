"""Decide whether an answer that is not right is tried once more after all cells of its notebook.

Which cells an answer needs is read from the names in them. An answer may depend on other cells in ways that no name
shows: a list that another cell fills through another name, a module that a function of the student's patches, a file,
the recursion limit. Running a whole chapter takes up to a minute, so it happens only where it can change the mark.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.cells.named_student import only_names_a_student
from d2l_autograder.cells.needed_cells import names_in, reached, tree_of
from d2l_autograder.marking.stopped_cells import names_behind
from d2l_autograder.results import Mark
from d2l_autograder.sandbox import Verdict
from d2l_autograder.submission.submission import Cell, Submission

__all__ = ["is_worth_a_second_try", "last_cell_of"]


def last_cell_of(item: Item, submission: Submission) -> int | None:
    """Return the number of the last cell that may run before an answer is asked; None if all may.

    It is the answer's check where a cell below the check binds a name again that the answer needs, such as a helper's
    or a loop variable's: in the notebook, the check has seen the name as it was before. An exercise's own function
    counts as it was defined last.
    """
    name = item.exercise.name
    place = submission.place_of_check(name)
    cells = submission.all_cells()
    above = [cell for cell in cells if cell.number < place]
    if not any(name in names_in(cell.source).given for cell in above):
        return None
    behind = names_behind(name, above) - ({name} if item.exercise.kind != "measured" else set())
    is_bound_again = any(names_in(cell.source).given & behind for cell in cells if cell.number > place)
    return place if is_bound_again else None


def is_worth_a_second_try(
    item: Item, marks: Mapping[str, Mark], submission: Submission, assignment: Assignment
) -> bool:
    """Return whether an answer may earn more after all cells than after those that it needs.

    Parameters
    ----------
    item : Item
        The exercise, which was attempted.
    marks : mapping of str to Mark
        The marks after the needed cells, by exercise.
    submission : Submission
        The submitted notebook.
    assignment : Assignment
        What was handed out.
    """
    exercise = item.exercise
    mark = marks[exercise.name]
    if mark.verdict in (Verdict.RIGHT, Verdict.TIMEOUT):
        return False  # an endless loop would cost its time again
    if exercise.kind == "predicted" and mark.verdict == Verdict.WRONG:
        return False  # a letter that depends on what else has run would be two guesses
    if exercise.kind == "written" and last_cell_of(item, submission) is not None:
        return True
    was_alone = any(any(probe.sandboxes) for probe in item.answer.probes[: len(mark.findings)])
    ran = {cell.id for cell in submission.cells([exercise.name] if was_alone else None)}
    cells = submission.all_cells()
    others = [cell for cell in cells if cell.id not in ran]
    if exercise.kind != "written" and names_behind(exercise.name, cells) == {exercise.name}:
        return False  # a number that the cell states
    own = [cell.source for cell in others if cell.source not in assignment.code]
    if not all(_only_binds(source) or only_names_a_student(source) for source in own):
        return True  # a cell of the student's own may have done anything
    return _may_change_data(exercise.name, [cell for cell in cells if cell.id in ran], others)


def _may_change_data(name: str, needed: list[Cell], others: list[Cell]) -> bool:
    """Return whether the other cells may change data of an answer under another name, or by a function that does."""
    found = [names_in(cell.source) for cell in needed]
    data = names_behind(name, needed) & frozenset().union(*(names.data for names in found))
    ways = reached(data, [(names.used, names.given) for names in found])
    return any(names_in(cell.source).used & (ways - {name}) for cell in others)


def _only_binds(source: str) -> bool:
    """Return whether a cell does nothing but bind names: which of these an answer needs, the names tell."""
    tree = tree_of(source)
    return tree is not None and all(map(_binds, tree.body))


def _binds(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return not statement.decorator_list and all(isinstance(default, ast.Constant) for default in defaults)
    if isinstance(statement, ast.Assign):
        return all(isinstance(part, ast.Name | ast.Constant) for part in (*statement.targets, statement.value))
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
