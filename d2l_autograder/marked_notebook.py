"""A submission with its marks, as a notebook that nbgrader's gradebook, formgrader and feedback understand.

A teacher looks at it in a browser, where a session is open that may change marks: nothing of a student's is left in
it that nbconvert would hand to the browser as HTML. Our own HTML has but the tags that nbconvert lets through when it
sanitizes, and Bootstrap's classes, which nbgrader's pages know.
"""

from __future__ import annotations

import copy
import html
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode

from d2l_autograder.assignment import Assignment
from d2l_autograder.report.feedback import Exercise, Feedback, Probe, feedback_on
from d2l_autograder.report.words import NOT_SANDBOXED, mark_of, number_text, points_text
from d2l_autograder.results import Result, Status
from d2l_autograder.submission import Submission

__all__ = ["marked_notebook"]

_CLASSES = {"●": "alert alert-success", "◐": "alert alert-warning", "○": "alert alert-info"}


def marked_notebook(result: Result, assignment: Assignment, submission: Submission | None = None) -> NotebookNode:
    """Put marks into a submission's checks.

    Parameters
    ----------
    result : Result
        What it earned.
    assignment : Assignment
        What was handed out.
    submission : Submission, optional
        What was handed in, mended; without it, as for a damaged file, the notebook is the release.

    Returns
    -------
    NotebookNode
        Each check's only output is the points as a number, which is how nbgrader reads a part of the points, with the
        feedback as HTML. Other outputs are the student's.
    """
    notebook = copy.deepcopy(submission.notebook if submission else assignment.release)
    feedback = feedback_on(result)
    outputs = {f"check-{exercise['exercise']}": _output(exercise) for exercise in feedback["exercises"]}
    handed_out = {cell.source for cell in assignment.release.cells if cell.cell_type != "code"}
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade") and not metadata.get("solution"):
            output = outputs.get(metadata["grade_id"])  # there is none where it is worth nothing
            cell.update(outputs=[output] if output else [], execution_count=None)
        elif cell.cell_type == "code":
            cell["source"] = _writable(cell.source)
        elif cell.source not in handed_out:
            cell.update(cell_type="markdown", source=f"<pre>{html.escape(_writable(cell.source))}</pre>")
    if notes := _notes(feedback):
        source = f'<div class="{_CLASSES["○"]}">{_list(notes)}</div>'
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(source, id="notes-on-grading"))
    return notebook


def _output(exercise: Exercise) -> NotebookNode:
    data = {"text/plain": number_text(exercise["earned"] or 0), "text/html": _as_html(exercise)}
    return nbformat.v4.new_output("execute_result", data=data)


def _as_html(exercise: Exercise) -> str:
    mark, title = mark_of(exercise["verdict"]), html.escape(exercise["title"])
    said = f"{mark} {title}: {exercise['said']}, {points_text(exercise['earned'], exercise['points'])}"
    tried = _list(map(_tried, exercise["probes"])) if exercise["probes"] else ""
    hint = f"<div><em>Hint: {html.escape(exercise['hint'])}</em></div>" if exercise["hint"] else ""
    return f'<div class="{_CLASSES[mark]}"><div><b>{said}</b></div>{tried}{hint}</div>'


def _tried(probe: Probe) -> str:
    said = [f"{mark_of(probe['verdict'])} {html.escape(probe['title'])}: {probe['said']}"]
    said += [f"got {html.escape(probe['got'])}"] if probe["got"] else []
    said += [f"expected {html.escape(probe['expected'])}"] if probe["expected"] else []
    return "; ".join(said)


def _notes(feedback: Feedback) -> list[str]:
    notes = [] if feedback["sandboxed"] else [NOT_SANDBOXED]
    notes += [html.escape(feedback["said"])] if feedback["status"] != Status.MARKED else []
    return notes + [f"Mended before it was marked: {html.escape(repair)}" for repair in feedback["repairs"]]


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _writable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON may hold and no file can."""
    return text.encode(errors="replace").decode()
