"""Run ``d2l-grade grade``: mark a class's notebooks, or one, and write the reports.

Apart from ``__main__``, so that ``--help`` need not wait until the grader is imported.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from tqdm import tqdm

from d2l_autograder import gradebook
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.batch import Grader, Outcome
from d2l_autograder.collect import Entry, collect, entry_of
from d2l_autograder.course import Course, read_course
from d2l_autograder.random_generators import course_secret
from d2l_autograder.report import marks_table, summary, write_reports
from d2l_autograder.results import Status, Store
from d2l_helpers.errors import ArgumentError, LibraryUnusable

__all__ = ["Releases", "chapter_releases", "course_releases", "find_course", "grade_class", "grade_one"]


@dataclass(frozen=True)
class Releases:
    """The notebooks as they were handed out.

    Attributes
    ----------
    files : mapping of str to Path
        By the assignments' names.
    load : callable
        ``load(file)`` returns the assignment.
    course : Course or None
        The course that released the notebooks, if any.
    hidden : tuple of Path
        What no sandbox may show: the answer key and the course.
    """

    files: Mapping[str, Path]
    load: Callable[[Path], Assignment]
    course: Course | None = None
    hidden: tuple[Path, ...] = ()

    def assignments_of(self, entries: Iterable[Entry]) -> dict[str, Assignment]:
        """Load the assignments that something was handed in for."""
        wanted = {entry.assignment for entry in entries}
        return {name: self.load(file) for name, file in self.files.items() if name in wanted}

    def secret(self, out: Path) -> bytes:
        """Return the course's secret; without a course, one that is kept with the results in `out`."""
        return self.course.secret() if self.course else course_secret(out / "secret")


def chapter_releases(notebooks: Path, answers: Path) -> Releases:
    """Return the chapter's own notebooks, with the points that they state.

    Raises
    ------
    ArgumentError
        If there is no notebook in the folder.
    """
    files = {path.stem: path for path in sorted(notebooks.glob("*.ipynb"))}
    if not files:
        raise ArgumentError(
            "There are no notebooks to mark submissions against.",
            got=f"no notebook in {notebooks.resolve()}",
            expected="the notebooks as they were handed out",
            remedy="run the command in the project's folder, or pass --course, or --notebooks and --answers",
        )
    return Releases(files, lambda file: load_assignment(file, answers), hidden=(answers,))


def course_releases(folder: Path) -> Releases:
    """Return the notebooks that a course has released.

    Raises
    ------
    ArgumentError
        If the folder holds no course, or the course has released nothing.
    """
    course = read_course(folder)
    places = {name: folder / "release" / name / f"{name}.ipynb" for name in course.assignments}
    files = {name: file for name, file in places.items() if file.is_file()}
    if not files:
        raise ArgumentError(
            "This course has not released an assignment yet.",
            got=f"no notebook in {folder / 'release'}",
            expected=f"one of {', '.join(course.assignments)}",
            remedy=f"run nbgrader generate_assignment {course.assignments[0]} in {folder}",
        )
    return Releases(files, course.load, course, (folder, course.answers))


def find_course(path: Path) -> Path | None:
    """Return the folder of the course that a file or folder lies in, if any."""
    return next((folder for folder in path.resolve().parents if (folder / "course.json").is_file()), None)


def grade_one(notebook: Path, releases: Releases, is_sandboxed: bool = True) -> bool:
    """Mark one notebook and print its marks; return whether it has any."""
    entry = entry_of(notebook, releases.files)
    assignments = releases.assignments_of([entry])
    grader = Grader(assignments, secrets.token_bytes(), is_sandboxed=is_sandboxed, hidden=releases.hidden)
    (outcome,) = grader.grade([entry])
    Console().print(marks_table(outcome.result))
    return outcome.result.status == Status.MARKED


def grade_class(
    folder: Path,
    out: Path,
    releases: Releases,
    *,
    jobs: int | None = None,
    is_sandboxed: bool = True,
    again: bool = False,
    gradescope: bool = False,
) -> bool:
    """Mark all notebooks in a folder, write the reports and print a summary.

    Parameters
    ----------
    folder : Path
        The submissions.
    out : Path
        The folder of results and reports.
    releases : Releases
        The notebooks as they were handed out.
    jobs, is_sandboxed, again : optional
        As for `Grader`.
    gradescope : bool, optional
        Whether to write Gradescope's files, too.

    Returns
    -------
    bool
        Whether each notebook has a mark or a clear status.
    """
    entries = collect(folder, releases.files).entries
    assignments, store = releases.assignments_of(entries), Store(out / "results")
    hidden = (*releases.hidden, folder, out)
    grader = Grader(
        assignments, releases.secret(out), store, jobs, is_sandboxed=is_sandboxed, again=again, hidden=hidden
    )
    outcomes = list(tqdm(grader.grade(entries), total=len(entries), unit="notebook", file=sys.stderr))
    outcomes.sort(key=lambda outcome: (outcome.result.student, outcome.result.assignment))
    results = [outcome.result for outcome in outcomes]
    write_reports(results, out, gradescope)
    Console().print(summary(results, [outcome.kept for outcome in outcomes]))
    _save_gradebook(grader, outcomes, out)
    return all(result.status != Status.SANDBOX_FAULT for result in results)


def _save_gradebook(grader: Grader, outcomes: Sequence[Outcome], out: Path) -> None:
    """Write nbgrader's gradebook, when all sandboxes have ended: nbgrader takes as much memory as one of them."""
    try:
        gradebook.save(((each.result, grader.notebook_of(each)) for each in outcomes), grader.assignments, out)
    except LibraryUnusable as error:
        text = f"No gradebook.db was written: {error.got}. To have one, {error.remedy} and grade again."
        Console(stderr=True).print(text, markup=False)
