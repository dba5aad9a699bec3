"""Run ``d2l-grade grade --preview``: mark what would be marked, print whose marks would change, and write nothing."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.outcome import Outcome
from d2l_autograder.collect import Collection
from d2l_autograder.command.grade import ClassOptions, grader_of
from d2l_autograder.command.interrupts import Interrupts
from d2l_autograder.command.releases import Releases
from d2l_autograder.command.reported import Reported
from d2l_autograder.command.terminal_output import Progress, say
from d2l_autograder.faults import Fault, Faults
from d2l_autograder.gradebook.by_hand_now import by_hand_now
from d2l_autograder.report.comparison import Comparison, comparison_text
from d2l_autograder.report.faults import faults_text
from d2l_autograder.results import ByHand, Result, Status

__all__ = ["preview_class"]

_NOTHING = "Nothing was written. The same command without --preview writes these marks."


def preview_class(folder: Path, out: Path, releases: Releases, interrupts: Interrupts, options: ClassOptions) -> int:
    """Mark what `grade_class` would mark, and print who gains and who loses; nothing is written anywhere.

    Parameters are those of `grade_class`. No lock is taken: files are replaced as a whole, so a grader that works on
    the folder meanwhile does no harm.

    Returns
    -------
    int
        The exit status: 0 if each submission could be compared, 1 if not, and that of the signal after an interrupt.
    """
    collection = options.collected(folder, releases.files)
    grader, faults = grader_of(collection, folder, out, releases, options, is_preview=True), Faults()
    reported = Reported.in_folder(out)
    with faults.noted("the marks of the last run"):
        reported.load()
    with interrupts.handled_by(grader.stop), interrupts.ending():
        outcomes = _outcomes(grader, collection)
    if interrupts.number:
        say("Interrupted: nothing was written.", is_error=True)
        return interrupts.status
    results = [
        dataclasses.replace(outcome.result, student=entry.student)
        for outcome in outcomes
        for entry in outcome.entry.for_all()
    ]
    results += [Result(student, assignment, Status.MISSING) for student, assignment in collection.missing]
    compared = _compared(results, reported, grader, faults)
    by_hand: dict[tuple[str, str], tuple[ByHand, ...]] = {}
    with faults.noted("gradebook.db"):
        by_hand = by_hand_now(out / "gradebook.db", map(_with_marks_before, compared))
    marked_now = sum(one.kept is not None and one.result.status == Status.MARKED for one in outcomes)
    say(comparison_text(compared, marked_now, by_hand))
    if faults:
        say(faults_text(list(faults.found)), is_error=True)
    if len(outcomes) < len(collection.entries):
        say(f"The grader has failed: {len(outcomes)} of {len(collection.entries)} were marked.", is_error=True)
    say(_NOTHING)
    return int(bool(faults) or len(outcomes) < len(collection.entries))


def _with_marks_before(compared: Comparison) -> Result:
    """Add the marks of exercises that are no longer marked: in the gradebook, these are no marks of a person's."""
    before = compared.before.marks if compared.before else ()
    return dataclasses.replace(compared.now, marks=(*compared.now.marks, *before))


def _outcomes(grader: Grader, collection: Collection) -> list[Outcome]:
    outcomes = []
    with tqdm(total=len(collection.entries), unit="notebook", file=Progress(sys.stderr), disable=None) as bar:
        for outcome in grader.grade(collection.entries):
            outcomes.append(outcome)
            bar.update()
    return outcomes


def _compared(results: Sequence[Result], reported: Reported, grader: Grader, faults: Faults) -> list[Comparison]:
    """Compare results with what was reported; note those that could not be marked."""
    compared = []
    for result in results:
        place = result.student, result.assignment
        standing = reported.standing(*place)
        earned = standing.earned if standing else None
        if result.status == Status.SANDBOX_FAULT:
            what = f"{result.student}, {result.assignment}"
            faults.add(Fault(what, result.detail, "run d2l-grade doctor, and the same command again"))
        elif result.status != Status.MISSING or earned is not None:
            before = None
            if grader.store and standing:
                with faults.noted(f"the marks of {result.student}, {result.assignment} before"):
                    before = reported.result(*place, grader.store)
            compared.append(Comparison(result, earned, before))
    return compared
