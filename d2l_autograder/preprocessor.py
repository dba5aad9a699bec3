"""nbgrader's execute step, replaced: what `nbgrader autograde` calls in a course that `course` built."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from d2l_autograder.batch import Grader
from d2l_autograder.collect import Entry
from d2l_autograder.course import read_course
from d2l_autograder.marked_notebook import marked_notebook
from d2l_autograder.results import Status
from d2l_helpers.errors import SandboxError

__all__ = ["AnyFileExporter", "MarkSubmission"]

Resources = dict[str, Any]


class AnyFileExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Writes notebooks, and lets `MarkSubmission` alone read what was submitted.

    nbconvert's would fail on a file that is no notebook, before any preprocessor is asked.
    """

    def from_file(
        self, file_stream: TextIO, resources: Resources | None = None, **options: Any
    ) -> tuple[NotebookNode, Resources]:
        """Give what the preprocessors make of an empty notebook."""
        return super().from_notebook_node(nbformat.v4.new_notebook(), resources=resources, **options)  # type: ignore[no-any-return]


class MarkSubmission(NbGraderPreprocessor):  # type: ignore[misc]  # nor does nbgrader
    """Marks the submitted file, and gives the mended notebook with marks in its checks."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Mark what was submitted.

        Parameters
        ----------
        nb : NotebookNode
            Is not looked at: random inputs and a regrade go by the bytes that were submitted.
        resources : dict
            nbgrader's: whose submission it is, and of what.

        Raises
        ------
        SandboxError
            If the sandbox failed; nbgrader reports it and goes on with the next submission.
        """
        place = resources["nbgrader"]
        student, name = place["student"], place["assignment"]
        folders = self.parent.parent.coursedir  # of the exporter, of nbgrader's Autograde
        file = f"{place['notebook']}.ipynb"
        course = read_course(Path(folders.root))
        assignment = course.load(Path(folders.format_path(folders.release_directory, ".", name)) / file)
        entry = Entry(student, name, Path(folders.format_path(folders.submitted_directory, student, name)) / file)
        grader = Grader({name: assignment}, course.secret(), jobs=1)
        (outcome,) = grader.grade([entry])
        if outcome.result.status == Status.SANDBOX_FAULT:
            raise SandboxError(
                "This submission was not marked, by no fault of the student's.",
                got=outcome.result.detail,
                expected="a sandbox that works",
                remedy="run d2l-grade doctor, then nbgrader autograde again",
            )
        return marked_notebook(outcome.result, assignment, grader.notebook_of(outcome)), resources
