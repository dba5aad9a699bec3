"""Mark one submission's bytes in sandboxes of this process: what a thread of the local batch and a worker both do."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from d2l_autograder.assignment import Assignment
from d2l_autograder.batch.outcome import damaged
from d2l_autograder.key import KeyFault
from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.marking.whose_variant import worked_as_another
from d2l_autograder.results import Mark, Result, Status
from d2l_autograder.running import Running
from d2l_autograder.sandbox import Limits, Sandbox, Session, Setup
from d2l_autograder.submission.submission import Submission, digest_of, read_submission
from d2l_helpers.data import cache_folder
from d2l_helpers.errors import D2LHelpersError, NotebookError

__all__ = ["LIMITS", "Marker", "setup_for"]

LIMITS = Limits(seconds=60, total_seconds=300)
_TRIES = 3
_SMALL = 2 << 20  # bytes
_RECENT = 32  # submissions


def setup_for(assignment: Assignment, student: str = "") -> Setup:
    """Return what a sandbox has ready for an assignment that a student handed in, and must not show."""
    imports = ("import d2l_helpers", *assignment.imports)
    files = assignment.module.files
    whose, hidden = assignment.whose(student), assignment.hidden
    return Setup(data=cache_folder(), imports=imports, mxnet=True, hidden=hidden, files=files, student=whose)


class Marker:
    """Marks submissions, several at a time, each in sandboxes of its own.

    Parameters
    ----------
    assignments : mapping of str to Assignment
        The course's assignments, by their names.
    secret : bytes
        The course's secret.
    limits : Limits, optional
        What each submission may use.
    is_sandboxed : bool, optional
        False marks one's own notebooks without a sandbox.
    running : Running, optional
        Ends the sandboxes when the batch is stopped.

    Attributes
    ----------
    recent : deque of (str, Submission)
        The last few small submissions by their digests: their notebooks are asked for as soon as they are marked.
    """

    def __init__(
        self,
        assignments: Mapping[str, Assignment],
        secret: bytes,
        limits: Limits = LIMITS,
        is_sandboxed: bool = True,
        running: Running | None = None,
    ) -> None:
        self.assignments, self.secret, self.limits, self.is_sandboxed = assignments, secret, limits, is_sandboxed
        self.recent: deque[tuple[str, Submission]] = deque(maxlen=_RECENT)
        self._running = running or Running()

    def require_sandbox(self, hidden: Iterable[Path]) -> None:
        """Start a sandbox, and end it.

        Raises
        ------
        SandboxError
            If this machine has no sandbox, or if the sandbox would show something of `hidden` to student code.
        """
        # With MXNet, as submissions have it: otherwise a template without it would be started, and stay, beside theirs
        with Sandbox(self.limits, Setup(mxnet=True, hidden=tuple(hidden)), is_confined=self.is_sandboxed):
            pass

    def turn(self) -> AbstractContextManager[None]:
        """Enter when the next submission may be read: here at once, since each thread has one at a time."""
        return nullcontext()

    def digest(self, assignment: Assignment, contents: bytes, student: str) -> str:
        """Compute the digest under which the result of a student's file is kept."""
        return assignment.digest(digest_of(contents), f"{self.limits} sandboxed={self.is_sandboxed}", student)

    def mark(self, student: str, name: str, contents: bytes) -> Result:
        """Mark a submitted file.

        Parameters
        ----------
        student, name : str
            Who handed it in, and to which assignment.
        contents : bytes
            The bytes of the file, which may be anything.

        Raises
        ------
        D2LHelpersError
            If the sandbox, the data or the key fails, by no fault of the student's.
        """
        assignment = self.assignments[name]
        try:
            submission = read_submission(contents, assignment)
        except NotebookError as error:
            return damaged(student, assignment, error)
        digest = self.digest(assignment, contents, student)
        if len(contents) < _SMALL:
            self.recent.append((digest, submission))
        began = time.monotonic()
        marks = self._mark(submission, assignment, student)
        return Result(
            student=student,
            assignment=assignment.name,
            status=Status.MARKED,
            detail=worked_as_another(submission, assignment.whose(student)),
            marks=marks,
            repairs=submission.repairs,
            digest=digest,
            is_sandboxed=self.is_sandboxed,
            seconds=round(time.monotonic() - began, 2),
        )

    def _mark(self, submission: Submission, assignment: Assignment, student: str) -> tuple[Mark, ...]:
        """Mark a submission; where the sandbox or the data fails, which is never the student's fault, try again."""
        for attempt in range(1, _TRIES + 1):
            started: list[Sandbox] = []
            open_session = partial(self._session, setup_for(assignment, student), started)
            whose = assignment.whose(student) or None
            try:
                return mark_submission(submission, assignment, self.secret, open_session, whose)
            except KeyFault:  # the key would fail again
                raise
            except D2LHelpersError:
                if attempt == _TRIES or self._running.is_stopped:
                    raise
            finally:
                self._running.forget(started)
        raise AssertionError("the last attempt returns or raises")

    def _session(self, setup: Setup, started: list[Sandbox]) -> Session:
        def supply(**settings: Any) -> Sandbox:
            sandbox = Sandbox(self.limits, replace(setup, **settings), is_confined=self.is_sandboxed)
            started.append(sandbox)
            return self._running.start(sandbox)

        return Session(self.limits, supply=supply)
