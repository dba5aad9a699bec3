"""One submission's marks: its functions run in a sandbox, and what they give is judged here."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from d2l_autograder.agreement import agree
from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.needed_cells import names_in
from d2l_autograder.random_generators import generator
from d2l_autograder.reference import evaluate, on_mxnets_thread
from d2l_autograder.results import Finding, Mark
from d2l_autograder.sandbox import Lost, Name, Session, Verdict
from d2l_autograder.submission import Submission
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.exercise import NotYet

__all__ = ["Answers", "mark_answer", "mark_submission"]

_CALL_SECONDS = 5.0  # the public check gives all its calls together less than two
_MOST_LETTERS = 300


class Answers(Protocol):
    """A submission's answers, wherever they are."""

    def value(self, name: str) -> Any:
        """Give what an exercise's name stands for; raises Lost."""

    def call(self, name: str, through: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> Any:
        """Call the function of this name, or what is called in its place; raises Lost."""


Draw = Callable[..., np.random.Generator]


def mark_submission(
    submission: Submission, assignment: Assignment, secret: bytes, open_session: Callable[[], Session]
) -> tuple[Mark, ...]:
    """Mark all exercises.

    Parameters
    ----------
    submission : Submission
        What was handed in.
    assignment : Assignment
        What was handed out, with its key.
    secret : bytes
        The course's.
    open_session : callable
        Gives a session; it is closed here.

    Raises
    ------
    SandboxError
        If the sandbox fails by no fault of the student's.
    ArgumentError
        If the key fails.
    """

    def draw(*place: str) -> np.random.Generator:
        return generator(secret, assignment.name, submission.digest, *place)

    if not submission.attempted:
        return tuple(map(not_attempted, assignment.items))
    with open_session() as session:
        answers = _InSandbox(session)
        answers.run(submission)
        return tuple(
            mark_answer(item, answers, draw) if item.exercise.name in submission.attempted else not_attempted(item)
            for item in assignment.items
        )


def mark_answer(item: Item, answers: Answers, draw: Draw) -> Mark:
    """Mark one exercise to which there is an answer.

    Parameters
    ----------
    item : Item
        The exercise and the key to it.
    answers : Answers
        Where the submission's answer is.
    draw : callable
        ``draw(exercise, probe, number)`` gives the random generator for a probe's arguments.
    """
    if item.exercise.kind != "written":
        findings = [_check_value(item, answers)]
    else:
        findings = []
        for probe in item.answer.probes:
            findings.append(_try(item, probe, answers, draw))
            if findings[0].verdict != Verdict.RIGHT:
                break
    right = sum(finding.verdict == Verdict.RIGHT for finding in findings)
    parts = len(item.answer.probes) if item.exercise.kind == "written" else 1
    earned = round(item.points * right / parts, 2)
    first = next((finding.verdict for finding in findings if finding.verdict != Verdict.RIGHT), Verdict.RIGHT)
    hint = "" if first == Verdict.RIGHT else item.exercise.hints[0]
    return Mark(item.exercise.name, item.exercise.title, item.points, earned, first, tuple(findings), hint)


def not_attempted(item: Item) -> Mark:
    """Mark an exercise to which there is no answer."""
    exercise = item.exercise
    return Mark(exercise.name, exercise.title, item.points, 0.0, Verdict.NOT_ATTEMPTED, (), exercise.hints[0])


def _check_value(item: Item, answers: Answers) -> Finding:
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


def _try(item: Item, probe: Any, answers: Answers, draw: Draw) -> Finding:
    for number in range(probe.draws):
        arguments, expected = _posed(item, probe, draw(item.exercise.name, probe.title, str(number)))
        try:
            got = answers.call(item.exercise.name, probe.through, arguments)
            if probe.judge:
                probe.judge(got, expected, arguments)
            else:
                agree(got, expected)
        except Lost as lost:
            return _lost(probe.title, lost)
        except NotYet as finding:
            return Finding(probe.title, Verdict.WRONG, _short(str(finding.got)), _short(str(finding.expected)))
        except Exception:  # a judge met an answer of a kind that it cannot read
            return Finding(probe.title, Verdict.BAD_ANSWER, "a result of another kind", "the kind that is asked for")
    return Finding(probe.title, Verdict.RIGHT)


def _posed(item: Item, probe: Any, rng: np.random.Generator) -> tuple[tuple[Any, ...], Any]:
    """Draw a probe's arguments, and give what the solution makes of them."""
    try:
        arguments = probe.arguments(rng)
        return arguments, evaluate(item.answer.solution, probe.through, arguments)
    except Exception as error:
        raise ArgumentError(
            f"The answer key has failed at {item.exercise.name}, {probe.title}.",
            got=f"{type(error).__name__}: {error}",
            expected="arguments, and what the solution gives for them",
            remedy="mend the key; pytest tests/autograder/test_key.py tries all of it",
        ) from error


def _lost(title: str, lost: Lost) -> Finding:
    said = lost.message + (f" ({lost.line})" if lost.line else "")
    return Finding(title, lost.verdict, _short(said), "a result")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]} …"


class _InSandbox:
    """The answers of a submission, in a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seconds = min(_CALL_SECONDS, session.limits.seconds)
        self._through: set[str] = set()
        self._given: dict[str, frozenset[str]] = {}  # the names that each cell gives a value
        self._losses: dict[str, Lost] = {}

    def run(self, submission: Submission) -> None:
        """Run the cells that the answers need; what goes wrong in one shows in the answers that it lacks."""
        for cell in submission.cells():
            self._given[cell.id] = names_in(cell.source).given or submission.attempted
            try:
                self._session.run(cell.id, cell.source)
            except Lost as lost:
                self._losses[cell.id] = lost

    def value(self, name: str) -> Any:
        return self._asked(name, lambda: self._session.get(name).value)

    def call(self, name: str, through: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> Any:
        if through is None:
            return self._asked(name, lambda: self._session.call(name, arguments, seconds=self._seconds).value)
        called = through.__name__
        if called not in self._through:
            self._session.run(f"probe {called}", textwrap.dedent(inspect.getsource(through)))
            self._through.add(called)
        given = (Name(name), *arguments)
        return self._asked(name, lambda: self._session.call(called, given, seconds=self._seconds).value)

    def _asked(self, name: str, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Lost as lost:
            if lost.verdict != Verdict.NOT_ATTEMPTED:
                raise
            blamed = self._losses | self._session.guilty
            raise next((blamed[cell] for cell in blamed if name in self._given.get(cell, ())), lost) from None
