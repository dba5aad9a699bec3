"""Mark many submissions: several at a time, each in its own sandbox, and keep each result as soon as it is there."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from d2l_autograder.assignment import Assignment
from d2l_autograder.batch.gate import Gate
from d2l_autograder.batch.outcome import Outcome, damaged, not_marked, unknown
from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.collect import Entry
from d2l_autograder.faults import fault_of
from d2l_autograder.key import KeyFault
from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.results import Mark, Result, Status
from d2l_autograder.running import Running
from d2l_autograder.sandbox import Limits, Sandbox, Session, Setup
from d2l_autograder.submission.submission import LARGEST, Submission, digest_of, read_submission
from d2l_helpers.data import cache_folder
from d2l_helpers.errors import D2LHelpersError, NotebookError, RecordError

__all__ = ["LIMITS", "Grader", "Outcome", "setup_for"]

LIMITS = Limits(seconds=60, total_seconds=300)
_TRIES = 3
_SMALL = 2 << 20  # bytes


def setup_for(assignment: Assignment) -> Setup:
    """Return what a sandbox has ready for an assignment, and must not show."""
    imports = ("import d2l_helpers", *assignment.imports)
    files = assignment.module.files
    return Setup(data=cache_folder(), imports=imports, mxnet=True, hidden=assignment.hidden, files=files)


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
        self._running = Running()
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()  # a signal handler may put something into it
        self._gate = Gate(self._running.check)
        # The last few small submissions: their notebooks are asked for as soon as they are marked
        self._just_read: deque[tuple[str, Submission]] = deque(maxlen=2 * self.jobs)

    def grade(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """Yield each entry's outcome: first those that are in the store, unless they shall be marked again.

        As for `mark`, which marks the others.
        """
        waiting = []
        for entry in entries:
            if self.is_stopped:
                return
            if not self.again and (outcome := self.kept(entry)):
                yield outcome
            else:
                waiting.append(entry)
        yield from self.mark(waiting)

    def mark(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """Mark entries, whatever is in the store, and yield each outcome as soon as it is there, in any order.

        Each entry has one outcome, whatever the submission holds, unless `stop` is called.

        Raises
        ------
        SandboxError
            Before the first outcome, if this machine has no sandbox, or if the sandbox would show the key, the results
            or a submission to student code.
        """
        if self.is_stopped or not entries:
            return
        with Sandbox(self.limits, Setup(hidden=self._hidden_from_students(entries)), is_confined=self.is_sandboxed):
            pass  # where there is no sandbox, the error comes here, before any work
        yield from self._mark_all(sorted(entries, key=lambda entry: entry.assignment))

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called; nothing is marked from then on."""
        return self._running.is_stopped

    def stop(self) -> None:
        """Have `grade` kill what runs, and end; safe to call from a signal handler and from any thread."""
        self._running.is_stopped = True
        self._outcomes.put(None)  # wakes up `grade`, which may wait for an outcome

    def kept(self, entry: Entry) -> Outcome | None:
        """Return the outcome of an entry whose result is in the store; None if there is none, or none can be read."""
        assignment = self.assignments.get(entry.assignment)
        if not self.store or not assignment:
            return None
        try:
            digest = self._digest(assignment, entry.read(LARGEST))
            found = self.store.find(entry.student, assignment.name, digest)
        except (NotebookError, RecordError):  # marking says so, and names the file
            return None
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            return Outcome(not_marked(entry, error), None, entry)
        return Outcome(found, None, entry) if found else None

    def notebook_of(self, outcome: Outcome) -> Submission | None:
        """Read the marked submission again; return None if it was damaged, or has changed since it was marked.

        An outcome does not hold the submission: a class's notebooks would fill the memory.
        """
        for digest, submission in list(self._just_read):
            if digest == outcome.result.digest:
                return submission
        assignment = self.assignments.get(outcome.result.assignment)
        try:
            contents = outcome.entry.read(LARGEST)
            if assignment and self._digest(assignment, contents) == outcome.result.digest:
                return read_submission(contents, assignment)
        except NotebookError:
            pass
        return None

    def _mark_all(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        # Each thread starts the sandboxes in which it marks. To start them ahead would save no time, since every core
        # is busy anyway, and waiting sandboxes would take memory. Daemons: a thread that does not end must not keep
        # the grader from ending.
        waiting = iter(entries)  # of a list: one thread after the other takes the next entry
        threads: list[threading.Thread] = []
        try:
            for _ in range(min(self.jobs, len(entries))):
                thread = threading.Thread(target=self._work, args=(waiting,), daemon=True)
                thread.start()
                threads.append(thread)
            for _ in entries:
                if (outcome := self._outcomes.get()) is None:
                    break
                yield outcome
            else:
                for thread in threads:
                    thread.join()
        finally:
            if any(thread.is_alive() for thread in threads):  # stopped, or the caller asks for no further outcome
                self._running.end(threads)
        while not self._outcomes.empty():  # what was kept in the moment of the stop
            if outcome := self._outcomes.get():
                yield outcome

    def _work(self, waiting: Iterator[Entry]) -> None:
        try:
            for entry in waiting:
                self._running.check()
                self._outcomes.put(self._outcome_of(entry))
        except BaseException:  # stopped, or no memory even for the row: `mark` must not wait for what never comes
            self.stop()

    def _outcome_of(self, entry: Entry) -> Outcome:
        try:
            return self._mark_entry(entry)
        except BaseException as error:  # a bug, a full disk, a stack too deep: the others are still marked
            self._running.check()  # the fault of a killed sandbox is none
            return Outcome(not_marked(entry, error), None, entry)

    def _mark_entry(self, entry: Entry) -> Outcome:
        assignment = self.assignments.get(entry.assignment)
        if assignment is None:
            return Outcome(unknown(entry, self.assignments), None, entry)
        try:
            contents = entry.read(LARGEST)
            submission = read_submission(contents, assignment)
        except NotebookError as error:
            return self._keep(damaged(entry, assignment, error), entry)
        digest = self._digest(assignment, contents)
        if len(contents) < _SMALL:
            self._just_read.append((digest, submission))
        began = time.monotonic()
        marks = self._mark(submission, assignment)
        result = Result(
            student=entry.student,
            assignment=assignment.name,
            status=Status.MARKED,
            marks=marks,
            repairs=submission.repairs,
            digest=digest,
            is_sandboxed=self.is_sandboxed,
            seconds=round(time.monotonic() - began, 2),
        )
        return self._keep(result, entry)

    def _mark(self, submission: Submission, assignment: Assignment) -> tuple[Mark, ...]:
        """Mark a submission; again and alone where a timeout may have come of the sandboxes beside it."""
        with self._gate.shared():
            marks, was_starved = self._try(submission, assignment)
        if was_starved:
            with self._gate.alone():
                marks, _ = self._try(submission, assignment)
        return marks

    def _try(self, submission: Submission, assignment: Assignment) -> tuple[tuple[Mark, ...], bool]:
        """Mark a submission; where the sandbox or the data fails, which is never the student's fault, try again.

        Returns
        -------
        tuple of Mark
            The marks.
        bool
            Whether other programs kept a sandbox from running, so that it timed out.
        """
        for attempt in range(1, _TRIES + 1):
            sessions: list[Session] = []
            started: list[Sandbox] = []
            open_session = partial(self._session, assignment, sessions, started)
            try:
                marks = mark_submission(submission, assignment, self.secret, open_session)
                return marks, any(session.was_starved for session in sessions)
            except KeyFault:  # the key would fail again
                raise
            except D2LHelpersError:
                if attempt == _TRIES or self.is_stopped:
                    raise
            finally:
                self._running.forget(started)
        raise AssertionError("the last attempt returns or raises")

    def _session(self, assignment: Assignment, sessions: list[Session], started: list[Sandbox]) -> Session:
        def supply(**settings: Any) -> Sandbox:
            sandbox = Sandbox(self.limits, replace(setup_for(assignment), **settings), is_confined=self.is_sandboxed)
            started.append(sandbox)
            return self._running.start(sandbox)

        sessions.append(Session(self.limits, supply=supply))
        return sessions[-1]

    def _keep(self, result: Result, entry: Entry) -> Outcome:
        self._running.check()  # a sandbox that was killed by `stop` looks like one that died
        if not self.store:
            return Outcome(result, Kept.NEW, entry)
        faults: list[RecordError] = []
        try:
            kept = self.store.keep(result, faults.append)
            of = f"the kept result of {result.student}, {result.assignment}"
            return Outcome(result, kept, entry, fault_of(of, faults[0]) if faults else None)
        except (OSError, RecordError) as error:
            what = f"the stored result of {result.student}, {result.assignment} (its mark counts in this run only)"
            return Outcome(result, None, entry, fault_of(what, error))

    def _digest(self, assignment: Assignment, contents: bytes) -> str:
        return assignment.digest(digest_of(contents), f"{self.limits} sandboxed={self.is_sandboxed}")

    def _hidden_from_students(self, entries: Sequence[Entry]) -> tuple[Path, ...]:
        """List what no sandbox may show: the keys, the results, the submissions' folders, and `hidden`, each once."""
        keys = (place for assignment in self.assignments.values() for place in assignment.hidden)
        results = [self.store.folder.parent] if self.store else []  # the course's secret lies there too
        return tuple(dict.fromkeys([*keys, *self.hidden, *results, *(entry.file.parent for entry in entries)]))
