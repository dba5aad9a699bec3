"""Reports on results: feedback for students, grades for a learning platform, an overview for the teacher.

``feedback`` decides what a student is told; ``feedback_html`` and ``gradescope`` show it. ``grades``, ``item_analysis``
and ``terminal`` are for the teacher. Every report is made from results alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from d2l_autograder.file_names import file_name
from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.feedback_html import feedback_page
from d2l_autograder.report.grades import grades_csv
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.report.terminal import marks_table, summary
from d2l_autograder.results import Result, Status
from d2l_helpers.atomic import write

__all__ = ["marks_table", "summary", "write_reports"]


def write_reports(results: Sequence[Result], folder: Path, gradescope: bool = False) -> None:
    """Write ``grades.csv``, and the feedback for each student and assignment, as JSON and as a page.

    Parameters
    ----------
    results : sequence of Result
        In any order.
    folder : Path
        The folder of ``grades.csv``, ``feedback/student/assignment.html`` and ``.json``; earlier ones are replaced.
    gradescope : bool, optional
        Whether to write ``gradescope/student/assignment/results.json``, too.
    """
    write(folder / "grades.csv", grades_csv(results))
    for result in results:
        student, assignment = file_name(result.student), file_name(result.assignment)
        feedback = feedback_on(result)
        place = folder / "feedback" / student
        write(place / f"{assignment}.json", _json(feedback))
        write(place / f"{assignment}.html", feedback_page(feedback).encode())
        # Gradescope would read a file without marks as a mark of 0, but a sandbox fault costs no points
        if gradescope and result.status != Status.SANDBOX_FAULT:
            scores = gradescope_results(feedback, result.seconds)
            write(folder / "gradescope" / student / assignment / "results.json", _json(scores))


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False).encode()
