"""What became of one entry of a batch, and the rows of entries that cannot be marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from d2l_autograder.assignment import Assignment
from d2l_autograder.batch.store import Kept
from d2l_autograder.collect import Entry
from d2l_autograder.faults import Fault, fault_of, said_by
from d2l_autograder.marking.marking import not_attempted
from d2l_autograder.results import Result, Status
from d2l_autograder.submission.submission import digest_of
from d2l_helpers.errors import D2LHelpersError, NotebookError
from d2l_helpers.variants import marked_as

__all__ = ["Outcome", "damaged", "not_marked", "unknown"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one entry.

    Attributes
    ----------
    result : Result
        The marks.
    kept : Kept or None
        Whether the result is new; None where it was kept before, or where a fault prevented marking or keeping.
    entry : Entry
        The submitted file.
    fault : Fault or None
        Why the result could not be kept, or an earlier one could not be read.
    """

    result: Result
    kept: Kept | None
    entry: Entry
    fault: Fault | None = None


def not_marked(student: str, assignment: str, error: BaseException) -> Result:
    """Return the row of a submission that was not marked by no fault of the student's."""
    fault = fault_of("", error)
    if isinstance(error, D2LHelpersError):
        detail = f"{fault.why}; {fault.remedy}"
    else:
        detail = f"The grader has failed at this submission. {said_by(error)}"
    return Result(student, assignment, Status.SANDBOX_FAULT, detail)


def damaged(student: str, assignment: Assignment, error: NotebookError, problem: str = "") -> Result:
    """Return the row of a file in which nothing can be marked; `problem` is what was seen when it was collected."""
    with marked_as(assignment.whose(student)):
        marks = tuple(map(not_attempted, assignment.items))
    said = f"{error.got}; expected {error.expected}. {error.remedy[:1].upper()}{error.remedy[1:]}."
    detail = problem or said
    return Result(student, assignment.name, Status.DAMAGED, detail, marks, digest=digest_of(detail.encode()))


def unknown(entry: Entry, assignments: Mapping[str, Assignment]) -> Result:
    """Return the row of a file that belongs to no assignment."""
    names = ", ".join(assignments)
    detail = f"{entry.file.name} does not say of which assignment it is; expected one of {names} in its name."
    return Result(entry.student, "unknown", Status.DAMAGED, entry.problem or detail)
