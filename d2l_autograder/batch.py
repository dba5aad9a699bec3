"""Mark many submissions: several at a time, each in its own sandbox, and keep each result as soon as it is there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from d2l_autograder.assignment import Assignment
from d2l_autograder.collect import Entry
from d2l_autograder.key import KeyFault
from d2l_autograder.marking import mark_submission, not_attempted
from d2l_autograder.results import Kept, Mark, Result, Status, Store
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
        Whether the result is new; None where it was kept before, or where a fault of the grader prevented marking.
    entry : Entry
        The submitted file.
    """

    result: Result
    kept: Kept | None
    entry: Entry


def setup_for(assignment: Assignment) -> Setup:
    """Return what a sandbox has ready for an assignment, and must not show."""
    imports = ("import d2l_helpers", *assignment.imports)
    return Setup(data=cache_folder(), imports=imports, mxnet=True, hidden=(assignment.key.folder,))


class Grader:
    """Marks submissions.

    Parameters
    ----------
    assignments : mapping of str to Assignment
        The course's assignments, by their names.
    secret : bytes
        The course's secret.
    store : Store, optional
        Where results are kept; a submission with a result there is not marked again.
    jobs : int, optional
        How many submissions to mark at a time; by default one for each core.
    limits : Limits, optional
        What each submission may use.
    is_sandboxed : bool, optional
        False marks one's own notebooks without a sandbox.
    again : bool, optional
        Whether to mark submissions with a result too, and compare.
    hidden : iterable of Path, optional
        What no sandbox may show besides keys, results and submissions, such as the course.
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
        hidden: Iterable[Path] = (),
    ) -> None:
        self.assignments, self.secret, self.store, self.limits = assignments, secret, store, limits
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.is_sandboxed, self.again, self.hidden = is_sandboxed, again, tuple(hidden)

    def grade(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """Mark entries and yield each outcome as soon as it is there, in any order.

        Each entry has one outcome, whatever the submission holds.

        Raises
        ------
        SandboxError
            Before the first outcome, if this machine has no sandbox, or if the sandbox would show the key, the results
            or a submission to student code.
        """
        with Sandbox(self.limits, Setup(hidden=self._hidden_from_students(entries)), is_confined=self.is_sandboxed):
            pass  # where there is no sandbox, the error comes here, before any work
        for name, group in groupby(sorted(entries, key=lambda entry: entry.assignment), lambda entry: entry.assignment):
            if name in self.assignments:
                yield from self._grade_assignment(self.assignments[name], list(group))
            else:
                yield from (Outcome(_unknown(entry, self.assignments), None, entry) for entry in group)

    def notebook_of(self, outcome: Outcome) -> Submission | None:
        """Read the marked submission again; return None if it was damaged, or has changed since it was marked.

        An outcome does not hold the submission: a class's notebooks would fill the memory.
        """
        assignment = self.assignments.get(outcome.result.assignment)
        try:
            contents = outcome.entry.read(LARGEST)
            if assignment and self._digest(assignment, contents) == outcome.result.digest:
                return read_submission(contents, assignment)
        except NotebookError:
            pass
        return None

    def _grade_assignment(self, assignment: Assignment, entries: Sequence[Entry]) -> Iterator[Outcome]:
        jobs = min(self.jobs, len(entries))

        def start(hash_seed: int = 0) -> Sandbox:
            setup = replace(setup_for(assignment), hash_seed=hash_seed)
            return Sandbox(self.limits, setup, is_confined=self.is_sandboxed).__enter__()

        # Each thread starts the sandboxes in which it marks. To start them ahead would save no time, since every core
        # is busy anyway, and waiting sandboxes would take memory.
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(self._outcome_of, entry, assignment, start) for entry in entries]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _outcome_of(self, entry: Entry, assignment: Assignment, supply: Callable[..., Sandbox]) -> Outcome:
        try:
            return self._mark_entry(entry, assignment, supply)
        except Exception as error:  # a bug of the grader, a full disk: the other submissions are still marked
            return Outcome(_fault(entry, assignment, error), None, entry)

    def _mark_entry(self, entry: Entry, assignment: Assignment, supply: Callable[..., Sandbox]) -> Outcome:
        try:
            contents = entry.read(LARGEST)
            digest = self._digest(assignment, contents)
            if self.store and not self.again and (found := self.store.find(entry.student, assignment.name, digest)):
                return Outcome(found, None, entry)
            submission = read_submission(contents, assignment)
        except NotebookError as error:
            return self._keep(_damaged(entry, assignment, error), entry)
        began = time.monotonic()
        marks = self._mark(submission, assignment, supply)
        repairs = submission.repairs
        if entry.others:
            repairs = (*repairs, f"there were {len(entry.others) + 1} files; {entry.file.name} was marked")
        result = Result(
            student=entry.student,
            assignment=assignment.name,
            status=Status.MARKED,
            marks=marks,
            repairs=repairs,
            digest=digest,
            is_sandboxed=self.is_sandboxed,
            seconds=round(time.monotonic() - began, 2),
        )
        return self._keep(result, entry)

    def _mark(self, submission: Submission, assignment: Assignment, supply: Callable[..., Sandbox]) -> tuple[Mark, ...]:
        """Mark a submission; where the sandbox or the data fails, which is never the student's fault, try again."""

        def mark() -> tuple[Mark, ...]:
            return mark_submission(submission, assignment, self.secret, lambda: Session(self.limits, supply=supply))

        for _ in range(_TRIES - 1):
            try:
                return mark()
            except KeyFault:  # the key would fail again
                raise
            except D2LHelpersError:
                continue
        return mark()

    def _keep(self, result: Result, entry: Entry) -> Outcome:
        return Outcome(result, self.store.keep(result) if self.store else Kept.NEW, entry)

    def _digest(self, assignment: Assignment, contents: bytes) -> str:
        return assignment.digest(digest_of(contents), f"{self.limits} sandboxed={self.is_sandboxed}")

    def _hidden_from_students(self, entries: Sequence[Entry]) -> tuple[Path, ...]:
        """List what no sandbox may show: the keys, the results, the submissions' folders, and `hidden`, each once."""
        keys = (assignment.key.folder for assignment in self.assignments.values())
        results = [self.store.folder.parent] if self.store else []  # the course's secret lies there too
        return tuple(dict.fromkeys([*keys, *self.hidden, *results, *(entry.file.parent for entry in entries)]))


def _fault(entry: Entry, assignment: Assignment, error: Exception) -> Result:
    """Return the row of a submission that was not marked by no fault of the student's."""
    if isinstance(error, D2LHelpersError):
        detail = f"{error.failed} {error.got}; {error.remedy}"
    else:
        detail = f"The grader has failed at this submission. {type(error).__name__}: {error}"
    return Result(entry.student, assignment.name, Status.SANDBOX_FAULT, detail)


def _damaged(entry: Entry, assignment: Assignment, error: NotebookError) -> Result:
    marks = tuple(map(not_attempted, assignment.items))
    detail = f"{error.got}; expected {error.expected}. {error.remedy[:1].upper()}{error.remedy[1:]}."
    return Result(entry.student, assignment.name, Status.DAMAGED, detail, marks, digest=digest_of(detail.encode()))


def _unknown(entry: Entry, assignments: Mapping[str, Assignment]) -> Result:
    names = ", ".join(assignments)
    detail = f"{entry.file.name} does not say of which assignment it is; expected one of {names} in its name."
    return Result(entry.student, "unknown", Status.DAMAGED, detail)
