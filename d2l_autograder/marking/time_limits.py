"""How long the calls and the cells of a submission may compute.

What was handed out ends, so it gets all the time that a sandbox allows: it trains networks. What the student wrote gets
what the key says, seconds where it says nothing: an endless loop must not keep the others waiting.
"""

from __future__ import annotations

import ast
from functools import cached_property

from d2l_autograder.assignment import Assignment
from d2l_autograder.cells.needed_cells import names_in, reached, tree_of
from d2l_autograder.key.answer import SECONDS
from d2l_autograder.submission.submission import Cell, Submission

__all__ = ["TimeLimits"]


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
    """

    def __init__(self, assignment: Assignment, submission: Submission, most: float) -> None:
        self._assignment, self._submission, self._most = assignment, submission, most
        self._seconds = {item.exercise.name: item.answer.seconds for item in assignment.items}

    def of_answer(self, name: str) -> float:
        """Return the limit of a call of an exercise's function, or of reading its value."""
        return min(self._seconds[name], self._most)

    def of_cell(self, cell: Cell) -> float:
        """Return the limit of a cell: of the answer that may compute longest among those that need it."""
        if cell.source in self._assignment.code and not names_in(cell.source).used & self._of_students_functions:
            return self._most
        return min(self._longer.get(cell.id, SECONDS), self._most)

    @cached_property
    def _longer(self) -> dict[str, float]:
        """The limits of cells that answers need which may compute for longer than others."""
        longer = {name: self._seconds[name] for name in self._submission.attempted if self._seconds[name] > SECONDS}
        in_order = sorted(longer.items(), key=lambda pair: pair[1])  # the longest comes last, and stays
        return {cell.id: seconds for name, seconds in in_order for cell in self._submission.cells([name])}

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
