"""What a student is told about a submission; how it looks is for others.

Its texts are harmless in a terminal and free of the grader's folders; a page must still escape them. It holds nothing
of the digest, of what was drawn, of the key, or of other students.
"""

from __future__ import annotations

from typing import TypedDict

from d2l_autograder.report.words import harmless, one_line, said_of, without_folders
from d2l_autograder.results import Finding, Mark, Result, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["Exercise", "Feedback", "Probe", "feedback_on"]

_SCHEMA = 1
_FAULT = (
    "The grader failed while it marked this notebook. That is no fault of yours and costs no points: the notebook is "
    "kept, and is marked when the grader runs again. There is nothing that you need to do."
)
_MARKED = "Each exercise below shows what was tried, and how it went."


class Probe(TypedDict):
    """One thing that was tried.

    Attributes
    ----------
    title : str
        What was tried.
    verdict : str
        One of `d2l_autograder.sandbox.Verdict`.
    said : str
        The verdict in words.
    got, expected : str
        In words; empty where it is right.
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
        As of a probe, for the whole.
    probes : list of Probe
        In the order in which they were tried.
    hint : str
        What helps; empty where it is right.
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
    """What ``feedback/student/assignment.json`` holds.

    Attributes
    ----------
    schema : int
        1. It rises when a key is taken away or gets another meaning; keys may be added.
    student, assignment : str
        Whose it is, and of what.
    status : str
        One of `d2l_autograder.results.Status`.
    said : str
        What became of the submission, and what to do where it could not be marked.
    earned : float or None
        The sum; None where a fault of the grader left it open, or nothing is known of the assignment.
    points : float
        What all exercises are worth.
    sandboxed : bool
        False where no mark should rest on this.
    repairs : list of str
        What was mended in the notebook before it was marked.
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


def feedback_on(result: Result) -> Feedback:
    """Say what the student is to know of a result."""
    # A fault's detail is about our machine
    said = {Status.MARKED: _MARKED, Status.SANDBOX_FAULT: _FAULT, Status.DAMAGED: _told(result.detail)}
    return Feedback(
        schema=_SCHEMA,
        student=one_line(result.student),
        assignment=one_line(result.assignment),
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
        exercise=one_line(mark.exercise),
        title=one_line(mark.title),
        earned=mark.earned if is_marked else None,
        points=mark.points,
        verdict=str(mark.verdict),
        said=said_of(mark.verdict, mark.earned) if is_marked else "not marked",
        probes=[_probe(finding) for finding in mark.findings],
        hint=_told(mark.hint) if is_marked and mark.verdict != Verdict.RIGHT else "",
    )


def _probe(finding: Finding) -> Probe:
    is_right = finding.verdict == Verdict.RIGHT
    return Probe(
        title=one_line(finding.title),
        verdict=str(finding.verdict),
        said=said_of(finding.verdict),
        got="" if is_right else _told(finding.got),
        expected="" if is_right else _told(finding.expected),
    )


def _told(text: str) -> str:
    return harmless(without_folders(text))
