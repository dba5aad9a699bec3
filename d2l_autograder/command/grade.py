"""Run ``d2l-grade grade``: collect what was handed in, mark it, and write rows, reports and the gradebook.

Apart from ``__main__``, so that ``--help`` need not wait until the grader is imported.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from d2l_autograder.assignment import Assignment
from d2l_autograder.batch.cluster.address import Certificates, require_safe
from d2l_autograder.batch.grader import Cluster, Grader
from d2l_autograder.batch.outcome import Outcome
from d2l_autograder.batch.store import Store
from d2l_autograder.collect import Collection, Entry, collect, entry_of
from d2l_autograder.command.class_reports import ClassReports
from d2l_autograder.command.folder_lock import locked
from d2l_autograder.command.interrupts import Interrupts
from d2l_autograder.command.releases import Releases
from d2l_autograder.command.terminal_output import Progress, say
from d2l_autograder.faults import Faults, fault_of
from d2l_autograder.gradebook import gradebook
from d2l_autograder.marking.whose_variant import named_in
from d2l_autograder.report import marks_table, summary
from d2l_autograder.report.collected import collected_csv, collected_text
from d2l_autograder.report.faults import faults_text
from d2l_autograder.results import Status
from d2l_autograder.submission.submission import LARGEST, read_submission
from d2l_helpers.atomic import write
from d2l_helpers.errors import ClusterError, LibraryUnusable, NotebookError, quote

__all__ = [
    "ClassOptions",
    "grade_class",
    "grade_one",
    "grader_of",
    "mark_collection",
    "open_cluster",
    "open_gradebook",
]


@dataclass(frozen=True)
class ClassOptions:
    """How a class is collected and marked.

    Attributes
    ----------
    platform, names, roster, groups : optional
        As for `collect`.
    jobs, is_sandboxed, again, cluster : optional
        As for `Grader`.
    gradescope : bool, optional
        Whether to write Gradescope's files, too.
    """

    platform: str | None = None
    names: str | None = None
    roster: Path | None = None
    groups: Path | None = None
    jobs: int | None = None
    is_sandboxed: bool = True
    again: bool = False
    gradescope: bool = False
    cluster: Cluster | None = None

    def collected(self, folder: Path, assignments: Mapping[str, Path], own: Iterable[Path] = ()) -> Collection:
        """Collect what was handed in, as `collect` does."""
        return collect(folder, assignments, self.platform, self.names, self.roster, own, self.groups)


def grade_one(notebook: Path, releases: Releases, is_sandboxed: bool = True) -> int:
    """Mark one notebook and print its marks; return the exit status, 1 where there are none."""
    entry = entry_of(notebook, releases.files)
    assignments = releases.assignments_of([entry])
    if (assignment := assignments.get(entry.assignment)) and assignment.has_variants:
        entry, assignments[assignment.name] = _as_named(entry, assignment)
    grader = Grader(assignments, secrets.token_bytes(), is_sandboxed=is_sandboxed, hidden=releases.hidden)
    (outcome,) = grader.grade([entry])
    say(marks_table(outcome.result))
    return int(outcome.result.status != Status.MARKED)


def _as_named(entry: Entry, assignment: Assignment) -> tuple[Entry, Assignment]:
    """Have the variant count of the student that a notebook names: a single file does not say who handed it in."""
    try:
        named = named_in(read_submission(entry.read(LARGEST), assignment))
    except NotebookError:  # marking says why
        return entry, assignment
    whose = quote(named) if named else "a notebook without an id"
    say(f"Marked with the numbers of {whose}; in a class, the id of who handed in counts.")
    return (replace(entry, student=named), assignment) if named else (entry, replace(assignment, has_variants=False))


def open_cluster(address: str, certificates: tuple[Path | None, ...], jobs: int | None) -> Cluster:
    """Return the cluster at an address; raises ArgumentError where it is not safe to use, or has no certificates."""
    require_safe(address)
    try:
        from d2l_autograder.batch.cluster.connection import DaskCluster
    except ImportError as error:
        raise LibraryUnusable(
            "Marking on a cluster needs dask.",
            got=str(error),
            expected="dask.distributed, of the version in requirements-cluster.lock",
            remedy="run make cluster, or leave --cluster out: this machine then marks alone",
        ) from error
    return DaskCluster(address, Certificates(*certificates), jobs, partial(say, is_error=True))


def grade_class(
    folder: Path, out: Path, releases: Releases, interrupts: Interrupts, options: ClassOptions | None = None
) -> int:
    """Mark all that was handed in, write the reports as it goes on, and print a summary.

    Parameters
    ----------
    folder : Path
        The submissions.
    out : Path
        The folder of results and reports.
    releases : Releases
        The notebooks as they were handed out.
    interrupts : Interrupts
        The first interrupt ends the run in order.
    options : ClassOptions, optional
        How the class is collected and marked.

    Returns
    -------
    int
        The exit status: 0 if each submission has a mark or a clear status and all was written, 1 if not, and that of
        the signal after an interrupt.
    """
    options = options or ClassOptions()
    with locked(out) as has_locks:
        if not has_locks:
            say(f"The file system of {out} has no locks: start no second grader that writes there.", is_error=True)
        faults = Faults()
        collection = options.collected(folder, releases.files)
        with faults.noted("the overview of what was handed in"):
            say(collected_text(collection))
        grader = grader_of(collection, folder, out, releases, options)
        with open_gradebook(grader, collection, out, releases, faults) as book, interrupts.handled_by(grader.stop):
            reports = ClassReports(out, grader.notebook_of, faults, book, options.gradescope)
            with faults.noted("collected.csv"):
                write(out / "collected.csv", collected_csv(collection, folder))
            try:
                with interrupts.ending():
                    mark_collection(grader, collection, reports)
            except ClusterError as error:  # what is marked is reported all the same
                faults.add(fault_of("marking on the cluster", error))
            finally:  # also where there is no sandbox
                _finish(reports, faults)
            if reports.rows and not interrupts.number:
                reports.write_page()
        return _end(len(collection.entries), reports, faults, interrupts)


def grader_of(
    collection: Collection, folder: Path, out: Path, releases: Releases, options: ClassOptions, is_preview: bool = False
) -> Grader:
    """Return the grader of a class; the grader of a preview writes no secret and no results."""
    return Grader(
        releases.assignments_of(collection.entries),
        releases.secret(out, is_kept=not is_preview),
        Store(out / "results", is_read_only=is_preview),
        options.jobs,
        is_sandboxed=options.is_sandboxed,
        again=options.again,
        hidden=(*releases.hidden, folder, out),
        cluster=options.cluster,
    )


def mark_collection(
    grader: Grader, collection: Collection, reports: ClassReports, note: Callable[[Outcome], None] | None = None
) -> None:
    """Take the rows of all entries, and write their reports; `note` takes each outcome in the place of a bar."""
    kept, waiting = [], []
    for entry in collection.entries:  # first, or an interrupt would leave a table without them
        if grader.is_stopped:
            return
        if outcome := grader.kept(entry):
            reports.stand(outcome, not grader.again)
            kept.append(outcome)
        if grader.again or not outcome:
            waiting.append(entry)
    for student, assignment in collection.missing:
        reports.add_missing(student, assignment)
    reports.is_table_due = True
    is_without = True if note else None  # None: where there is no terminal
    with tqdm(total=len(collection.entries), unit="notebook", file=Progress(sys.stderr), disable=is_without) as bar:
        for outcome in chain([] if grader.again else _until_stopped(kept, grader), grader.mark(waiting)):
            reports.add(outcome)
            bar.update()
            if note:
                note(outcome)


def _until_stopped(outcomes: list[Outcome], grader: Grader) -> Iterator[Outcome]:
    for outcome in outcomes:
        if grader.is_stopped:
            return
        yield outcome


def _finish(reports: ClassReports, faults: Faults) -> None:
    if reports.rows:
        reports.write_table()
        with faults.noted("the summary"):
            say(summary(reports.rows))
        reports.close()


@contextmanager
def open_gradebook(
    grader: Grader, collection: Collection, out: Path, releases: Releases, faults: Faults
) -> Iterator[gradebook.Gradebook | None]:
    """Open the gradebook; where that fails, all the rest is written without it."""
    course = releases.course.folder if releases.course else None
    context = gradebook.opened(out, grader.assignments, _students(collection), course)
    book = None
    with faults.noted("gradebook.db"):
        try:
            book = context.__enter__()
        except LibraryUnusable as error:
            say(f"No gradebook.db is written: {error.got}. To have one, {error.remedy} and grade again.", is_error=True)
    try:
        yield book
    finally:
        if book:
            with faults.noted("gradebook.db"):
                context.__exit__(None, None, None)


def _students(collection: Collection) -> list[str]:
    everybody = [student for entry in collection.entries for student in (entry.student, *entry.members)]
    everybody += [student for student, _ in collection.missing]
    return list(dict.fromkeys(everybody))


def _end(of: int, reports: ClassReports, faults: Faults, interrupts: Interrupts) -> int:
    """Print what could not be done and what to do, and return the exit status."""
    marked = reports.marked
    if faults:
        say(faults_text(list(faults.found)), is_error=True)
    if interrupts.number or marked < of:
        why = "Interrupted" if interrupts.number else "The grader has failed"
        how = "Run the same command again, and it goes on from here."
        say(f"{why}: {marked} of {of} are marked, and what is marked is written. {how}", is_error=True)
        return interrupts.status if interrupts.number else 1
    is_marked = all(row.result.status != Status.SANDBOX_FAULT for row in reports.rows)
    return 0 if is_marked and not faults else 1
