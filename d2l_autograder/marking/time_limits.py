"""How long the calls and the cells of a submission may compute.

What was handed out ends, so it gets all the time that a sandbox allows, for training networks. What the student wrote
gets what the key says, or a few seconds: an endless loop must not keep the others waiting. Only a number that is
measured may come of a long training in its cell.
"""

from __future__ import annotations

import ast
from functools import cached_property

from d2l_autograder.assignment import Assignment
from d2l_autograder.cells.needed_cells import names_in, reached, tree_of
from d2l_autograder.submission.submission import Cell, Submission

__all__ = ["TimeLimits"]

_CALL = 3.0  # seconds; the public check has 1.5 for all its calls together
_CELL = 5.0  # also of reading a value


class TimeLimits:
    """The limits of one submission's calls and cells, in seconds.

    Parameters
    ----------
    assignment : Assignment
        What was handed out, with its key.
    submission : Submission
        The submitted notebook.
    most : float
        What the sandbox allows for one request.

    Attributes
    ----------
    of_value : float
        The limit of reading a value.
    """

    def __init__(self, assignment: Assignment, submission: Submission, most: float) -> None:
        self._assignment, self._submission, self._most = assignment, submission, most
        self.of_value = min(_CELL, most)

    def of_answer(self, name: str) -> float:
        """Return the limit of a call of an exercise's function; a student's cell may compute as long, if not longer."""
        return self._of_answers[name]

    def of_cell(self, cell: Cell) -> float:
        """Return the limit of a cell: of the answer that may compute longest among those that need it."""
        if cell.source in self._assignment.code and not names_in(cell.source).used & self._of_students_functions:
            return self._most
        return self._of_cells.get(cell.id, self.of_value)

    @cached_property
    def _of_answers(self) -> dict[str, float]:
        found = {}
        for item in self._assignment.items:
            usual = self._most if item.exercise.kind == "measured" else _CALL
            found[item.exercise.name] = min(item.answer.seconds or usual, self._most)
        return found

    @cached_property
    def _of_cells(self) -> dict[str, float]:
        """The limits of the cells behind answers that may compute for longer than others, by the cells' ids."""
        limits = sorted((self._of_answers[name], name) for name in self._submission.attempted)
        longer = [(seconds, name) for seconds, name in limits if seconds > self.of_value]
        return {cell.id: seconds for seconds, name in longer for cell in self._submission.cells([name])}

    @cached_property
    def _of_students_functions(self) -> set[str]:
        """The student's functions, and what was handed out that calls them."""
        sources = [cell.source for cell in self._submission.all_cells()]
        own = {name for source in sources if source not in self._assignment.code for name in _functions_in(source)}
        names = [names_in(source) for source in sources if source in self._assignment.code]
        return reached(own, [(each.used, each.defined) for each in names])


def _functions_in(source: str) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in ast.walk(tree_of(source) or ast.Pass()) if isinstance(node, kinds)}
