"""A submission with its marks, as a notebook that nbgrader's gradebook, formgrader and feedback understand.

A teacher opens the notebook in a browser, in a session that may change marks. So it holds nothing of a student's that
nbconvert would pass on to the browser as HTML.
"""

from __future__ import annotations

import copy
import html

import nbformat
from nbformat import NotebookNode

from d2l_autograder.assignment import Assignment
from d2l_autograder.report.feedback import Exercise, feedback_on
from d2l_autograder.report.feedback_html import check_html, notes_html
from d2l_autograder.report.text import number_text
from d2l_autograder.results import Result
from d2l_autograder.submission import Submission

__all__ = ["autograded_notebook"]


def autograded_notebook(result: Result, assignment: Assignment, submission: Submission | None = None) -> NotebookNode:
    """Return a submission with its marks as the outputs of its checks.

    Parameters
    ----------
    result : Result
        The marks.
    assignment : Assignment
        What was handed out.
    submission : Submission, optional
        What was handed in, repaired; without it, as for a damaged file, the release takes its place.

    Returns
    -------
    NotebookNode
        Each check shows its points as a number, which is how nbgrader reads partial credit, and the feedback as HTML.
        Other outputs are the student's.
    """
    notebook = copy.deepcopy(submission.notebook if submission else assignment.release)
    feedback = feedback_on(result)
    outputs = {f"check-{exercise['exercise']}": _output(exercise) for exercise in feedback["exercises"]}
    handed_out = {cell.source for cell in assignment.release.cells if cell.cell_type != "code"}
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade") and not metadata.get("solution"):
            output = outputs.get(metadata["grade_id"])  # there is none for an exercise that is worth 0 points
            cell.update(outputs=[output] if output else [], execution_count=None)
        elif cell.cell_type == "code":
            cell["source"] = _encodable(cell.source)
        elif cell.source not in handed_out:
            cell.update(cell_type="markdown", source=f"<pre>{html.escape(_encodable(cell.source))}</pre>")
            _show_attachments(cell)
    if notes := notes_html(feedback):
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(notes, id="notes-on-grading"))
    return notebook


def _output(exercise: Exercise) -> NotebookNode:
    data = {"text/plain": number_text(exercise["earned"] or 0), "text/html": check_html(exercise)}
    return nbformat.v4.new_output("execute_result", data=data)


def _show_attachments(cell: NotebookNode) -> None:
    """Show a cell's pictures below its text, under names of ours: a student's could be any Markdown."""
    pictures = [*cell.get("attachments", {}).values()]
    if pictures:
        cell["attachments"] = {f"picture-{number}": bundle for number, bundle in enumerate(pictures, start=1)}
        cell["source"] += "".join(f"\n\n![picture](attachment:{name})" for name in cell["attachments"])


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON may hold and no file can."""
    return text.encode(errors="replace").decode()
