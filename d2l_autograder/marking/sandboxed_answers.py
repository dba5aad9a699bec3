"""A submission's answers in a sandbox: its cells run, its numbers and letters are read, its functions are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_autograder.marking.stopped_cells import StoppedCells, statements
from d2l_autograder.marking.time_limits import TimeLimits
from d2l_autograder.marking.whose_variant import named_in
from d2l_autograder.sandbox import Lost, Name, Session, Verdict
from d2l_autograder.submission.submission import Cell, Submission

__all__ = ["SandboxedAnswers"]


class SandboxedAnswers:
    """The answers of a submission whose cells run in a sandbox session.

    Parameters
    ----------
    session : Session
        The session; nothing has run in it yet.
    submission : Submission
        The submitted notebook.
    limits : TimeLimits
        How long its calls and cells may compute.
    is_whole : bool, optional
        Whether all cells run, in the notebook's order, or only those that the answers need.
    last : int, optional
        The number of the last cell that may run; by default all may.

    Attributes
    ----------
    named : str
        The student's id that the notebook names, or empty text.
    """

    def __init__(
        self,
        session: Session,
        submission: Submission,
        limits: TimeLimits,
        is_whole: bool = False,
        last: int | None = None,
    ) -> None:
        self._session, self._submission, self._limits = session, submission, limits
        self._is_whole, self._last = is_whole, last
        self.named = named_in(submission)
        self._cells: dict[str, Cell] = {}  # what ran, by the name under which the session knows it
        self._stopped = StoppedCells()
        self._told: set[str] = set()  # the cells whose end is recorded there
        self._values: dict[str, Any] = {}
        self._sent: dict[str, SandboxFunction] = {}

    def run(self, names: Iterable[str] | None = None, values: Iterable[str] = ()) -> None:
        """Run the cells, and read numbers and letters at once, before any function is called.

        A cell that stops shows in the answers that depend on it. What the student's code learns from later calls, it
        learns too late to change a number or letter.

        Parameters
        ----------
        names : iterable of str, optional
            The exercises whose cells run; by default all that were attempted.
        values : iterable of str, optional
            The exercises whose answer is a number or letter.
        """
        needed = self._submission.cells(names)
        for cell in self._submission.all_cells() if self._is_whole else needed:
            if self._last is None or cell.number <= self._last:
                self._run_cell(cell, cell in needed)
        for name in values:
            try:
                self._values[name] = self._session.get(name, self._limits.of_value).value
            except Lost as lost:
                self._values[name] = lost

    def value(self, name: str) -> Any:
        """Return what `run` read; raises Lost."""
        value = self._values[name]
        if isinstance(value, Lost):
            raise self._explain(name, value)
        return value

    def call(self, name: str, through: SandboxFunction | None, arguments: tuple[Any, ...]) -> Any:
        """Call the function of this name, or what is called in its place; raises Lost."""
        called, given, seconds = name, arguments, self._limits.of_answer(name)
        if through:
            called, given = through.name, (Name(name), *arguments)
        try:
            if through and self._sent.get(called) is not through:
                self._session.run(f"probe {called}", through.source, seconds)
                self._sent[called] = through
            return self._session.call(called, given, seconds).value
        except Lost as lost:
            raise self._explain(name, lost) from None

    @contextmanager
    def alone(self, name: str, number: int) -> Iterator[SandboxedAnswers]:
        """Yield the answer of this name in a sandbox of its own, in which only its cells have run.

        Parameters
        ----------
        name : str
            The exercise's name.
        number : int
            The sandboxes of different numbers have different hashes of text.
        """
        with self._session.beside(hash_seed=number) as session:
            own = SandboxedAnswers(session, self._submission, self._limits, self._is_whole, self._last)
            own.run([name])
            yield own

    def stop_behind(self, name: str) -> str:
        """Return in words the stop of a cell on which an answer depends; empty if there is none."""
        stop = self._stopped.behind(name, self._cells.values())
        return stop.message if stop else ""

    def _run_cell(self, cell: Cell, is_needed: bool) -> None:
        lost = self._lost(cell.id, cell, self._limits.of_cell(cell))
        if lost and lost.is_over and is_needed:
            lost = self._run_statements(cell, lost)
        if lost:
            self._stopped.add(cell, lost)
        else:
            self._stopped.finished(cell)

    def _run_statements(self, cell: Cell, lost: Lost) -> Lost | None:
        """Run a cell that ended its sandbox once more, one statement at a time, and return how it ended.

        An interrupted kernel would keep what the cell did before, and a cell's imports are often all that the answers
        need. Where a cell ran out of time, the statement that it said it had begun last is not run again.
        """
        parts, left = statements(cell), self._limits.of_cell(cell)
        is_endless = lost.verdict == Verdict.TIMEOUT
        if not parts or (len(parts) == 1 and not is_endless):
            return lost
        for number, (line, text) in enumerate(parts[: lost.place] if is_endless else parts):
            before = self._session.seconds
            part = Cell(f"{cell.id} {number}", text, cell.number)
            if again := self._lost(part.id, part, left):
                return Lost(again.verdict, again.message, again.line or line, again.is_over)
            left = max(left - (self._session.seconds - before), 0.01)
        if is_endless:
            return Lost(lost.verdict, lost.message, parts[min(lost.place, len(parts) - 1)][0], is_over=True)
        return None  # a thread or process that another cell left had ended the sandbox

    def _lost(self, ident: str, cell: Cell, seconds: float) -> Lost | None:
        self._cells[ident] = cell
        try:
            self._session.run(ident, cell.source, seconds)
        except Lost as lost:
            if lost.is_over:
                self._told.add(ident)
            return lost
        return None

    def _explain(self, name: str, lost: Lost) -> Lost:
        for ident in self._session.guilty.keys() - self._told:  # cells that ended a later sandbox
            if ident in self._cells:
                self._stopped.add(self._cells[ident], self._session.guilty[ident])
        self._told |= self._session.guilty.keys()
        return self._stopped.explain(name, lost, self._cells.values())
