"""Write results to nbgrader's gradebook, so that its formgrader shows them and its export includes them."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.assignment import Assignment
from d2l_autograder.autograded_notebook import autograded_notebook
from d2l_autograder.file_names import file_name
from d2l_autograder.results import Result, Row, Status
from d2l_autograder.submission import Submission
from d2l_helpers.atomic import write
from d2l_helpers.errors import LibraryUnusable, NotebookError

__all__ = ["Gradebook", "opened", "save"]


@contextmanager
def opened(
    folder: Path, assignments: Mapping[str, Assignment], students: Iterable[str] = (), course: Path | None = None
) -> Iterator[Gradebook]:
    """Open the gradebook of a folder in nbgrader's layout; make one where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    with _nbgrader() as nbgrader, closing(Gradebook(nbgrader, folder)) as book:
        for assignment in assignments.values():
            book.declare(assignment)
        book.assignments = assignments
        yield book


def save(
    marked: Iterable[tuple[Result, Submission | None]], assignments: Mapping[str, Assignment], folder: Path
) -> None:
    """Write marks to ``gradebook.db`` and notebooks to ``autograded/``."""
    with opened(folder, assignments) as book:
        for result, submission in marked:
            book.save(Row(result), submission)


class Gradebook:
    """An open gradebook.

    nbgrader's own commands open the gradebook again for each notebook, look up each cell, and commit each mark.
    """

    def __init__(self, nbgrader: Any, folder: Path) -> None:
        self._nbgrader, self._folder = nbgrader, folder
        self.assignments: Mapping[str, Assignment] = {}
        file = folder.resolve() / "gradebook.db"
        if not file.exists():
            _create(file, Path(nbgrader.__file__).parent / "alembic")
        self._database = f"sqlite:///{file}"
        self._book = nbgrader.api.Gradebook(self._database)
        self._cells: dict[str, dict[str, str]] = {}  # by assignment: names of cells, by their ids in the gradebook
        self._checksums: dict[str, dict[str, str]] = {}  # by assignment: checksums of cells, by their names

    def close(self) -> None:
        """Close the connection to the database."""
        self._book.close()

    def declare(self, assignment: Assignment) -> None:
        """Register an assignment and its cells, as `nbgrader generate_assignment` does."""
        name, release = assignment.name, copy.deepcopy(assignment.release)
        place = {"nbgrader": {"assignment": name, "notebook": name, "db_url": self._database}}
        steps = self._nbgrader.preprocessors
        self._book.update_or_create_assignment(name)
        try:
            for step in (steps.ComputeChecksums(), steps.SaveCells()):
                release, _ = step.preprocess(release, place)
        except RuntimeError as error:
            raise NotebookError(
                f"Cannot put marks of {name} into the gradebook.",
                got=error,
                expected="the cells that earlier submissions were marked by",
                remedy=f"write to another folder, or run nbgrader db assignment remove {name} --force",
            ) from error
        known = [cell.metadata.nbgrader for cell in release.cells if "nbgrader" in cell.metadata]
        self._checksums[name] = {cell.grade_id: cell.checksum for cell in known if "checksum" in cell}
        found = self._book.find_notebook(name, name)
        marked = (*found.grade_cells, *found.solution_cells, *found.task_cells)
        self._cells[name] = {cell.id: cell.name for cell in marked}

    def save(self, row: Row, submission: Submission | None = None) -> Row:
        """Write the marks of one submission, and its notebook."""
        result = row.result
        if result.assignment in self.assignments and result.status not in (Status.SANDBOX_FAULT, Status.MISSING):
            self._save(result, submission, self.assignments[result.assignment])
        return row

    def _save(self, result: Result, submission: Submission | None, assignment: Assignment) -> None:
        student, name = file_name(result.student), assignment.name  # nbgrader names folders by both
        notebook = autograded_notebook(result, assignment, submission)
        cells = {cell.metadata.nbgrader.get("grade_id"): cell for cell in notebook.cells if "nbgrader" in cell.metadata}
        for each, checksum in self._checksums[name].items():
            cells[each].metadata.nbgrader["checksum"] = checksum
        file, contents = self._folder / "autograded" / student / name / f"{name}.ipynb", to_bytes(notebook)
        if self._has_marks(name, student) and file.is_file() and file.read_bytes() == contents:
            return  # writing the same marks would make nbgrader ask the teacher to review them again
        self._book.update_or_create_student(student)
        submitted = self._book.update_or_create_submission(name, student)
        self._mark(submitted.notebooks[0], {key: cells[each] for key, each in self._cells[name].items()})
        write(file, contents, mode=0o444)

    def _mark(self, submitted: Any, cells: Mapping[str, NotebookNode]) -> None:
        """Write what `nbgrader autograde` writes: the scores of the checks, and which answers are still stubs."""
        read = self._nbgrader.utils
        for grade in submitted.grades:
            grade.auto_score, _ = read.determine_grade(cells[grade.cell_id])
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in submitted.comments:
            cell = cells[comment.cell_id]
            is_stub = cell.metadata.nbgrader.checksum == read.compute_checksum(cell) and not read.is_task(cell)
            comment.auto_comment = "No response." if is_stub else None
        self._book.db.commit()

    def _has_marks(self, assignment: str, student: str) -> bool:
        try:
            submission = self._book.find_submission(assignment, student)
        except self._nbgrader.api.MissingEntry:
            return False
        return all(grade.auto_score is not None for notebook in submission.notebooks for grade in notebook.grades)


def _create(file: Path, versions: Path) -> None:
    """Create an empty gradebook of the current version; nbgrader starts a program for this, which takes seconds."""
    import sqlite3  # like alembic imported here, because marking needs neither

    from alembic.script import ScriptDirectory

    version = ScriptDirectory(str(versions)).get_current_head()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (version,))


@contextmanager
def _nbgrader() -> Iterator[Any]:
    """Import nbgrader and silence its warnings."""
    try:
        import nbgrader.api
        import nbgrader.preprocessors
        import nbgrader.utils
    except ImportError as error:
        raise LibraryUnusable(
            "Cannot write nbgrader's gradebook.", got=error, expected="nbgrader 0.9.6", remedy="run make grading"
        ) from error
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="nbgrader")  # SQLAlchemy's, about how nbgrader calls it
        yield nbgrader
