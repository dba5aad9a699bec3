"""Mark one submission: its functions run in a sandbox, and their results are judged here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from d2l_autograder.agreement import agree
from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.key import KeyFault, Probe
from d2l_autograder.needed_cells import names_in
from d2l_autograder.random_generators import generator
from d2l_autograder.reference import evaluate, on_mxnets_thread
from d2l_autograder.results import Finding, Mark
from d2l_autograder.sandbox import Lost, Name, Session, Verdict
from d2l_autograder.sandbox_function import SandboxFunction
from d2l_autograder.submission import Submission
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.exercise import NotYet

__all__ = ["Answers", "mark_answer", "mark_submission", "not_attempted"]

_CALL_SECONDS = 5.0  # the public check has less than two seconds for all its calls together
_MOST_CHARACTERS = 300

RandomFor = Callable[..., np.random.Generator]


class Answers(Protocol):
    """A submission's answers, wherever they are."""

    def value(self, name: str) -> Any:
        """Return the value of an exercise's name; raises Lost."""

    def call(self, name: str, through: SandboxFunction | None, arguments: tuple[Any, ...]) -> Any:
        """Call the function of this name, or what is called in its place; raises Lost."""


def mark_submission(
    submission: Submission, assignment: Assignment, secret: bytes, open_session: Callable[[], Session]
) -> tuple[Mark, ...]:
    """Mark all exercises.

    Parameters
    ----------
    submission : Submission
        The submitted notebook.
    assignment : Assignment
        The notebook that was handed out, with its key.
    secret : bytes
        The course's secret.
    open_session : callable
        Opens a sandbox session, which this function closes.

    Raises
    ------
    SandboxError
        If the sandbox fails by no fault of the student's.
    KeyFault
        If the key fails.
    """

    def random_for(*purpose: str) -> np.random.Generator:
        return generator(secret, assignment.name, submission.digest, *purpose)

    if not submission.attempted:
        return tuple(map(not_attempted, assignment.items))
    with open_session() as session:
        answers = _InSandbox(session)
        answers.run(submission)
        return tuple(
            mark_answer(item, answers, random_for)
            if item.exercise.name in submission.attempted
            else not_attempted(item)
            for item in assignment.items
        )


def mark_answer(item: Item, answers: Answers, random_for: RandomFor) -> Mark:
    """Mark one exercise that was attempted.

    Parameters
    ----------
    item : Item
        The exercise and the key to it.
    answers : Answers
        The submission's answers.
    random_for : callable
        ``random_for(exercise, probe, number)`` returns the random generator for a probe's arguments.
    """
    if item.exercise.kind != "written":
        findings, parts = [_check_value(item, answers)], 1
    else:
        findings, parts = _run_probes(item, answers, random_for), len(item.answer.probes)
    right = sum(finding.verdict == Verdict.RIGHT for finding in findings)
    first = next((finding.verdict for finding in findings if finding.verdict != Verdict.RIGHT), Verdict.RIGHT)
    return Mark(
        exercise=item.exercise.name,
        title=item.exercise.title,
        points=item.points,
        earned=round(item.points * right / parts, 2),
        verdict=first,
        findings=tuple(findings),
        hint="" if first == Verdict.RIGHT else item.exercise.hints[0],
    )


def not_attempted(item: Item) -> Mark:
    """Return the mark of an exercise that was not attempted."""
    exercise = item.exercise
    return Mark(exercise.name, exercise.title, item.points, 0.0, Verdict.NOT_ATTEMPTED, (), exercise.hints[0])


def _check_value(item: Item, answers: Answers) -> Finding:
    """Run the public check on a number or letter: there is no hidden probe of these."""
    title = "the answer"
    try:
        value = answers.value(item.exercise.name)
    except Lost as lost:
        return _lost(title, lost)
    verdict = on_mxnets_thread(judge, item.exercise, value)
    if verdict.state == "right":
        return Finding(title, Verdict.RIGHT)
    state = Verdict.NOT_ATTEMPTED if verdict.state == "not attempted" else Verdict.WRONG
    return Finding(title, state, _short(verdict.got), _short(verdict.expected))


