"""What a student is told about a submission; other modules decide how it looks.

Its texts are safe to show in a terminal and name no folder of the grader; HTML must still escape them. Nothing of the
digest, of the random inputs, of the key, or of other students is in them.
"""

from __future__ import annotations

from typing import TypedDict

from d2l_autograder.report.text import safe_line, safe_text, verdict_text, without_folders
from d2l_autograder.results import Finding, Mark, Row, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["Exercise", "Feedback", "Probe", "feedback_on"]

_SCHEMA = 1
_FAULT = (
    "The grader failed while it was marking this notebook. This is not your fault and costs you no points: your "
    "notebook is kept, and it will be marked when the grader runs again. You do not need to do anything."
)
_MISSING = "Nothing was handed in."
_MARKED = "For each exercise, you see below which tests your answer was put to, and how each test went."


class Probe(TypedDict):
    """One test of an answer.

    Attributes
    ----------
    title : str
        What was tested.
    verdict : str
        One of `d2l_autograder.sandbox.Verdict`.
    said : str
        The verdict in words.
    got, expected : str
        In words; empty where the answer is right.
    """

    title: str
    verdict: str
    said: str
    got: str
    expected: str


class Exercise(TypedDict):
    """How one exercise went.

    Attributes
    ----------
    exercise, title : str
        Its name and its heading.
    earned : float or None
        None where nothing was marked.
    points : float
        What it is worth.
    verdict, said : str
        As of a probe, for the whole exercise.
    probes : list of Probe
        In the order in which they ran.
    hint : str
        What helps; empty where the answer is right.
    """

    exercise: str
    title: str
    earned: float | None
    points: float
    verdict: str
    said: str
    probes: list[Probe]
    hint: str


class Feedback(TypedDict):
    """The content of ``feedback/student/assignment.json``.

    Attributes
    ----------
    schema : int
        1. It rises when a key is removed or gets another meaning; keys may be added.
    student, assignment : str
        Whose submission it is, and to which assignment.
    status : str
        One of `d2l_autograder.results.Status`.
    said : str
        The status in words, and what to do where the submission could not be marked.
    earned : float or None
        The sum; None where the grader failed, or the assignment is unknown.
    points : float
        What all exercises are worth.
    sandboxed : bool
        False where the mark must not count as a grade.
    repairs : list of str
        What was repaired in the notebook before it was marked.
    exercises : list of Exercise
        In the notebook's order.
    """

    schema: int
    student: str
    assignment: str
    status: str
    said: str
    earned: float | None
    points: float
    sandboxed: bool
    repairs: list[str]
    exercises: list[Exercise]


def feedback_on(row: Row) -> Feedback:
    """Return what the student is told about a result."""
    result = row.result
    # The detail of a sandbox fault describes the grader's machine, so a student gets a fixed text instead
    said = {Status.MARKED: _MARKED, Status.SANDBOX_FAULT: _FAULT, Status.DAMAGED: _told(result.detail)}
    said[Status.MISSING] = _MISSING
    return Feedback(
        schema=_SCHEMA,
        student=safe_line(result.student),
        assignment=safe_line(result.assignment),
        status=str(result.status),
        said=said[result.status],
        earned=result.earned if result.marks and result.status != Status.SANDBOX_FAULT else None,
        points=result.points,
        sandboxed=result.is_sandboxed,
        repairs=[_told(repair) for repair in result.repairs],
        exercises=[_exercise(mark, result.status == Status.MARKED) for mark in result.marks],
    )


def _exercise(mark: Mark, is_marked: bool) -> Exercise:
    return Exercise(
        exercise=safe_line(mark.exercise),
        title=safe_line(mark.title),
        earned=mark.earned if is_marked else None,
        points=mark.points,
        verdict=str(mark.verdict),
        said=verdict_text(mark.verdict, mark.earned) if is_marked else "not marked",
        probes=[_probe(finding) for finding in mark.findings],
        hint=_told(mark.hint) if is_marked and mark.verdict != Verdict.RIGHT else "",
    )


def _probe(finding: Finding) -> Probe:
    is_right = finding.verdict == Verdict.RIGHT
    return Probe(
        title=safe_line(finding.title),
        verdict=str(finding.verdict),
        said=verdict_text(finding.verdict),
        got="" if is_right else _told(finding.got),
        expected="" if is_right else _told(finding.expected),
    )


def _told(text: str) -> str:
    return safe_text(without_folders(text))
