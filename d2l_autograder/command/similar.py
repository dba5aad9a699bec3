"""Run ``d2l-grade similar``: collect what was handed in, compare the answers, and write the list and the page."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tqdm import tqdm

from d2l_autograder.assignment import Assignment
from d2l_autograder.collect import Collection, Entry
from d2l_autograder.command.folder_lock import locked
from d2l_autograder.command.grade import ClassOptions
from d2l_autograder.command.releases import Releases
from d2l_autograder.command.terminal_output import Progress, say
from d2l_autograder.faults import Faults
from d2l_autograder.report.collected import collected_text
from d2l_autograder.report.faults import faults_text
from d2l_autograder.report.similar import SimilarIn, similar_json, similar_text
from d2l_autograder.report.similar_page import similar_page
from d2l_autograder.similarity import Answer, answers_in, compare, known_windows
from d2l_autograder.submission.submission import LARGEST, read_submission
from d2l_helpers.atomic import write
from d2l_helpers.errors import NotebookError

__all__ = ["find_similar"]


def find_similar(folder: Path, out: Path, releases: Releases, options: ClassOptions | None = None) -> int:
    """Compare all that was handed in, write ``similar.json`` and ``similar.html``, and print the first pairs.

    Parameters
    ----------
    folder : Path
        The submissions.
    out : Path
        The folder of the list and the page.
    releases : Releases
        The notebooks as they were handed out.
    options : ClassOptions, optional
        How the class is collected.

    Returns
    -------
    int
        The exit status: 0 if all was compared and written, else 1. A notebook that cannot be read is named and is no
        fault.
    """
    with locked(out):
        faults = Faults()
        collection = (options or ClassOptions()).collected(folder, releases.files)
        with faults.noted("the overview of what was handed in"):
            say(collected_text(collection))
        found = [
            _without_groups(_compared(name, entries, assignment, faults), collection.groups)
            for name, entries, assignment in _by_assignment(collection, releases.assignments_of(collection.entries))
        ]
        with faults.noted("similar.json"):
            write(out / "similar.json", similar_json(found))
        with faults.noted("similar.html"):
            write(out / "similar.html", similar_page(found).encode())
        say(similar_text(found))
        if faults:
            say(faults_text(list(faults.found)), is_error=True)
        else:
            say(f"{out / 'similar.html'} shows the passages.")
        return int(bool(faults))


def _by_assignment(
    collection: Collection, assignments: Mapping[str, Assignment]
) -> Iterable[tuple[str, list[Entry], Assignment]]:
    """Group entries; a file that several students handed in together is there once."""
    groups: dict[str, dict[tuple[Path, str], Entry]] = defaultdict(dict)
    for entry in collection.entries:
        groups[entry.assignment].setdefault((entry.file, entry.member), entry)
    for name, assignment in assignments.items():
        yield name, list(groups[name].values()), assignment


@dataclass
class _Read:
    """The answers of a class to one assignment."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry, assignment: Assignment) -> None:
        """Read what was handed in; one who has no answer is not compared."""
        try:
            submission = read_submission(entry.read(LARGEST), assignment)
        except NotebookError as error:
            self.unread[entry.student] = str(error.got)
            return
        answers = list(answers_in(submission, assignment))
        if not all(answer.is_read for answer in answers):
            self.unread[entry.student] = "some of the code is not valid Python, nested too deeply, or too long"
        if answers:
            self.answers[entry.student] = answers


def _compared(name: str, entries: list[Entry], assignment: Assignment, faults: Faults) -> SimilarIn:
    read = _Read()
    for entry in tqdm(entries, desc=name, unit="notebook", file=Progress(sys.stderr), disable=None, leave=False):
        with faults.noted(f"{entry.student}, {name}"):
            read.add(entry, assignment)
    titles = {item.exercise.name: item.exercise.title for item in assignment.items}
    return SimilarIn(name, compare(read.answers, known_windows(assignment)), len(read.answers), read.unread, titles)


def _without_groups(found: SimilarIn, groups: Sequence[frozenset[str]]) -> SimilarIn:
    """Leave out pairs of students who hand in together."""
    pairs = tuple(pair for pair in found.compared.pairs if not any(group.issuperset(pair.students) for group in groups))
    return replace(found, compared=replace(found.compared, pairs=pairs))
