"""Reports on results: feedback for students, grades for a learning platform, an overview for the teacher.

``feedback`` decides what a student is told; ``feedback_html`` and ``gradescope`` show it. ``grades``, ``class_page``,
``comparison`` and ``terminal`` are for the teacher. Every report is made from rows alone; the page of a class shows
similar submissions, too, if somebody has looked for them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from d2l_autograder.file_names import file_name
from d2l_autograder.report.class_page import class_page
from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.feedback_html import feedback_page
from d2l_autograder.report.grades import grades_csv
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.report.similar_pairs import read_similar
from d2l_autograder.report.terminal import marks_table, summary
from d2l_autograder.results import Row, Status
from d2l_helpers.atomic import write
from d2l_helpers.errors import RecordError

__all__ = ["marks_table", "summary", "write_class_page", "write_feedback", "write_grades"]


def write_grades(rows: Sequence[Row], folder: Path) -> None:
    """Write ``grades.csv``; an earlier one is replaced.

    Parameters
    ----------
    rows : sequence of Row
        In any order.
    folder : Path
        The folder of ``grades.csv``.

    Raises
    ------
    OSError
        If the file cannot be written. The earlier one is then unchanged.
    """
    write(folder / "grades.csv", grades_csv(rows))


def write_class_page(rows: Sequence[Row], folder: Path) -> None:
    """Write ``report.html``, with the pairs of ``similar.json`` if the folder has one; an earlier page is replaced.

    Parameters
    ----------
    rows : sequence of Row
        In any order.
    folder : Path
        The folder of ``report.html``.

    Raises
    ------
    RecordError
        If ``similar.json`` cannot be read. The page is written all the same.
    OSError
        If the page cannot be written. The earlier one is then unchanged.
    """
    try:
        similar, fault = read_similar(folder / "similar.json"), None
    except RecordError as error:
        similar, fault = None, error
    write(folder / "report.html", class_page(rows, similar).encode())
    if fault:
        raise fault


def write_feedback(row: Row, folder: Path, gradescope: bool = False) -> None:
    """Write the feedback for one student and assignment, as JSON and as a page.

    Parameters
    ----------
    row : Row
        The result.
    folder : Path
        The folder of ``feedback/student/assignment.html`` and ``.json``; earlier ones are replaced.
    gradescope : bool, optional
        Whether to write ``gradescope/student/assignment/results.json``, too.

    Raises
    ------
    OSError
        If a file cannot be written. The earlier one is then unchanged.
    """
    student, assignment = file_name(row.result.student), file_name(row.result.assignment)
    feedback = feedback_on(row)
    place = folder / "feedback" / student
    write(place / f"{assignment}.json", _json(feedback))
    write(place / f"{assignment}.html", feedback_page(feedback).encode())
    # Gradescope would read a file without marks as a mark of 0, but a sandbox fault costs no points
    if gradescope and row.result.status != Status.SANDBOX_FAULT:
        scores = gradescope_results(feedback, row.result.seconds)
        write(folder / "gradescope" / student / assignment / "results.json", _json(scores))


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False).encode()
