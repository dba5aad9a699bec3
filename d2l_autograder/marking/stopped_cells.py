"""Find the cell and line behind a failure: a cell that stopped leaves names unbound, and others then fail for these."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from d2l_autograder.cells.needed_cells import names_in, reached, tree_of
from d2l_autograder.sandbox import Lost, Verdict
from d2l_autograder.submission.submission import Cell

__all__ = ["StoppedCells", "names_behind", "statements"]

_MISSING_NAME = re.compile(r"(?:NameError|UnboundLocalError): .*?'(\w+)'")
_MOST_STATEMENTS = 300
_LINE = re.compile(r"line (\d{1,6}): ?(.*)", re.DOTALL)


class StoppedCells:
    """The cells of one run that stopped, and the names that they left unbound."""

    def __init__(self) -> None:
        self._causes: dict[str, Lost] = {}  # by name: the stop because of which it is not bound
        self._words: dict[str, Lost] = {}  # the same for all words of cells that are not valid Python

    def add(self, cell: Cell, lost: Lost) -> None:
        """Record a cell that stopped. One that stopped for a missing name follows from the cell that left it unbound.

        Parameters
        ----------
        cell : Cell
            The cell.
        lost : Lost
            How it stopped; what it says of itself was written inside the sandbox.
        """
        line = _line_in(cell, lost)
        where = f"cell {cell.number}" + (f", line {line}" if line else "")
        told = Lost(lost.verdict, f"{where}: {lost.message}", "" if line else lost.line)
        cause = self._cause_of(_missing_name(lost)) or told
        if tree := tree_of(cell.source):
            rest = [statement.lineno for statement in tree.body if (statement.end_lineno or 0) >= line]
            lines = cell.source.split("\n")[min(rest, default=1) - 1 :]
            self._causes |= dict.fromkeys(names_in("\n".join(lines)).given, cause)
        else:
            self._words |= dict.fromkeys(re.findall(r"\w+", cell.source), cause)

    def finished(self, cell: Cell) -> None:
        """Record a cell that ran to its end, and so bound its names."""
        for name in names_in(cell.source).given:
            self._causes.pop(name, None)
            self._words.pop(name, None)

    def explain(self, name: str, lost: Lost, cells: Iterable[Cell]) -> Lost:
        """Return how an answer failed, in the words of the stop that it follows from, if there is one.

        Parameters
        ----------
        name : str
            The exercise's name.
        lost : Lost
            How the answer failed.
        cells : iterable of Cell
            The cells that ran.
        """
        missing = name if lost.verdict == Verdict.NOT_ATTEMPTED else _missing_name(lost)
        if cause := self._cause_of(missing):
            return cause
        if lost.verdict == Verdict.ERROR and (cause := self.behind(name, cells)):
            return Lost(lost.verdict, f"{lost.message}; before that, {cause.message}", lost.line)
        return lost

    def behind(self, name: str, cells: Iterable[Cell]) -> Lost | None:
        """Return the stop that left unbound a name on which an answer depends, or None."""
        return next((self._causes[one] for one in sorted(names_behind(name, cells)) if one in self._causes), None)

    def _cause_of(self, name: str | None) -> Lost | None:
        return None if name is None else self._causes.get(name) or self._words.get(name)


def names_behind(name: str, cells: Iterable[Cell]) -> set[str]:
    """Return a name and all names that the cells read which bind it, also indirectly."""
    every = [names_in(cell.source) for cell in cells]
    return reached([name], [(names.given, names.used) for names in every])


def statements(cell: Cell) -> list[tuple[str, str]]:
    """Split a cell into statements: the first line of each in words, and its text at the line where it stands.

    A cell of very many statements is not split, as the text of each has an empty line for each line above it.
    """
    tree, lines, found = tree_of(cell.source), cell.source.split("\n"), []
    body = tree.body if tree and len(tree.body) <= _MOST_STATEMENTS else []
    for statement in body:
        marked = [statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))]
        first, last = min(marked), statement.end_lineno or statement.lineno
        shared = sum(other.lineno <= last and (other.end_lineno or 0) >= first for other in body) > 1
        alone = ast.get_source_segment(cell.source, statement) if shared else None  # of several on one line
        text = alone or "\n".join(lines[first - 1 : last])
        found.append((f"line {first}: {lines[first - 1].strip()}", "\n" * (first - 1) + text))
    return found


def _missing_name(lost: Lost) -> str | None:
    found = _MISSING_NAME.match(lost.message)
    return found[1] if found else None


def _line_in(cell: Cell, lost: Lost) -> int:
    """Return the number of the line at which a cell stopped; 0 if it is unknown or stands in another cell."""
    found, lines = _LINE.match(lost.line), cell.source.split("\n")
    if found and 1 <= int(found[1]) <= len(lines) and lines[int(found[1]) - 1].strip().startswith(found[2].strip()):
        return int(found[1])
    return 0
