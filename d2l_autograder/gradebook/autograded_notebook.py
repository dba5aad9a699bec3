"""A submission with its marks, as a notebook that nbgrader's gradebook, formgrader and feedback understand.

A teacher opens the notebook in a browser, in a session that may change marks. So it holds nothing of a student's that
nbconvert would pass on to the browser as HTML.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode

from d2l_autograder.assignment import Assignment
from d2l_autograder.report.feedback import Exercise, feedback_on
from d2l_autograder.report.feedback_html import check_html, notes_html
from d2l_autograder.report.text import number_text
from d2l_autograder.results import Result, Row
from d2l_autograder.submission.submission import Submission

_NOT_RUN = "d2l-grade does not run this test: mark it by hand."

__all__ = ["autograded_notebook", "comments_on", "notebook_bytes", "scores_of"]


def autograded_notebook(
    result: Result,
    assignment: Assignment,
    submission: Submission | None = None,
    checksums: Mapping[str, str] | None = None,
) -> NotebookNode:
    """Return a submission with its marks as the outputs of its checks.

    Parameters
    ----------
    result : Result
        The marks.
    assignment : Assignment
        What was handed out.
    submission : Submission, optional
        What was handed in, repaired; without it, as for a damaged file, the release takes its place.
    checksums : mapping of str to str, optional
        nbgrader's checksums of the cells as they were handed out, by the cells' names.

    Returns
    -------
    NotebookNode
        Each check shows its points as a number, which is how nbgrader reads partial credit, and the feedback as HTML.
        Other outputs are the student's. It shares parts with the submission, so change neither.
    """
    feedback = feedback_on(Row(result))
    outputs = {f"check-{exercise['exercise']}": _output(exercise) for exercise in feedback["exercises"]}
    handed_out = {cell.source for cell in assignment.release.cells if cell.cell_type != "code"}
    cells = []
    for cell in (submission.notebook if submission else assignment.release).cells:
        new, metadata = NotebookNode(cell), dict(cell.metadata.get("nbgrader", {}))
        if checksum := (checksums or {}).get(metadata.get("grade_id", "")):
            new["metadata"] = NotebookNode(cell.metadata, nbgrader=NotebookNode(metadata, checksum=checksum))
        if _is_check(cell):
            output = outputs.get(metadata["grade_id"], _result("0", _NOT_RUN) if _points(cell) else None)
            new.update(outputs=[output] if output else [], execution_count=None)
        elif cell.cell_type == "code":
            new["source"] = _encodable(cell.source)
        elif cell.source in handed_out:
            new.pop("attachments", None)
        else:
            text, pictures = _with_pictures(
                f"<pre>{html.escape(_encodable(cell.source))}</pre>", cell.get("attachments", {})
            )
            new.update(cell_type="markdown", source=text, attachments=pictures)
        cells.append(new)
    if notes := notes_html(feedback):
        cells.insert(0, nbformat.v4.new_markdown_cell(notes, id="notes-on-grading"))
    return NotebookNode(assignment.release, cells=cells)


def scores_of(result: Result, notebook: NotebookNode, assignment: Assignment) -> dict[str, float | None]:
    """Return what nbgrader reads as scores of graded cells, by their names; None where a teacher gives the score."""
    earned = {f"check-{mark.exercise}": mark.earned for mark in result.marks}
    stubs = _stubs(notebook, assignment)
    scores: dict[str, float | None] = {}
    for cell in assignment.release.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade"):
            name = metadata["grade_id"]
            scores[name] = earned.get(name, 0.0) if _is_check(cell) else 0.0 if name in stubs else None
    return scores


def comments_on(notebook: NotebookNode, assignment: Assignment) -> dict[str, str | None]:
    """Return nbgrader's comments on answers, by the names of their cells."""
    stubs = _stubs(notebook, assignment)
    names = (cell.metadata.get("nbgrader", {}) for cell in assignment.release.cells)
    return {
        each["grade_id"]: "No response." if each["grade_id"] in stubs else None
        for each in names
        if each.get("solution")
    }


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Return the contents of an autograded notebook's file."""
    return f"{json.dumps(notebook, sort_keys=True, ensure_ascii=False)}\n".encode()


def _with_pictures(text: str, attachments: Mapping[str, NotebookNode]) -> tuple[str, NotebookNode]:
    """Return Markdown that shows a cell's sanitized pictures below its text, and the attachments by new names.

    A student's own names could be anything, such as an address or HTML.
    """
    kept = NotebookNode({f"picture-{number}": picture for number, picture in enumerate(attachments.values(), start=1)})
    return "".join([text, *(f"\n\n![{name}](attachment:{name})" for name in kept)]), kept


def _output(exercise: Exercise) -> NotebookNode:
    # nbgrader refuses more than a cell is worth, which is 0 for extra credit: `preprocessor.SaveMarks` saves that
    earned = 0 if exercise["extra"] else exercise["earned"] or 0
    return _result(number_text(earned), check_html(exercise))


def _result(number: str, text: str) -> NotebookNode:
    # nbformat.v4.new_output validates what it makes, which would take half of the time of a gradebook's entry
    data = {"text/plain": number, "text/html": text}
    return nbformat.from_dict({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})


def _points(cell: NotebookNode) -> float:
    return float(cell.metadata.nbgrader.get("points", 0))


def _identity(cell: NotebookNode) -> tuple[str, str, str] | None:
    """Return what tells an answer from its stub; None for a cell that holds no answer."""
    metadata = cell.metadata.get("nbgrader", {})
    return (metadata["grade_id"], cell.cell_type, cell.source) if metadata.get("solution") else None


def _is_check(cell: NotebookNode) -> bool:
    """Return whether nbgrader reads a score in a cell's outputs."""
    metadata = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and metadata.get("grade") and not metadata.get("solution"))


def _stubs(notebook: NotebookNode, assignment: Assignment) -> set[str]:
    """Return the names of answers that are as they were handed out."""
    known = set(filter(None, map(_identity, assignment.release.cells)))
    return {cell.metadata.nbgrader.grade_id for cell in notebook.cells if _identity(cell) in known}


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON may hold and no file can."""
    return text.encode(errors="replace").decode()
