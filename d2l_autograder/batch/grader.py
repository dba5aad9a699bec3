"""Mark many submissions: several at a time, and keep each result as soon as it is there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from d2l_autograder.assignment import Assignment
from d2l_autograder.batch.marker import LIMITS, Marker
from d2l_autograder.batch.outcome import Outcome, damaged, not_marked, unknown
from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.collect import Entry
from d2l_autograder.faults import fault_of
from d2l_autograder.results import Result
from d2l_autograder.running import Running, Stopped
from d2l_autograder.sandbox import Limits
from d2l_autograder.submission.submission import LARGEST, Submission, read_submission
from d2l_helpers.errors import ClusterError, NotebookError, RecordError

__all__ = ["Cluster", "Grader", "Outcome", "Workplace"]


class Workplace(Protocol):
    """Where submissions are marked; `Marker` is this process."""

    def turn(self) -> AbstractContextManager[None]:
        """Enter when the next submission may be read: no more are held in memory than are marked soon."""

    def mark(self, student: str, name: str, contents: bytes) -> Result:
        """Mark a submitted file; raises D2LHelpersError by no fault of the student's."""


class Cluster(Protocol):
    """Machines that mark in this one's place."""

    jobs: int

    def working(self, marker: Marker, running: Running, hidden: Iterable[Path]) -> AbstractContextManager[Workplace]:
        """Yield a workplace that returns what `marker` would, and shows nothing of `hidden`; raises ClusterError."""


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
    cluster : Cluster, optional
        The machines that mark; by default this process does.
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
        cluster: Cluster | None = None,
    ) -> None:
        self.assignments, self.secret, self.store, self.limits = assignments, secret, store, limits
        self.is_sandboxed, self.again, self.hidden, self._cluster = is_sandboxed, again, tuple(hidden), cluster
        self.jobs = jobs or (cluster.jobs if cluster else len(os.sched_getaffinity(0)))
        self._running = Running()
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()  # a signal handler may put something into it
        self._marker = Marker(assignments, secret, limits, is_sandboxed, self._running)
        self._workplace: Workplace = self._marker
        self._lost: ClusterError | None = None

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
        ClusterError
            If the cluster cannot be used, or is lost; what is marked is yielded first.
        """
        if self.is_stopped or not entries:
            return
        try:
            with self._at_work(entries):
                yield from self._mark_all(sorted(entries, key=lambda entry: entry.assignment))
        except Stopped:  # while it waited for the cluster
            return
        if self._lost:
            raise self._lost

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called; nothing is marked from then on."""
        return self._running.is_stopped

    def stop(self) -> None:
        """Have `grade` kill what runs, and end; safe to call from a signal handler and from any thread."""
        self._running.is_stopped = True
        self._outcomes.put(None)  # wakes up `grade`, which may wait for an outcome

    @contextmanager
    def _at_work(self, entries: Sequence[Entry]) -> Iterator[None]:
        """Have `_workplace` ready; where nothing can be marked, the error comes here, before any work."""
        hidden = self._hidden_from_students(entries)
        if self._cluster is None:
            self._marker.require_sandbox(hidden)
            yield
            return
        with self._cluster.working(self._marker, self._running, hidden) as self._workplace:
            yield

    def kept(self, entry: Entry) -> Outcome | None:
        """Return the outcome of an entry whose result is in the store; None if there is none, or none can be read."""
        assignment = self.assignments.get(entry.assignment)
        if not self.store or not assignment:
            return None
        try:
            digest = self._marker.digest(assignment, entry.read(LARGEST), entry.student)
            found = self.store.find(entry.student, assignment.name, digest)
        except (NotebookError, RecordError):  # marking says so, and names the file
            return None
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            return Outcome(not_marked(entry.student, entry.assignment, error), None, entry)
        return Outcome(found, None, entry) if found else None

    def notebook_of(self, outcome: Outcome) -> Submission | None:
        """Read the marked submission again; return None if it was damaged, or has changed since it was marked.

        An outcome does not hold the submission: a class's notebooks would fill the memory.
        """
        for digest, submission in list(self._marker.recent):
            if digest == outcome.result.digest:
                return submission
        assignment = self.assignments.get(outcome.result.assignment)
        try:
            contents = outcome.entry.read(LARGEST)
            student = outcome.entry.student
            if assignment and self._marker.digest(assignment, contents, student) == outcome.result.digest:
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
        except BaseException as error:  # or no memory even for the row: `mark` must not wait for what never comes
            if isinstance(error, ClusterError):
                self._lost = error
            self.stop()

    def _outcome_of(self, entry: Entry) -> Outcome:
        try:
            return self._mark_entry(entry)
        except ClusterError:  # nobody is left who could mark the others
            raise
        except BaseException as error:  # a bug, a full disk, a stack too deep: the others are still marked
            self._running.check()  # the fault of a killed sandbox is none
            return Outcome(not_marked(entry.student, entry.assignment, error), None, entry)

    def _mark_entry(self, entry: Entry) -> Outcome:
        assignment = self.assignments.get(entry.assignment)
        if assignment is None:
            return Outcome(unknown(entry, self.assignments), None, entry)
        with self._workplace.turn():
            try:
                contents = entry.read(LARGEST)
            except NotebookError as error:
                return self._keep(damaged(entry.student, assignment, error, entry.problem), entry)
            result = self._workplace.mark(entry.student, assignment.name, contents)
        return self._keep(result, entry)

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

    def _hidden_from_students(self, entries: Sequence[Entry]) -> tuple[Path, ...]:
        """List what no sandbox may show: the keys, the results, the submissions' folders, and `hidden`, each once."""
        keys = (place for assignment in self.assignments.values() for place in assignment.hidden)
        results = [self.store.folder.parent] if self.store else []  # the course's secret lies there too
        return tuple(dict.fromkeys([*keys, *self.hidden, *results, *(entry.file.parent for entry in entries)]))
