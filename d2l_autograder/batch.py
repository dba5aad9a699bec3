"""Many submissions: several at a time, each in a sandbox of its own, each result kept as soon as it is there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import groupby

from d2l_autograder.assignment import Assignment
from d2l_autograder.collect import Entry, read_file
from d2l_autograder.marking import mark_submission, not_attempted
from d2l_autograder.results import Kept, Result, Status, Store
from d2l_autograder.sandbox import Limits, Sandbox, Session, Setup
from d2l_autograder.submission import LARGEST, Submission, digest_of, read_submission
from d2l_helpers.data import cache_folder
from d2l_helpers.errors import D2LHelpersError, NotebookError

__all__ = ["LIMITS", "Grader", "Outcome", "setup_for"]

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
    entry : Entry
        What it became of.
    """

    result: Result
    kept: Kept | None
    entry: Entry


def setup_for(assignment: Assignment) -> Setup:
    """Return what a sandbox has ready for an assignment."""
    return Setup(data=cache_folder(), imports=("import d2l_helpers", *assignment.imports), mxnet=True)


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
        hidden = [*(entry.file.parent for entry in entries), *([self.store.folder] if self.store else [])]
        with Sandbox(self.limits, Setup(hidden=tuple(hidden)), is_confined=self.is_sandboxed):
            pass  # it refuses here, where there is none
        for name, group in groupby(sorted(entries, key=lambda entry: entry.assignment), lambda entry: entry.assignment):
            if name in self.assignments:
                yield from self._grade_assignment(self.assignments[name], list(group))
            else:
                yield from (Outcome(_unknown(entry, self.assignments), None, entry) for entry in group)

    def notebook_of(self, outcome: Outcome) -> Submission | None:
        """Read what was marked once more, mended; None where it was damaged, or is no longer what was marked.

        An outcome does not hold it: a class's notebooks would fill the memory.
        """
        assignment = self.assignments.get(outcome.result.assignment)
        try:
            contents = read_file(outcome.entry.file, LARGEST)
            if assignment and self._digest(assignment, contents) == outcome.result.digest:
                return read_submission(contents, assignment)
        except NotebookError:
            pass
        return None

    def _grade_assignment(self, assignment: Assignment, entries: Sequence[Entry]) -> Iterator[Outcome]:
        jobs = min(self.jobs, len(entries))

        def start() -> Sandbox:
            return Sandbox(self.limits, setup_for(assignment), is_confined=self.is_sandboxed).__enter__()

        # Each thread starts the sandboxes that it marks in. Starting them ahead makes nothing faster, as every core is
        # busy with a start anyway, and costs the memory of those that wait.
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(self._outcome, entry, assignment, start) for entry in entries]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _outcome(self, entry: Entry, assignment: Assignment, supply: Callable[[], Sandbox]) -> Outcome:
        try:
            contents = read_file(entry.file, LARGEST)
            digest = self._digest(assignment, contents)
            if self.store and not self.again and (found := self.store.find(entry.student, assignment.name, digest)):
                return Outcome(found, None, entry)
            submission = read_submission(contents, assignment)
        except NotebookError as error:
            return self._keep(_damaged(entry, assignment, error), entry)
        result = self._mark(entry, submission, assignment, supply)
        if result.status == Status.SANDBOX_FAULT:
            return Outcome(result, None, entry)
        return self._keep(replace(result, digest=digest), entry)

    def _mark(
        self, entry: Entry, submission: Submission, assignment: Assignment, supply: Callable[[], Sandbox]
    ) -> Result:
        began = time.monotonic()
        for attempt in range(1, _TRIES + 1):
            try:
                marks = mark_submission(
                    submission, assignment, self.secret, lambda: Session(self.limits, supply=supply)
                )
                break
            except D2LHelpersError as error:  # of the sandbox, the key or the data, never of the student
                if attempt == _TRIES:
                    fault = f"{error.failed} {error.got}; {error.remedy}"
                    return Result(entry.student, assignment.name, Status.SANDBOX_FAULT, fault)
        repairs = submission.repairs
        if entry.others:
            repairs = (*repairs, f"there were {len(entry.others) + 1} files; {entry.file.name} was marked")
        return Result(
            student=entry.student,
            assignment=assignment.name,
            status=Status.MARKED,
            marks=marks,
            repairs=repairs,
            is_sandboxed=self.is_sandboxed,
            seconds=round(time.monotonic() - began, 2),
        )

    def _keep(self, result: Result, entry: Entry) -> Outcome:
        return Outcome(result, self.store.keep(result) if self.store else Kept.NEW, entry)

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
