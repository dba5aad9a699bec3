"""``d2l-grade grade``: a class's notebooks, or one, from the command line."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from tqdm import tqdm

from d2l_autograder import gradebook
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.batch import Grader
from d2l_autograder.collect import Entry, entry_of, find_entries
from d2l_autograder.course import Course, read_course
from d2l_autograder.random_generators import course_secret
from d2l_autograder.report import marks_table, summary, write_reports
from d2l_autograder.results import Status, Store
from d2l_helpers.errors import ArgumentError, LibraryUnusable

__all__ = ["Source", "chapter_source", "course_around", "course_source", "grade_class", "grade_one"]


@dataclass(frozen=True)
class Source:
    """Where assignments come from.

    Attributes
    ----------
    files : mapping of str to Path
        The notebooks as they were handed out, by the assignments' names.
    load : callable
        ``load(file)`` gives the assignment.
    course : Course or None
        The course that they are of.
    """

    files: Mapping[str, Path]
    load: Callable[[Path], Assignment]
    course: Course | None = None

    def load_for(self, entries: Iterable[Entry]) -> dict[str, Assignment]:
        """Load the assignments of which something was handed in."""
        wanted = {entry.assignment for entry in entries}
        return {name: self.load(file) for name, file in self.files.items() if name in wanted}


def chapter_source(notebooks: Path, answers: Path) -> Source:
    """Take the chapter's notebooks as they are, worth what they say."""
    files = {path.stem: path for path in sorted(notebooks.glob("*.ipynb"))}
    if not files:
        raise ArgumentError(
            "There is nothing to mark by.",
            got=f"no notebook in {notebooks.resolve()}",
            expected="the notebooks as they were handed out",
            remedy="run the command in the project's folder, or pass --course, or --notebooks and --answers",
        )
    return Source(files, lambda file: load_assignment(file, answers))


def course_source(folder: Path) -> Source:
    """Take what a course has released.

    Raises
    ------
    ArgumentError
        If the folder holds no course, or it has released nothing.
    """
    course = read_course(folder)
    places = {name: folder / "release" / name / f"{name}.ipynb" for name in course.assignments}
    files = {name: file for name, file in places.items() if file.is_file()}
    if not files:
        raise ArgumentError(
            "This course has released nothing that could be marked.",
            got=f"no notebook in {folder / 'release'}",
            expected=f"one of {', '.join(course.assignments)}",
            remedy=f"run nbgrader generate_assignment {course.assignments[0]} in {folder}",
        )
    return Source(files, course.load, course)


def course_around(path: Path) -> Path | None:
    """Find the course that a file or folder lies in."""
    return next((folder for folder in path.resolve().parents if (folder / "course.json").is_file()), None)


def grade_one(notebook: Path, source: Source, is_sandboxed: bool = True) -> bool:
    """Show one notebook's marks in the terminal; says whether there are any."""
    entry = entry_of(notebook, source.files)
    grader = Grader(source.load_for([entry]), secrets.token_bytes(), is_sandboxed=is_sandboxed)
    (outcome,) = grader.grade([entry])
    Console().print(marks_table(outcome.result))
    return outcome.result.status == Status.MARKED


def grade_class(
    folder: Path,
    out: Path,
    source: Source,
    *,
    jobs: int | None = None,
    is_sandboxed: bool = True,
    again: bool = False,
    gradescope: bool = False,
) -> bool:
    """Mark all notebooks in a folder and write what comes of it.

    Parameters
    ----------
    folder : Path
        The submissions.
    out : Path
        Where results go.
    source : Source
        Where assignments come from.
    jobs, is_sandboxed, again : optional
        As for `Grader`.
    gradescope : bool, optional
        Whether to write Gradescope's files, too.

    Returns
    -------
    bool
        Whether each has a mark or a clear status.
    """
    entries = find_entries(folder, source.files)
    grader = Grader(
        source.load_for(entries),
        source.course.secret() if source.course else course_secret(out / "secret"),
        Store(out / "results"),
        jobs=jobs,
        is_sandboxed=is_sandboxed,
        again=again,
    )
    outcomes = list(tqdm(grader.grade(entries), total=len(entries), unit="notebook", file=sys.stderr))
    outcomes.sort(key=lambda outcome: (outcome.result.student, outcome.result.assignment))
    results = [outcome.result for outcome in outcomes]
    write_reports(results, out, gradescope)
    Console().print(summary(results, [outcome.kept for outcome in outcomes]))
    try:  # with no sandbox beside it, as nbgrader takes as much memory as one
        gradebook.save(((each.result, grader.notebook_of(each)) for each in outcomes), grader.assignments, out)
    except LibraryUnusable as error:
        Console(stderr=True).print(f"No gradebook.db: {error.got}. {error.remedy} for one.", markup=False)
    return all(result.status != Status.SANDBOX_FAULT for result in results)
