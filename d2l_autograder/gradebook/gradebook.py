"""Write results to nbgrader's gradebook, so that its formgrader shows them and its export includes them.

What is in the gradebook is compared with what belongs there, and only what differs is written: writing the same marks
again would ask a teacher to review them again. nbgrader's own classes commit each mark by itself and look each cell up
again, so `Book` writes nbgrader's tables itself: a student's entry is one transaction.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from d2l_autograder.assignment import Assignment
from d2l_autograder.file_names import file_name, is_folder_name
from d2l_autograder.gradebook import register_assignments
from d2l_autograder.gradebook.autograded_notebook import autograded_notebook, comments_on, notebook_bytes, scores_of
from d2l_autograder.gradebook.by_hand import by_hand_in, copy_by_hand
from d2l_autograder.gradebook.database import Database, remedy_for, unusable
from d2l_autograder.gradebook.entry import (
    Marks,
    Standing,
    add_student,
    checksums_of,
    due_dates_in,
    move_student,
    notebook_of,
    set_due_date,
    set_penalty,
    write_marks,
)
from d2l_autograder.gradebook.late import LatePolicy
from d2l_autograder.report.text import safe_line
from d2l_autograder.results import Row, Status
from d2l_autograder.submission.submission import Submission
from d2l_helpers.atomic import write
from d2l_helpers.errors import D2LHelpersError, LibraryUnusable, NotebookError, RecordError

__all__ = ["Gradebook", "opened", "save"]

_WITHOUT_MARKS = (Status.MISSING, Status.SANDBOX_FAULT)
_IN_A_PAGE = frozenset('<"')  # formgrader puts ids into its pages as they are, so these would start HTML of a student's


@contextmanager
def opened(
    folder: Path, assignments: Mapping[str, Assignment], students: Iterable[str] = (), course: Path | None = None
) -> Iterator[Gradebook]:
    """Open the gradebook of a folder in nbgrader's layout; make one where there is none.

    Parameters
    ----------
    folder : Path
        A course, or any other folder.
    assignments : mapping of str to Assignment
        The assignments by their names.
    students : iterable of str, optional
        All students of the roster, and all who handed in. Marks that an earlier version saved under a safe spelling of
        an id move to the id.
    course : Path, optional
        The course, whose ``nbgrader_config.py`` says what late submissions lose. It is code: never pass a folder that
        holds what was handed in.

    Raises
    ------
    LibraryUnusable
        If nbgrader is not installed.
    RecordError
        If the gradebook cannot be read or written.
    NotebookError
        If the gradebook already has submissions to an assignment of the same name with other cells.
    """
    if importlib.util.find_spec("nbgrader") is None:
        raise LibraryUnusable(
            "Cannot write nbgrader's gradebook.",
            got="no package nbgrader",
            expected="nbgrader 0.9.6",
            remedy="run make grading",
        )
    with closing(Database(folder.resolve() / "gradebook.db")) as database:
        with database.alone():
            _register(database.file, assignments)
        book = Gradebook(database, assignments, LatePolicy(course))
        book.prepare(students, due_dates_in(course / "gradebook.db") if course else {})
        yield book


def save(
    marked: Iterable[tuple[Row, Submission | None]],
    assignments: Mapping[str, Assignment],
    folder: Path,
    course: Path | None = None,
) -> list[tuple[Row, D2LHelpersError]]:
    """Save several rows, which are consumed one by one; return those that could not be written, each with the error.

    Parameters and errors are those of `opened` and `Gradebook.save`.
    """
    faults = []
    with opened(folder, assignments, course=course) as book:
        for row, submission in marked:
            try:
                book.save(row, submission)
            except D2LHelpersError as error:
                faults.append((row, error))
    return faults


class Gradebook:
    """An open gradebook, and the folder ``autograded`` beside it; `opened` makes it."""

    def __init__(self, database: Database, assignments: Mapping[str, Assignment], late: LatePolicy) -> None:
        self._database, self._assignments, self._late = database, assignments, late
        self._folder = database.file.parent / "autograded"
        self._known: frozenset[str] = frozenset()  # students that were there before this run
        self._checksums: dict[str, dict[str, str]] = {}  # by assignment: checksums of cells, by their names

    def prepare(self, students: Iterable[str], due: Mapping[str, str]) -> None:
        """Add due dates, and move what earlier versions saved under safe spellings of ids."""
        everybody = set(filter(_is_text, students))
        with self._database.transaction() as database:
            self._known = frozenset(student for (student,) in database.execute("SELECT id FROM student"))
            everybody = {student for student in everybody if self._may_be_there(student)}
            moved = {student: file_name(student) for student in everybody if file_name(student) not in everybody}
            for student, old in moved.items():
                move_student(database, old, student)
            for name in self._assignments:
                self._checksums[name] = checksums_of(database, name)
                set_due_date(database, name, due.get(name))
        for student, old in moved.items():
            source, target = self._folder / old, self._folder / student
            if is_folder_name(student) and source.is_dir() and not os.path.lexists(target):
                with suppress(OSError):  # then formgrader shows the notebook that is written anew
                    source.rename(target)

    def save(self, row: Row, submission: Submission | None = None) -> Row:
        """Write the marks of one submission, and its notebook.

        A teacher's own scores and comments are kept; where another of the group handed it in, those that are missing
        are taken from there. A sandbox fault leaves no mark; a student who handed nothing in
        is added, and keeps what is there.

        Parameters
        ----------
        row : Row
            The marks.
        submission : Submission or None, optional
            The repaired notebook, where there is one.

        Returns
        -------
        Row
            With what the gradebook says: whether the submission is late, what it loses for that, and a person's marks.

        Raises
        ------
        RecordError
            If the entry cannot be written; nothing of it is then in the database.
        """
        result = row.result
        if result.status == Status.MISSING:
            self._require_id(result.student)
            with self._database.transaction() as database:
                add_student(database, result.student)
        if result.status in _WITHOUT_MARKS or result.assignment not in self._assignments:
            return row
        self._require_id(result.student)
        assignment = self._assignments[result.assignment]
        notebook = autograded_notebook(result, assignment, submission, self._checksums[assignment.name])
        file, contents = self._file(result.student, assignment.name), notebook_bytes(notebook)
        is_other = file is not None and not _holds(file, contents)
        scores, comments = scores_of(result, notebook, assignment), comments_on(notebook, assignment)
        with self._database.transaction() as database:
            marks = Marks(scores, comments, row.submitted, self._is_stamped(result.student, assignment.name), is_other)
            standing = write_marks(database, result.student, assignment.name, marks)
            if row.handed_in_by:
                copy_by_hand(database, standing.notebook, notebook_of(database, row.handed_in_by, assignment.name))
            exercises = {mark.exercise for mark in result.marks}
            row = dataclasses.replace(row, by_hand=by_hand_in(database, standing.notebook, exercises))
        if file and is_other:  # after the marks: a teacher is asked for a review, even if the grader is killed here
            self._write(file, contents)
        return self._judge(row, standing)

    def _judge(self, row: Row, standing: Standing) -> Row:
        """Write the penalty of a late submission, which may depend on the teacher's own scores."""
        late, penalty = standing.seconds_late, None
        if late:
            penalty = self._late.penalty(row.result.student, standing.score, late)
        if penalty != standing.penalty:
            with self._database.transaction() as database:
                set_penalty(database, standing.notebook, penalty)
        return dataclasses.replace(row, is_late=row.is_late if late is None else late > 0, penalty=penalty or 0.0)

    def _is_stamped(self, student: str, assignment: str) -> bool:
        """Return whether nbgrader knows a date: where only the gradebook has one, formgrader shows no submission."""
        if not is_folder_name(student):
            return False
        return (self._database.file.parent / "submitted" / student / assignment / "timestamp.txt").is_file()

    def _file(self, student: str, assignment: str) -> Path | None:
        """Return the notebook's file, where formgrader looks for it; None if the id cannot be a folder's name."""
        return self._folder / student / assignment / f"{assignment}.ipynb" if is_folder_name(student) else None

    def _write(self, file: Path, contents: bytes) -> None:
        try:
            write(file, contents, mode=0o444)
        except OSError as error:
            raise RecordError(
                "Cannot write a notebook for nbgrader's formgrader.",
                got=error,
                expected="a folder with write permission, and free space",
                remedy="look at the folder's permissions and the free space, and grade again",
            ) from error

    def _may_be_there(self, student: str) -> bool:
        return student in self._known or not _IN_A_PAGE & set(student)

    def _require_id(self, student: str) -> None:
        """Refuse what cannot be an id in the gradebook, or would be code in formgrader's pages."""
        if not _is_text(student) or not self._may_be_there(student):
            raise RecordError(
                "Cannot write a student's marks into nbgrader's gradebook.",
                got=f"the id {safe_line(student)}",
                expected='an id of text without < and ", which formgrader would show as HTML',
                remedy="rename what was handed in; if this is the student's id, add it with nbgrader db student add",
            )


