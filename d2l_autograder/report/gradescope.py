"""Feedback in the format of Gradescope's autograders.

The format is that of "Autograder Specifications" in Gradescope's documentation,
https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

from typing import Any

from d2l_autograder.report.feedback import Answer, Exercise, Feedback, Probe
from d2l_autograder.report.text import NOT_SANDBOXED, SYMBOLS, state_of

__all__ = ["gradescope_results"]


def gradescope_results(feedback: Feedback, seconds: float) -> dict[str, Any]:
    """Return the content of a ``results.json``; all of it is plain text, and visible to the student.

    Parameters
    ----------
    feedback : Feedback
        On a submission that is marked or damaged.
    seconds : float
        How long marking took.
    """
    repaired = ["What was repaired in your notebook:", *(f"- {repair}" for repair in feedback["repairs"])]
    warning = [] if feedback["sandboxed"] else [NOT_SANDBOXED]
    late = [feedback["about_time"]] if feedback["about_time"] else []
    lines = [*warning, feedback["said"], *late, *(repaired if feedback["repairs"] else [])]
    return {
        "score": feedback["total"] or 0.0,
        "execution_time": seconds,
        "output": "\n".join(lines),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, exercise) for number, exercise in enumerate(feedback["exercises"], start=1)]
        + [
            _answer(number, answer) for number, answer in enumerate(feedback["answers"], len(feedback["exercises"]) + 1)
        ],
    }


def _test(number: int, exercise: Exercise) -> dict[str, Any]:
    lines = [f"{SYMBOLS[state_of(exercise['verdict'])]} {exercise['said']}"]
    lines += [exercise[each] for each in ("note", "by_hand") if exercise[each]]
    lines += [f"Your teacher's comment: {exercise['comment']}"] if exercise["comment"] else []
    lines += [line for probe in exercise["probes"] for line in _lines(probe)]
    lines += [f"Hint: {exercise['hint']}"] if exercise["hint"] else []
    earned = exercise["earned"] or 0.0
    # Without a maximum, Gradescope adds nothing to what the assignment is worth
    maximum = {} if exercise["extra"] else {"max_score": exercise["points"]}
    return {
        "name": f"{exercise['title']} (extra credit)" if exercise["extra"] else exercise["title"],
        "number": str(number),
        "score": earned,
        **maximum,
        "status": "passed" if earned >= exercise["points"] else "failed",
        "output": "\n".join(lines),
        "visibility": "visible",
    }


def _answer(number: int, answer: Answer) -> dict[str, Any]:
    """Return an answer that the teacher marks; until then it has no score, and neither passed nor failed."""
    lines = [answer["said"], *([f"Your teacher's comment: {answer['comment']}"] if answer["comment"] else [])]
    scores = {} if answer["earned"] is None else {"score": answer["earned"], "max_score": answer["points"]}
    return {
        "name": answer["title"],
        "number": str(number),
        **scores,
        "output": "\n".join(lines),
        "visibility": "visible",
    }


def _lines(probe: Probe) -> list[str]:
    lines = [f"{SYMBOLS[state_of(probe['verdict'])]} {probe['title']}: {probe['said']}"]
    lines += [f"  got:      {probe['got']}"] if probe["got"] else []
    lines += [f"  expected: {probe['expected']}"] if probe["expected"] else []
    return lines
