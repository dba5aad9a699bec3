"""What a student is told about a submission; other modules decide how it looks.

Its texts are safe to show in a terminal and name no folder of the grader's machine; HTML must still escape them.
Nothing of the digest, of the random inputs, of the key, or of other students is in them.
"""

from __future__ import annotations

from typing import TypedDict

from d2l_autograder.report.private import without_machine
from d2l_autograder.report.text import date_text, number_text, safe_line, safe_name, safe_text, verdict_text
from d2l_autograder.results import ByHand, Finding, Mark, Row, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["Answer", "Exercise", "Feedback", "Probe", "feedback_on", "total_of"]

_SCHEMA = 1
_FAULT = (
    "The grader failed while it was marking this notebook. This is not your fault and costs you no points: your "
    "notebook is kept, and it will be marked when the grader runs again. You do not need to do anything."
)
_WAITS = "not marked yet: your teacher does that"
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
    extra : bool
        Whether its points are extra credit.
    by_hand : str
        What the teacher has changed in the mark, in words; empty where nothing.
    comment : str
        The teacher's comment.
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
    extra: bool
    by_hand: str
    comment: str


class Answer(TypedDict):
    """An answer that a teacher marks.

    Attributes
    ----------
    name, title : str
        The name of its cell, and the name in words.
    earned : float or None
        None where the teacher has not marked it yet.
    points : float
        What it is worth.
    said : str
        How far it is marked, in words.
    comment : str
        The teacher's comment.
    """

    name: str
    title: str
    earned: float | None
    points: float
    said: str
    comment: str


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
    answers : list of Answer
        What the teacher marks.
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
    answers: list[Answer]


def feedback_on(row: Row) -> Feedback:
    """Return what the student is told about a result."""
    result = row.result
    # The detail of a sandbox fault describes the grader's machine, so a student gets a fixed text instead
    said = {Status.MARKED: _MARKED, Status.SANDBOX_FAULT: _FAULT, Status.DAMAGED: _told(result.detail)}
    said[Status.MISSING] = _MISSING
    earned = row.earned if result.marks and result.status != Status.SANDBOX_FAULT else None
    hands = {hand.name: hand for hand in row.by_hand}
    names = {mark.exercise for mark in result.marks}
    return Feedback(
        schema=_SCHEMA,
        student=safe_name(result.student),
        assignment=safe_line(result.assignment),
        status=str(result.status),
        said=said[result.status],
        earned=earned,
        points=row.points,
        submitted=date_text(row.submitted),
        late=row.is_late,
        penalty=row.penalty,
        total=None if earned is None else total_of(row),
        about_time=_about_time(row),
        sandboxed=result.is_sandboxed,
        repairs=[_told(repair) for repair in result.repairs],
        exercises=[_exercise(mark, result.status == Status.MARKED, hands.get(mark.exercise)) for mark in result.marks],
        answers=[_answer(hand) for hand in row.by_hand if hand.name not in names],
    )


def total_of(row: Row) -> float:
    """Return what counts: the points that were earned, without the penalty for lateness, and never below 0."""
    return round(max(0.0, row.earned - row.penalty), 2)


def _about_time(row: Row) -> str:
    date = date_text(row.submitted)
    if not row.is_late:
        return f"Handed in at {date}." if date else ""
    when = f"This was handed in late, at {date}." if date else "This was handed in late."
    if not row.penalty:
        return f"{when} It loses no points for that."
    lost = f"{number_text(row.penalty)} point{'s' * (row.penalty != 1)}"
    return f"{when} It loses {lost} for that, so {number_text(total_of(row))} of {number_text(row.points)} count."


def _exercise(mark: Mark, is_marked: bool, hand: ByHand | None = None) -> Exercise:
    hand = hand or ByHand(mark.exercise)
    is_changed = hand.score is not None
    score = (hand.score if is_changed else mark.earned) or 0.0
    return Exercise(
        exercise=safe_line(mark.exercise),
        title=safe_line(mark.title),
        earned=round(score + hand.extra, 2) if is_marked or is_changed else None,
        points=mark.points,
        verdict=str(mark.verdict),
        said=verdict_text(mark.verdict, mark.earned) if is_marked else "not marked",
        probes=[_probe(finding) for finding in mark.findings],
        hint=_told(mark.hint) if is_marked and mark.verdict != Verdict.RIGHT else "",
        note=_told(mark.note) if is_marked else "",
        extra=mark.is_extra,
        by_hand=_about_change(mark, hand),
        comment=safe_text(hand.comment),
    )


def _about_change(mark: Mark, hand: ByHand) -> str:
    parts = []
    if hand.score is not None:
        given, instead = number_text(hand.score), number_text(mark.earned)
        parts.append(f"Your teacher gave {given} of {number_text(mark.points)} in place of {instead}.")
    if hand.extra:
        parts.append(f"Your teacher added {number_text(hand.extra)} as extra credit.")
    return " ".join(parts)


def _answer(hand: ByHand) -> Answer:
    is_marked = hand.score is not None
    said = "marked" if not hand.is_waiting else "your teacher will look at it again" if is_marked else _WAITS
    return Answer(
        name=safe_line(hand.name),
        title=safe_line(hand.title),
        earned=round((hand.score or 0.0) + hand.extra, 2) if is_marked else None,
        points=hand.points,
        said=said,
        comment=safe_text(hand.comment),
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