def _register(file: Path, assignments: Mapping[str, Assignment]) -> None:
    """Run `register_assignments`, which makes the gradebook if there is none."""
    content = {"database": str(file), "assignments": {name: each.release for name, each in assignments.items()}}
    places = {"PYTHONPATH": str(Path(__file__).parents[2])}  # and -P: not what lies in the current folder
    done = subprocess.run(
        [sys.executable, "-P", register_assignments.__file__],
        input=json.dumps(content).encode(),
        capture_output=True,
        env={**os.environ, **places},
        start_new_session=True,  # Ctrl-C is for the grader, which then tells what to do
        check=False,
    )
    try:
        refused = json.loads(done.stdout) if done.stdout else None
    except ValueError:
        refused = {"kind": "database", "got": done.stdout}
    if done.returncode:
        refused = {"kind": "database", "got": done.stderr.decode(errors="replace")[-500:]}
    if refused:
        raise _refusal(file, refused)


def _refusal(file: Path, refused: Mapping[str, str]) -> D2LHelpersError:
    if refused["kind"] == "cells":
        name = refused["assignment"]
        return NotebookError(
            f"Cannot put marks of {name} into the gradebook.",
            got=refused["got"],
            expected="the cells that earlier submissions were marked by",
            remedy=f"write to another folder, or run nbgrader db assignment remove {name} --force",
        )
    remedies = {
        "older": f"run nbgrader db upgrade in {file.parent}, which keeps a copy, and grade again",
        "newer": "grade with the version of nbgrader that wrote it, or write to another folder",
        "foreign": "move the file away, or write to another folder, and grade again",
    }
    return unusable(file, refused["got"], remedies.get(refused["kind"]) or remedy_for(refused.get("name", "")))


def _holds(file: Path, contents: bytes) -> bool:
    try:
        return file.stat().st_size == len(contents) and file.read_bytes() == contents
    except OSError:
        return False


def _is_text(student: str) -> bool:
    """Return whether sqlite can store an id: text without halves of surrogate pairs, and without NUL."""
    try:
        return bool(student.encode()) and "\0" not in student
    except UnicodeEncodeError:
        return False
