"""The reports of a run over a class, written as its rows come: an interrupt or a kill leaves what is there."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from d2l_autograder.batch.outcome import Outcome
from d2l_autograder.collect import Collection, Entry
from d2l_autograder.command.reported import Reported
from d2l_autograder.faults import Faults
from d2l_autograder.gradebook.gradebook import Gradebook
from d2l_autograder.report import write_class_page, write_feedback, write_grades
from d2l_autograder.report.changes import changes_csv
from d2l_autograder.results import Result, Row, Status
from d2l_autograder.submission.submission import Submission
from d2l_helpers.atomic import write

__all__ = ["ClassReports"]

_SECONDS = 10.0  # between two versions of grades.csv, at least
_SHARE = 100  # of the time that one version takes


class ClassReports:
    """Rows of a class, and their reports.

    Parameters
    ----------
    out : Path
        The folder that the reports go to.
    notebook_of : callable
        Returns the repaired notebook of an outcome, or None.
    faults : Faults
        Takes what cannot be written.
    book : Gradebook, optional
        nbgrader's gradebook.
    gradescope : bool, optional
        Whether to write Gradescope's files, too.

    Attributes
    ----------
    is_table_due : bool
        Whether the rows are enough to replace an earlier table.
    """

    def __init__(
        self,
        out: Path,
        notebook_of: Callable[[Outcome], Submission | None],
        faults: Faults,
        book: Gradebook | None = None,
        gradescope: bool = False,
    ) -> None:
        self._out, self._notebook_of, self._faults, self._book = out, notebook_of, faults, book
        self._gradescope = gradescope
        self._rows: dict[tuple[str, str, Path | None, str], Row] = {}
        self._reported = Reported.in_folder(out)
        self._next_table = time.monotonic() + _SECONDS
        self._done: set[tuple[str, str, Path | None, str]] = set()
        self.is_table_due = not (out / "grades.csv").exists()
        with faults.noted("the marks of the last run"):
            self._reported.load()

    @property
    def rows(self) -> list[Row]:
        """The rows so far, by student and assignment."""
        return sorted(self._rows.values(), key=lambda row: (row.result.student, row.result.assignment))

    @property
    def marked(self) -> int:
        """How many submissions are marked, now or in an earlier run, and need not be marked again."""
        return len(self._done)

    def stand(self, outcome: Outcome, is_done: bool) -> None:
        """Take a row from an earlier run; `is_done` says whether its submission need not be marked again."""
        for entry in outcome.entry.for_all():
            self._rows[_place(entry)] = self._row_of(outcome.result, entry)
        if is_done:
            self._done.add(_place(outcome.entry))

    def add(self, outcome: Outcome) -> None:
        """Take a new row, one for each student of a group, and write all of its reports."""
        if outcome.fault:
            self._faults.add(outcome.fault)
        for entry in outcome.entry.for_all():
            row = self._row_of(outcome.result, entry)
            if self._book:
                with self._faults.noted(_in("the gradebook", row)):
                    row = self._book.save(row, self._notebook_of(outcome))
            self._write(_place(entry), row)
        self._done.add(_place(outcome.entry))
        if time.monotonic() > self._next_table:
            self._write_table_meanwhile()

    def add_missing(self, student: str, assignment: str) -> None:
        """Take the row of a student who handed nothing in."""
        row = Row(Result(student, assignment, Status.MISSING, "nothing was handed in"))
        row = dataclasses.replace(row, before=self._reported.before(student, assignment, 0.0))
        if self._book:
            with self._faults.noted(_in("the gradebook", row)):
                row = self._book.save(row)
        self._write((student, assignment, None, ""), row)

    def write_table(self) -> None:
        """Write grades.csv with the rows so far; an earlier one stays until all rows from before are there."""
        if not self.is_table_due:
            return
        with self._faults.noted("grades.csv"):
            write_grades(self.rows, self._out)

    def close(self) -> None:
        """Add what has changed to changes.csv, and keep what was reported, so that the next run names what changes."""
        with self._faults.noted("changes.csv"):
            file = self._out / "changes.csv"
            earlier = file.read_bytes() if file.exists() else b""
            contents = changes_csv(self.rows, time.strftime("%Y-%m-%d %H:%M:%S"), earlier)
            if contents:
                write(file, contents)
        with self._faults.noted("the marks of this run, which the next run names changes against"):
            self._reported.save(self._rows.values(), self.is_table_due)

    def write_page(self) -> None:
        """Write report.html with the rows so far; it takes a second, for which an interrupted run has no time."""
        if self.is_table_due:
            with self._faults.noted("report.html"):
                write_class_page(self.rows, self._out)

    def settle(self, collection: Collection) -> None:
        """Bring the reports up to date between two looks at a folder: rows of what is no longer there go."""
        there = {_place(one) for entry in collection.entries for one in entry.for_all()}
        there |= {(student, assignment, None, "") for student, assignment in collection.missing}
        self._rows = {place: row for place, row in self._rows.items() if place in there}
        self._done &= there
        self.write_table()
        self.close()
        self._rows = {place: dataclasses.replace(row, before=None) for place, row in self._rows.items()}

    def _write_table_meanwhile(self) -> None:
        began = time.monotonic()
        with suppress(OSError):  # the table is written at the end, too
            write_grades(self.rows, self._out)
        ended = time.monotonic()
        self._next_table = ended + max(_SECONDS, _SHARE * (ended - began))

    def _write(self, place: tuple[str, str, Path | None, str], row: Row) -> None:
        self._rows[place] = row
        with self._faults.noted(_in("the feedback", row)):
            write_feedback(row, self._out, self._gradescope)

    def _row_of(self, result: Result, entry: Entry) -> Row:
        result, before = dataclasses.replace(result, student=entry.student), None
        if result.status != Status.SANDBOX_FAULT:  # such a submission keeps its mark until it is marked again
            before = self._reported.before(result.student, result.assignment, result.earned)
        result = dataclasses.replace(result, repairs=(*result.repairs, *entry.notes))
        return Row(result, entry.submitted, entry.is_late, before=before, handed_in_by=entry.handed_in_by)


def _place(entry: Entry) -> tuple[str, str, Path | None, str]:
    return entry.student, entry.assignment, entry.file, entry.member


def _in(what: str, row: Row) -> str:
    return f"{what} of {row.result.student}, {row.result.assignment}"
