"""Feedback as Gradescope's autograders hand it in.

The format is that of "Autograder Specifications" in Gradescope's documentation,
https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

from typing import Any

from d2l_autograder.report.feedback import Exercise, Feedback, Probe
from d2l_autograder.report.words import NOT_SANDBOXED, mark_of

__all__ = ["gradescope_results"]


def gradescope_results(feedback: Feedback, seconds: float) -> dict[str, Any]:
    """Give the content of a ``results.json``; all of it is plain text, and visible to the student.

    Parameters
    ----------
    feedback : Feedback
        On a submission whose marks are not left open.
    seconds : float
        What marking took.
    """
    mended = ["What was mended in your notebook:", *(f"- {repair}" for repair in feedback["repairs"])]
    notice = [] if feedback["sandboxed"] else [NOT_SANDBOXED]
    said = [*notice, feedback["said"], *(mended if feedback["repairs"] else [])]
    return {
        "score": feedback["earned"] or 0.0,
        "execution_time": seconds,
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, exercise) for number, exercise in enumerate(feedback["exercises"], start=1)],
    }


def _test(number: int, exercise: Exercise) -> dict[str, Any]:
    lines = [f"{mark_of(exercise['verdict'])} {exercise['said']}"]
    lines += [line for probe in exercise["probes"] for line in _lines(probe)]
    lines += [f"Hint: {exercise['hint']}"] if exercise["hint"] else []
    earned = exercise["earned"] or 0.0
    return {
        "name": exercise["title"],
        "number": str(number),
        "score": earned,
        "max_score": exercise["points"],
        "status": "passed" if earned >= exercise["points"] else "failed",
        "output": "\n".join(lines),
        "visibility": "visible",
    }


def _lines(probe: Probe) -> list[str]:
    said = [f"{mark_of(probe['verdict'])} {probe['title']}: {probe['said']}"]
    said += [f"  got:      {probe['got']}"] if probe["got"] else []
    said += [f"  expected: {probe['expected']}"] if probe["expected"] else []
    return said