def _run_probes(item: Item, answers: Answers, random_for: RandomFor) -> list[Finding]:
    """Run the probes of a function; without the first, its main case, no other is run."""
    findings: list[Finding] = []
    for probe in item.answer.probes:
        findings.append(_run_probe(item, probe, answers, random_for))
        if findings[0].verdict != Verdict.RIGHT:
            break
    return findings


def _run_probe(item: Item, probe: Probe, answers: Answers, random_for: RandomFor) -> Finding:
    name = item.exercise.name
    for number in range(probe.draws):
        try:
            arguments = probe.arguments(random_for(name, probe.title, str(number)))
            expected = evaluate(item.answer.solution, probe.through, arguments)
        except Exception as error:  # the key's code may raise anything
            raise _key_fault(item, probe, error) from error
        try:
            got = answers.call(name, probe.through, arguments)
        except Lost as lost:
            return _lost(probe.title, lost)
        except ArgumentError as error:  # arguments that cannot be sent into a sandbox
            raise _key_fault(item, probe, error) from error
        finding = _compare(probe, got, expected, arguments)
        if finding.verdict != Verdict.RIGHT:
            return finding
    return Finding(probe.title, Verdict.RIGHT)


def _compare(probe: Probe, got: Any, expected: Any, arguments: tuple[Any, ...]) -> Finding:
    """Judge one result; only here may an exception count against the student."""
    try:
        if probe.judge:
            probe.judge(got, expected, arguments)
        else:
            agree(got, expected)
    except NotYet as finding:
        return Finding(probe.title, Verdict.WRONG, _short(str(finding.got)), _short(str(finding.expected)))
    except Exception:  # a judge fails on a result of a kind that its author did not think of
        return Finding(probe.title, Verdict.BAD_ANSWER, "a result of another kind", "the kind that is asked for")
    return Finding(probe.title, Verdict.RIGHT)


def _key_fault(item: Item, probe: Probe, error: Exception) -> KeyFault:
    return KeyFault(
        f"The answer key has failed at {item.exercise.name}, {probe.title}.",
        got=f"{type(error).__name__}: {error}",
        expected="arguments, and the solution's result for them",
        remedy="repair the key; pytest tests/autograder/test_probes.py tries all of it",
    )


def _lost(title: str, lost: Lost) -> Finding:
    said = lost.message + (f" ({lost.line})" if lost.line else "")
    return Finding(title, lost.verdict, _short(said), "a result")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"


class _InSandbox:
    """The answers of a submission whose cells run in a sandbox session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seconds = min(_CALL_SECONDS, session.limits.seconds)
        self._sent: dict[str, SandboxFunction] = {}
        self._given: dict[str, frozenset[str]] = {}  # the names that each cell assigns
        self._losses: dict[str, Lost] = {}

    def run(self, submission: Submission) -> None:
        """Run the cells that the answers need; the failure of a cell shows in the answers that it should define."""
        for cell in submission.cells():
            self._given[cell.id] = names_in(cell.source).given or submission.attempted
            try:
                self._session.run(cell.id, cell.source)
            except Lost as lost:
                self._losses[cell.id] = lost

    def value(self, name: str) -> Any:
        return self._ask(name, lambda: self._session.get(name).value)

    def call(self, name: str, through: SandboxFunction | None, arguments: tuple[Any, ...]) -> Any:
        if through is None:
            return self._ask(name, lambda: self._session.call(name, arguments, seconds=self._seconds).value)
        if self._sent.get(through.name) is not through:
            self._session.run(f"probe {through.name}", through.source)
            self._sent[through.name] = through
        given = (Name(name), *arguments)
        return self._ask(name, lambda: self._session.call(through.name, given, seconds=self._seconds).value)

    def _ask(self, name: str, ask: Callable[[], Any]) -> Any:
        """Ask for a result; where the name is missing, report the failure of the cell that should have defined it."""
        try:
            return ask()
        except Lost as lost:
            if lost.verdict != Verdict.NOT_ATTEMPTED:
                raise
            blamed = self._losses | self._session.guilty
            raise next((blamed[cell] for cell in blamed if name in self._given.get(cell, ())), lost) from None
