"""Replace the step of `nbgrader autograde` that runs notebooks, in a course that `course` built."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from d2l_autograder.batch.grader import Grader
from d2l_autograder.collect import Entry
from d2l_autograder.command.folder_lock import keep_locked
from d2l_autograder.course import read_course
from d2l_autograder.gradebook.autograded_notebook import autograded_notebook
from d2l_autograder.results import Status
from d2l_helpers.errors import SandboxError

__all__ = ["AnyFileExporter", "MarkSubmission", "SaveMarks"]

Resources = dict[str, Any]
_EXTRA = "d2l_extra_credit"  # in nbconvert's resources


class AnyFileExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Export notebooks, but leave reading the submitted file to `MarkSubmission`.

    nbconvert's own exporter fails on a file that is no notebook, before it calls any preprocessor.
    """

    def from_file(
        self, file_stream: TextIO, resources: Resources | None = None, **options: Any
    ) -> tuple[NotebookNode, Resources]:
        """Run the preprocessors on an empty notebook."""
        return super().from_notebook_node(nbformat.v4.new_notebook(), resources=resources, **options)  # type: ignore[no-any-return]


class MarkSubmission(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader carries no types
    """Mark the submitted file, and return the repaired notebook with marks in its checks."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Mark what was submitted.

        Parameters
        ----------
        nb : NotebookNode
            Not used: random inputs and the result's digest depend on the bytes that were submitted.
        resources : dict
            nbgrader's, with the names of student, assignment and notebook.

        Raises
        ------
        ArgumentError
            If another grader writes to this course.
        SandboxError
            If the sandbox failed; nbgrader reports this and continues with the next submission.
        """
        place = resources["nbgrader"]
        student, name = place["student"], place["assignment"]
        folders = self.parent.parent.coursedir  # the parent is the exporter, its parent nbgrader's Autograde
        file = f"{place['notebook']}.ipynb"
        keep_locked(Path(folders.root))  # nbgrader writes to the gradebook that d2l-grade writes to
        course = read_course(Path(folders.root))
        assignment = course.load(Path(folders.format_path(folders.release_directory, ".", name)) / file)
        entry = Entry(student, name, Path(folders.format_path(folders.submitted_directory, student, name)) / file)
        grader = Grader({name: assignment}, course.secret(), jobs=1)
        (outcome,) = grader.grade([entry])
        if outcome.result.status == Status.SANDBOX_FAULT:
            raise SandboxError(
                "This submission was not marked; the sandbox failed, and the student did nothing wrong.",
                got=outcome.result.detail,
                expected="a sandbox that works",
                remedy="run d2l-grade doctor, then nbgrader autograde again",
            )
        extra = {f"check-{mark.exercise}": mark.earned for mark in outcome.result.marks if mark.is_extra}
        return autograded_notebook(outcome.result, assignment, grader.notebook_of(outcome)), {
            **resources,
            _EXTRA: extra,
        }


class SaveMarks(SaveAutoGrades):  # type: ignore[misc]  # nbgrader carries no types
    """Save marks as nbgrader does, and extra credit, which to nbgrader is more than a cell is worth."""

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        super()._add_score(cell, resources)
        name = cell.metadata["nbgrader"]["grade_id"]
        if name in resources.get(_EXTRA, {}):
            grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score = resources[_EXTRA][name]
            self.gradebook.db.commit()
