"""Run ``d2l-grade watch``: mark each submission when it arrives, with one grader that stays ready."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.outcome import Outcome
from d2l_autograder.collect import Collection, Entry
from d2l_autograder.command.arrivals import Arrivals, Stamp
from d2l_autograder.command.class_reports import ClassReports
from d2l_autograder.command.folder_lock import locked
from d2l_autograder.command.grade import ClassOptions, grader_of, mark_collection, open_gradebook
from d2l_autograder.command.interrupts import Interrupts
from d2l_autograder.command.releases import Releases
from d2l_autograder.command.terminal_output import say
from d2l_autograder.faults import Faults
from d2l_autograder.report.collected import collected_csv
from d2l_autograder.report.faults import faults_text
from d2l_autograder.report.text import number_text, safe_line, safe_name
from d2l_autograder.results import Status
from d2l_autograder.sandbox import Sandbox, Setup
from d2l_helpers.atomic import write
from d2l_helpers.errors import D2LHelpersError, NotebookError, SandboxError

__all__ = ["watch_class"]

INTERVAL = 0.5  # seconds between two looks
_SHARE = 50  # of the time that a look takes, at least: a folder of thousands of files is looked at less often
_SLICE = 0.2  # seconds after which an interrupt is seen
_RETRY = 60.0  # seconds after which what could not be marked or written is tried again


def watch_class(folder: Path, out: Path, releases: Releases, interrupts: Interrupts, options: ClassOptions) -> int:
    """Mark what is handed in, as soon as it is there, until an interrupt.

    Parameters and return value are those of `grade_class`.
    """
    with locked(out) as has_locks:
        if not has_locks:
            say(f"The file system of {out} has no locks: start no second grader that writes there.", is_error=True)
        with Sandbox(setup=Setup(hidden=(*releases.hidden, folder, out)), is_confined=options.is_sandboxed):
            pass  # where there is no sandbox, the error comes now, and not with the first submission
        with suppress(NotebookError):  # nothing is there yet; but what was passed must be right from the start
            options.collected(folder, releases.files)
        faults = Faults()
        everything = Collection(tuple(Entry("", name, file) for name, file in releases.files.items()))
        grader = grader_of(everything, folder, out, releases, options)
        with (
            open_gradebook(grader, Collection(()), out, releases, faults) as book,
            interrupts.handled_by(grader.stop),
            interrupts.ending(),
        ):
            reports = ClassReports(out, grader.notebook_of, faults, book, options.gradescope)
            _Watch(folder, out, releases, options, grader, reports, faults).run()
    return interrupts.status


class _Watch:
    """What is known of a folder between two looks."""

    def __init__(
        self,
        folder: Path,
        out: Path,
        releases: Releases,
        options: ClassOptions,
        grader: Grader,
        reports: ClassReports,
        faults: Faults,
    ) -> None:
        self.folder, self.out, self.releases, self.options = folder, out, releases, options
        self.grader, self.reports, self.faults = grader, reports, faults
        self.arrivals = Arrivals(folder)
        self.done: dict[Entry, Stamp | None] = {}  # what needs no look before it changes
        self.missing: frozenset[tuple[str, str]] = frozenset()
        self.said = ""

    def run(self) -> None:
        """Look, mark and wait, until the grader is stopped."""
        say(f"Watching {self.folder}. Ctrl-C ends it; start it again, and it goes on.", is_error=True)
        next_try = 0.0
        while not self.grader.is_stopped:
            began = time.monotonic()
            has_changed = self._has_changed()
            seconds = max(INTERVAL, _SHARE * (time.monotonic() - began))
            if has_changed or began >= next_try:
                is_all_done = self._pass()
                next_try = float("inf") if is_all_done else time.monotonic() + _RETRY
            self._wait(seconds)

    def _has_changed(self) -> bool:
        try:
            return self.arrivals.look()
        except OSError as error:
            self._complain(f"Cannot look into {self.folder}: {error.strerror}. It is tried again.")
            return False

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.grader.is_stopped and (left := until - time.monotonic()) > 0:
            time.sleep(min(_SLICE, left))

    def _pass(self) -> bool:
        """Mark what is new, and bring the reports up to date; return whether nothing is left to do."""
        collection = self._collected()
        if collection is None:
            return True
        stamps, present = self.arrivals.files, set(collection.entries)
        self.done = {entry: stamp for entry, stamp in self.done.items() if entry in present}
        new = tuple(entry for entry in collection.entries if entry not in self.done or self._differs(entry))
        missing = tuple(set(collection.missing) - self.missing)

        def note(outcome: Outcome) -> None:
            _show(outcome)
            if outcome.result.status != Status.SANDBOX_FAULT and not outcome.fault:
                self.done[outcome.entry] = stamps.get(outcome.entry.file)

        try:
            mark_collection(self.grader, replace(collection, entries=new, missing=missing), self.reports, note)
            self.missing = frozenset(collection.missing)
        except SandboxError as error:
            self._complain(str(error))
        with self.faults.noted("collected.csv"):
            write(self.out / "collected.csv", collected_csv(collection, self.folder))
        self.reports.settle(collection)
        return not self._complain_of_faults() and len(self.done) == len(present)

    def _differs(self, entry: Entry) -> bool:
        return self.done[entry] != self.arrivals.files.get(entry.file)

    def _collected(self) -> Collection | None:
        """Collect what is complete; None where there is nothing, or nothing can be told of it yet."""
        unfinished = self.arrivals.incomplete
        if self.arrivals.files.keys() == unfinished:
            return None
        try:
            found = self.options.collected(self.folder, self.releases.files, unfinished)
        except D2LHelpersError as error:  # what comes next may tell whose it is
            self._complain(str(error))
            return None
        self.said = ""
        return found

    def _complain_of_faults(self) -> bool:
        """Print what could not be done since the last look; return whether there was anything."""
        found = list(self.faults.found)
        self.faults.found.clear()
        if found:
            say(faults_text(found), is_error=True)
        return bool(found)

    def _complain(self, text: str) -> None:
        """Print what is wrong, once until something else is."""
        if text != self.said:
            say(text, is_error=True)
        self.said = text


def _show(outcome: Outcome) -> None:
    """Print the line of a submission on standard error, uncut, unless an earlier run has marked the submission."""
    result = outcome.result
    if outcome.kept or result.status == Status.SANDBOX_FAULT:
        marks = f"{number_text(result.earned)} of {number_text(result.points)}"
        what = marks if result.status == Status.MARKED else f"{result.status}: {safe_line(result.detail)}"
        say(
            f"{time.strftime('%H:%M:%S')}  {safe_name(result.student)}  {safe_line(result.assignment)}  {what}",
            is_error=True,
        )
