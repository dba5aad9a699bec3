"""What a student is told about a submission; other modules decide how it looks.

Its texts are safe to show in a terminal and name no folder of the grader's machine; HTML must still escape them.
Nothing of the digest, of the random inputs, of the key, or of other students is in them.
"""

from __future__ import annotations

from typing import TypedDict

from d2l_autograder.report.private import without_machine
from d2l_autograder.report.text import date_text, number_text, safe_line, safe_name, safe_text, verdict_text
from d2l_autograder.results import Finding, Mark, Row, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["Exercise", "Feedback", "Probe", "feedback_on", "total_of"]

_SCHEMA = 1
_FAULT = (
    "The grader failed while it was marking this notebook. This is not your fault and costs you no points: your "
    "notebook is kept, and it will be marked when the grader runs again. You do not need to do anything."
)
_MISSING = "Nothing was handed in, so nothing was marked."
_MOST_READ = 3000  # characters of a text in which paths are looked for; the report shows 600
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
    note : str
        What else the mark follows from, such as a cell that stopped.
    """

    exercise: str
    title: str
    earned: float | None
    points: float
    verdict: str
    said: str
    probes: list[Probe]
    hint: str
    note: str


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
    submitted : str
        When it was handed in; empty if nothing tells.
    late : bool
        Whether it came after the due date.
    penalty : float
        What it loses for that.
    total : float or None
        What is left of `earned`, and counts.
    about_time : str
        All of this in words; empty where there is nothing to say.
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
    submitted: str
    late: bool
    penalty: float
    total: float | None
    about_time: str
    sandboxed: bool
    repairs: list[str]
    exercises: list[Exercise]


def feedback_on(row: Row) -> Feedback:
    """Return what the student is told about a result."""
    result = row.result
    # The detail of a sandbox fault describes the grader's machine, so a student gets a fixed text instead
    said = {Status.MARKED: _MARKED, Status.SANDBOX_FAULT: _FAULT, Status.DAMAGED: _told(result.detail)}
    said[Status.MISSING] = _MISSING
    earned = result.earned if result.marks and result.status != Status.SANDBOX_FAULT else None
    return Feedback(
        schema=_SCHEMA,
        student=safe_name(result.student),
        assignment=safe_line(result.assignment),
        status=str(result.status),
        said=said[result.status],
        earned=earned,
        points=result.points,
        submitted=date_text(row.submitted),
        late=row.is_late,
        penalty=row.penalty,
        total=None if earned is None else total_of(row),
        about_time=_about_time(row),
        sandboxed=result.is_sandboxed,
        repairs=[_told(repair) for repair in result.repairs],
        exercises=[_exercise(mark, result.status == Status.MARKED) for mark in result.marks],
    )


def total_of(row: Row) -> float:
    """Return what counts: the points that were earned, without the penalty for lateness, and never below 0."""
    return round(max(0.0, row.result.earned - row.penalty), 2)


def _about_time(row: Row) -> str:
    date = date_text(row.submitted)
    if not row.is_late:
        return f"Handed in at {date}." if date else ""
    when = f"This was handed in late, at {date}." if date else "This was handed in late."
    if not row.penalty:
        return f"{when} It loses no points for that."
    lost = f"{number_text(row.penalty)} point{'s' * (row.penalty != 1)}"
    return (
        f"{when} It loses {lost} for that, so {number_text(total_of(row))} of {number_text(row.result.points)} count."
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
        note=_told(mark.note) if is_marked else "",
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
    return safe_text(without_machine(text[:_MOST_READ]))
