"""Many submissions: several at a time, each in a sandbox of its own, each result kept as soon as it is there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby

from d2l_helpers.autograder.assignment import Assignment
from d2l_helpers.autograder.inbox import Entry, read_file
from d2l_helpers.autograder.isolation import Inside, Limits, Sandbox, Session
from d2l_helpers.autograder.marking import mark_submission, not_attempted
from d2l_helpers.autograder.results import Kept, Result, Status, Store
from d2l_helpers.autograder.submission import LARGEST, Submission, digest_of, read_submission
from d2l_helpers.data import cache_folder
from d2l_helpers.errors import D2LHelpersError, NotebookError

__all__ = ["LIMITS", "Grader", "Outcome", "inside_of"]

LIMITS = Limits(seconds=60, total_seconds=300)
_TRIES = 3


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one entry.

    Attributes
    ----------
    result : Result
        The marks.
    kept : Kept or None
        Whether the result is new; None where it was there already, or is a fault of ours that is not kept.
    submission : Submission or None
        The mended notebook, unless it was damaged or unreadable.
    """

    result: Result
    kept: Kept | None
    submission: Submission | None = None


def inside_of(assignment: Assignment) -> Inside:
    """Say what a sandbox has ready for an assignment."""
    return Inside(data=cache_folder(), imports=("import d2l_helpers", *assignment.imports), mxnet=True)


class Grader:
    """Marks submissions.

    Parameters
    ----------
    assignments : mapping of str to Assignment
        The course's, by their names.
    secret : bytes
        The course's.
    store : Store, optional
        Where results are kept; what is there is not marked again.
    jobs : int, optional
        How many submissions to mark at a time; by default as many as there are cores.
    limits : Limits, optional
        For each submission.
    is_sandboxed : bool, optional
        False marks one's own notebooks without a sandbox.
    again : bool, optional
        Whether to mark also what is in the store, and compare.
    """

    def __init__(
        self,
        assignments: Mapping[str, Assignment],
        secret: bytes,
        store: Store | None = None,
        jobs: int | None = None,
        limits: Limits = LIMITS,
        is_sandboxed: bool = True,
        again: bool = False,
    ) -> None:
        self.assignments, self.secret, self.store, self.limits = assignments, secret, store, limits
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.is_sandboxed, self.again = is_sandboxed, again

    def grade(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """Mark entries and give each outcome when it is there, in any order.

        Raises
        ------
        SandboxError
            Before the first, if there is no sandbox here.
        """
        with Sandbox(self.limits, is_confined=self.is_sandboxed):
            pass  # it refuses here, where there is none
        for name, group in groupby(sorted(entries, key=lambda entry: entry.assignment), lambda entry: entry.assignment):
            if name in self.assignments:
                yield from self._grade_assignment(self.assignments[name], list(group))
            else:
                yield from (Outcome(_unknown(entry, self.assignments), None) for entry in group)

    def _grade_assignment(self, assignment: Assignment, entries: Iterable[Entry]) -> Iterator[Outcome]:
        waiting = []
        for entry in entries:
            outcome = self._without_running(entry, assignment)
            if outcome:
                yield outcome
            else:
                waiting.append(entry)
        if not waiting:
            return
        jobs = min(self.jobs, len(waiting))

        def start() -> Sandbox:
            return Sandbox(self.limits, inside_of(assignment), is_confined=self.is_sandboxed).__enter__()

        # Each thread starts the sandboxes that it marks in. Starting them ahead makes nothing faster, as every core is
        # busy with a start anyway, and costs the memory of those that wait.
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(self._mark, entry, assignment, start) for entry in waiting]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _without_running(self, entry: Entry, assignment: Assignment) -> Outcome | None:
        """Give the outcome of what is in the store, or cannot be marked; else None."""
        try:
            contents = read_file(entry.file, LARGEST)
            digest = self._digest(assignment, contents)
            submission = read_submission(contents, assignment)
        except NotebookError as error:
            return self._keep(_damaged(entry, assignment, error), None)
        if self.store and not self.again and (found := self.store.find(entry.student, assignment.name, digest)):
            return Outcome(found, None, submission)
        return None

    def _mark(self, entry: Entry, assignment: Assignment, supply: Callable[[], Sandbox]) -> Outcome:
        began = time.monotonic()
        try:
            contents = read_file(entry.file, LARGEST)  # a second time, as a class's would not fit into memory
            submission = read_submission(contents, assignment)
        except NotebookError as error:  # somebody has changed it meanwhile
            return self._keep(_damaged(entry, assignment, error), None)
        for attempt in range(1, _TRIES + 1):
            try:
                marks = mark_submission(
                    submission, assignment, self.secret, lambda: Session(self.limits, supply=supply)
                )
                break
            except D2LHelpersError as error:  # of the sandbox, the key or the data, never of the student
                if attempt == _TRIES:
                    fault = f"{error.failed} {error.got}; {error.remedy}"
                    result = Result(entry.student, assignment.name, Status.SANDBOX_FAULT, fault)
                    return Outcome(result, None, submission)
        repairs = submission.repairs
        if entry.others:
            repairs = (*repairs, f"there were {len(entry.others) + 1} files; {entry.file.name} was marked")
        result = Result(
            student=entry.student,
            assignment=assignment.name,
            status=Status.MARKED,
            marks=marks,
            repairs=repairs,
            digest=self._digest(assignment, contents),
            is_sandboxed=self.is_sandboxed,
            seconds=round(time.monotonic() - began, 2),
        )
        return self._keep(result, submission)

    def _keep(self, result: Result, submission: Submission | None) -> Outcome:
        return Outcome(result, self.store.keep(result) if self.store else Kept.NEW, submission)

    def _digest(self, assignment: Assignment, contents: bytes) -> str:
        return assignment.digest(digest_of(contents), f"{self.limits} sandboxed={self.is_sandboxed}")


def _damaged(entry: Entry, assignment: Assignment, error: NotebookError) -> Result:
    marks = tuple(map(not_attempted, assignment.items))
    detail = f"{error.got}; expected {error.expected}. {error.remedy[:1].upper()}{error.remedy[1:]}."
    return Result(entry.student, assignment.name, Status.DAMAGED, detail, marks, digest=digest_of(detail.encode()))


def _unknown(entry: Entry, assignments: Mapping[str, Assignment]) -> Result:
    names = ", ".join(assignments)
    detail = f"{entry.file.name} does not say of which assignment it is; expected one of {names} in its name."
    return Result(entry.student, "unknown", Status.DAMAGED, detail)
