"""What submissions are marked against: a course's releases, or the chapter's own notebooks, and their key."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.collect import Entry
from d2l_autograder.command.trusted_places import require_course, require_trusted
from d2l_autograder.course import Course, read_course
from d2l_autograder.file_names import COURSE_FILE, SECRET_FILE
from d2l_autograder.key import PROJECT, PROJECT_KEY
from d2l_autograder.random_generators import course_secret
from d2l_helpers.errors import ArgumentError

__all__ = ["Releases", "chapter_releases", "choose_releases", "course_releases"]


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

    def secret(self, out: Path, is_kept: bool = True) -> bytes:
        """Return the course's secret; without a course, the one with the results in `out`. For both, see `Course`."""
        return self.course.secret(is_kept) if self.course else course_secret(out / SECRET_FILE, is_kept)


def choose_releases(
    handed_in: Path, current: Path, course: Path | None, notebooks: Path | None, answers: Path | None
) -> Releases:
    """Return what submissions are marked against; nothing of it may have been handed in with them.

    Parameters
    ----------
    handed_in : Path
        The submissions.
    current : Path
        The current folder, which is the course if it holds one and nothing else is given.
    course, notebooks, answers : Path or None
        As the teacher gave them. Without a course, notebooks and key are by default those of this project.

    Raises
    ------
    ArgumentError
        If there is nothing to mark against, or students may have put it there.
    """
    is_given = course is not None
    if course is None and notebooks is None and answers is None and (current / COURSE_FILE).exists():
        course = current
    if course is not None:
        require_course(course, handed_in, is_given)
        releases = course_releases(course)
        for place in (*releases.files.values(), *releases.hidden):
            require_trusted(handed_in, {"the course, its releases or its answer key": place}, is_given)
        return releases
    given = {"the notebooks": notebooks, "the answer key": answers}
    named = {name: place for name, place in given.items() if place is not None}
    require_trusted(handed_in, named, is_given=True)
    return chapter_releases(notebooks or PROJECT / "notebooks", answers)


def chapter_releases(notebooks: Path, answers: Path | None = None) -> Releases:
    """Return notebooks as they are, with the points that they state: the chapter's own, or a teacher's.

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
            remedy="pass --course, or --notebooks and --answers",
        )
    hidden = (answers or PROJECT_KEY, *notebooks.glob("*.py"))
    return Releases(files, lambda file: load_assignment(file, answers), hidden=hidden)


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
            remedy=f"run nbgrader generate_assignment {shlex.quote(course.assignments[0])} in {folder}",
        )
    return Releases(files, course.load, course, course.hidden)
