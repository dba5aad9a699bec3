"""Results in nbgrader's gradebook, so that its formgrader shows them and its export counts them."""

from __future__ import annotations

import copy
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from d2l_helpers.autograder.assignment import Assignment
from d2l_helpers.autograder.files import file_name, write
from d2l_helpers.autograder.marked_notebook import marked_notebook
from d2l_helpers.autograder.results import Result, Status
from d2l_helpers.autograder.submission import Submission
from d2l_helpers.errors import LibraryUnusable, NotebookError
from d2l_helpers.notebooks import to_bytes

__all__ = ["save"]


def save(
    marked: Iterable[tuple[Result, Submission | None]], assignments: Mapping[str, Assignment], folder: Path
) -> None:
    """Put marks into ``gradebook.db`` and marked notebooks into ``autograded/`` of a folder in nbgrader's layout.

    Marks that a teacher gave stay; what is there already stays as it is. A fault of ours leaves no mark.

    Parameters
    ----------
    marked : iterable of (Result, Submission or None)
        What was earned, and the mended notebook where there is one; looked at one by one.
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
    with _nbgrader() as nbgrader, closing(_Book(nbgrader, folder)) as book:
        for assignment in assignments.values():
            book.declare(assignment)
        for result, submission in marked:
            if result.assignment in assignments and result.status != Status.SANDBOX_FAULT:
                book.save(result, submission, assignments[result.assignment])


class _Book:
    """A gradebook that is open, nbgrader's interface to it, and the steps of nbgrader's commands.

    Those steps would open it anew for each notebook, and write each cell's mark to the disk by itself.
    """

    def __init__(self, nbgrader: Any, folder: Path) -> None:
        self._nbgrader, self._folder = nbgrader, folder
        self._database = f"sqlite:///{folder.resolve() / 'gradebook.db'}"
        self._open = nbgrader.api.Gradebook(self._database)

    def close(self) -> None:
        """Close it."""
        self._open.close()

    def save(self, result: Result, submission: Submission | None, assignment: Assignment) -> None:
        """Put marks in their places."""
        student, name = file_name(result.student), assignment.name  # nbgrader makes a folder of either
        notebook = self._restored(marked_notebook(result, assignment, submission), name)
        file, contents = self._folder / "autograded" / student / name / f"{name}.ipynb", to_bytes(notebook)
        if self._has_marks(name, student) and file.is_file() and file.read_bytes() == contents:
            return  # nbgrader would ask the teacher to look again at marks that are given
        self._open.update_or_create_student(student)
        submitted = self._open.update_or_create_submission(name, student)
        self._mark(submitted, notebook)
        write(file, contents, mode=0o444)

    def declare(self, assignment: Assignment) -> None:
        """Say which cells the assignment has, as `nbgrader generate_assignment` does."""
        name, release = assignment.name, copy.deepcopy(assignment.release)
        place = {"nbgrader": {"assignment": name, "notebook": name, "db_url": self._database}}
        steps = self._nbgrader.preprocessors
        self._open.update_or_create_assignment(name)
        try:
            for step in (steps.ComputeChecksums(), steps.SaveCells()):
                release, _ = step.preprocess(release, place)
        except RuntimeError as error:
            raise NotebookError(
                f"Cannot put marks of {name} into the gradebook.",
                got=error,
                expected="the cells that earlier submissions were marked by",
                remedy="write to another folder, or remove the assignment with nbgrader db assignment remove",
            ) from error

    def _restored(self, notebook: NotebookNode, assignment: str) -> NotebookNode:
        """Make of the cells that nbgrader knows what the gradebook says of them, checksums included."""
        step = self._nbgrader.preprocessors.OverwriteCells()
        step.gradebook, step.assignment_id, step.notebook_id = self._open, assignment, assignment
        notebook.cells = [step.preprocess_cell(cell, {}, number)[0] for number, cell in enumerate(notebook.cells)]
        return notebook

    def _mark(self, submitted: Any, notebook: NotebookNode) -> None:
        """Write what `nbgrader autograde` writes: scores that the checks show, and which answers were left as stubs."""
        read = self._nbgrader.utils
        cells = {cell.metadata.nbgrader.get("grade_id"): cell for cell in notebook.cells if "nbgrader" in cell.metadata}
        for grade in submitted.notebooks[0].grades:
            grade.auto_score, _ = read.determine_grade(cells[grade.name])
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in submitted.notebooks[0].comments:
            cell = cells[comment.name]
            is_stub = cell.metadata.nbgrader.get("checksum") == read.compute_checksum(cell) and not read.is_task(cell)
            comment.auto_comment = "No response." if is_stub else None
        self._open.db.commit()

    def _has_marks(self, assignment: str, student: str) -> bool:
        try:
            submission = self._open.find_submission(assignment, student)
        except self._nbgrader.api.MissingEntry:
            return False
        return all(grade.auto_score is not None for notebook in submission.notebooks for grade in notebook.grades)


@contextmanager
def _nbgrader() -> Iterator[Any]:
    """Give nbgrader, quiet, and able to find the program that it calls by its name."""
    try:
        import nbgrader.api
        import nbgrader.preprocessors
        import nbgrader.utils
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
