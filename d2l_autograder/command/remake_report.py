"""Run ``d2l-grade report``: write the teacher's page again from the rows that the last run has reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from d2l_autograder.batch.store import Store
from d2l_autograder.command.reported import Reported
from d2l_autograder.command.terminal_output import say
from d2l_autograder.faults import Faults, fault_of
from d2l_autograder.gradebook.by_hand_now import by_hand_now
from d2l_autograder.report import write_class_page
from d2l_autograder.report.faults import faults_text
from d2l_helpers.errors import ArgumentError

__all__ = ["remake_report"]


def remake_report(out: Path) -> int:
    """Write report.html beside the marks in a folder; return the exit status, 1 where something could not be read.

    Raises
    ------
    ArgumentError
        If no run has reported marks there.
    RecordError
        If what the last run has reported cannot be read.
    """
    reported, faults = Reported.in_folder(out), Faults()
    reported.load()
    rows = list(reported.rows(Store(out / "results"), lambda error: faults.add(fault_of("a row of the report", error))))
    with faults.noted("the marks in gradebook.db that a person gave"):
        by_hand = by_hand_now(out / "gradebook.db", [row.result for row in rows])
        rows = [replace(row, by_hand=by_hand.get((row.result.student, row.result.assignment), ())) for row in rows]
    if not rows and not faults:
        raise ArgumentError(
            "There are no marks to report on.",
            got=f"no marks in {out} of this version of d2l-grade",
            expected="a folder to which d2l-grade grade has written",
            remedy="name the course with --course or the folder of marks with --out, or run d2l-grade grade first",
        )
    with faults.noted("report.html"):
        write_class_page(rows, out)
    if faults:
        say(faults_text(list(faults.found)), is_error=True)
    if rows:
        say(f"{out / 'report.html'} shows {len(rows)} rows.")
    return int(bool(faults))
