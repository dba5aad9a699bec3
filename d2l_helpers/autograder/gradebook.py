"""Results in nbgrader's gradebook, so that its formgrader shows them and its export counts them."""

from __future__ import annotations

import copy
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from d2l_helpers.autograder.assignment import Assignment
from d2l_helpers.autograder.batch import Outcome
from d2l_helpers.autograder.files import file_name, write
from d2l_helpers.autograder.marked_notebook import marked_notebook
from d2l_helpers.autograder.results import Status
from d2l_helpers.errors import LibraryUnusable, NotebookError
from d2l_helpers.notebooks import to_bytes

__all__ = ["save"]


def save(outcomes: Iterable[Outcome], assignments: Mapping[str, Assignment], folder: Path) -> None:
    """Put marks into ``gradebook.db`` and marked notebooks into ``autograded/`` of a folder in nbgrader's layout.

    Marks that a teacher gave stay; what is there already stays as it is. A fault of ours leaves no mark.

    Parameters
    ----------
    outcomes : iterable of Outcome
        What grading gives, looked at one by one.
    assignments : mapping of str to Assignment
        What was handed out, by the names.
    folder : Path
        A course, or any other.

    Raises
    ------
    LibraryUnusable
        If nbgrader is not installed.
    NotebookError
        If the gradebook has submissions to an assignment of this name with other cells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _nbgrader() as nbgrader:
        book = _Book(nbgrader, folder)
        for assignment in assignments.values():
            book.declare(assignment)  # before the first outcome is asked for: it may refuse
        for outcome in outcomes:
            if outcome.result.assignment in assignments and outcome.result.status != Status.SANDBOX_FAULT:
                book.save(outcome, assignments[outcome.result.assignment])


class _Book:
    """A gradebook, through nbgrader's own interface and the steps of its commands."""

    def __init__(self, nbgrader: Any, folder: Path) -> None:
        self._api, self._steps, self._folder = nbgrader.api, nbgrader.preprocessors, folder
        self._database = f"sqlite:///{folder.resolve() / 'gradebook.db'}"

    def save(self, outcome: Outcome, assignment: Assignment) -> None:
        """Put one outcome in its places."""
        student, name = file_name(outcome.result.student), assignment.name  # nbgrader makes a folder of either
        place = self._place(student, name)
        marked = marked_notebook(outcome.result, assignment, outcome.submission)
        notebook, _ = self._steps.OverwriteCells().preprocess(marked, place)
        file, contents = self._folder / "autograded" / student / name / f"{name}.ipynb", to_bytes(notebook)
        with self._api.Gradebook(self._database) as gradebook:
            if self._has_marks(gradebook, name, student) and file.is_file() and file.read_bytes() == contents:
                return  # nbgrader would ask the teacher to look again at marks that are given
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(name, student)
        self._steps.SaveAutoGrades().preprocess(notebook, place)
        write(file, contents, mode=0o444)

    def declare(self, assignment: Assignment) -> None:
        """Say which cells the assignment has, as `nbgrader generate_assignment` does."""
        release = copy.deepcopy(assignment.release)
        with self._api.Gradebook(self._database) as gradebook:
            gradebook.update_or_create_assignment(assignment.name)
        try:
            for step in (self._steps.ComputeChecksums(), self._steps.SaveCells()):
                release, _ = step.preprocess(release, self._place(".", assignment.name))
        except RuntimeError as error:
            raise NotebookError(
                f"Cannot put marks of {assignment.name} into the gradebook.",
                got=error,
                expected="the cells that earlier submissions were marked by",
                remedy="write to another folder, or remove the assignment with nbgrader db assignment remove",
            ) from error

    def _has_marks(self, gradebook: Any, assignment: str, student: str) -> bool:
        try:
            submission = gradebook.find_submission(assignment, student)
        except self._api.MissingEntry:
            return False
        return all(grade.auto_score is not None for notebook in submission.notebooks for grade in notebook.grades)

    def _place(self, student: str, assignment: str) -> dict[str, dict[str, str]]:
        """Say where a step is."""
        place = {"student": student, "assignment": assignment, "notebook": assignment, "db_url": self._database}
        return {"nbgrader": place}


@contextmanager
def _nbgrader() -> Iterator[Any]:
    """Give nbgrader, quiet, and able to find the program that it calls by its name."""
    try:
        import nbgrader.api
        import nbgrader.preprocessors
    except ImportError as error:
        raise LibraryUnusable(
            "Cannot write nbgrader's gradebook.", got=error, expected="nbgrader 0.9.6", remedy="run make grading"
        ) from error
    path = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([path, str(Path(sys.executable).parent)])
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="nbgrader")  # of SQLAlchemy, about how nbgrader uses it
            yield nbgrader
    finally:
        os.environ["PATH"] = path
