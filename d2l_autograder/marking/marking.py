"""Mark one submission: its functions run in a sandbox, and their results are judged here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from d2l_autograder.agreement import Raised, agree
from d2l_autograder.assignment import Assignment, Item
from d2l_autograder.key import KeyFault, Probe
from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_autograder.marking.reference import evaluate, on_mxnets_thread
from d2l_autograder.marking.sandboxed_answers import SandboxedAnswers
from d2l_autograder.marking.second_try import is_worth_a_second_try, last_cell_of
from d2l_autograder.marking.time_limits import TimeLimits
from d2l_autograder.marking.whose_variant import right_for_another, with_student_named
from d2l_autograder.random_generators import generator
from d2l_autograder.results import THE_ANSWER, Finding, Mark
from d2l_autograder.sandbox import Lost, Session, Verdict
from d2l_autograder.submission.submission import Submission
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.variants import marked_as

__all__ = ["Answers", "mark_answer", "mark_submission", "not_attempted"]

_MOST_CHARACTERS = 300
_IN_TIME = "a result in that time; look for a loop without an end, or for what is waited for"

Arguments = tuple[Any, ...]
RandomFor = Callable[..., np.random.Generator]


class Answers(Protocol):
    """A submission's answers, wherever they are."""

    def value(self, name: str) -> Any:
        """Return the value of an exercise's name; raises Lost."""

    def call(self, name: str, through: SandboxFunction | None, arguments: Arguments) -> Any:
        """Call the function of this name, or what is called in its place; raises Lost."""

    def alone(self, name: str, number: int) -> AbstractContextManager[Answers]:
        """Yield the answer of this name where nothing but its own cells has run."""


def mark_submission(
    submission: Submission,
    assignment: Assignment,
    secret: bytes,
    open_session: Callable[[], Session],
    student: str | None = None,
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
    student : str, optional
        Whose variant counts, whatever the notebook says; without an id, the chapter's own numbers do. The sandboxes
        of the session must be set up with the same id.

    Raises
    ------
    SandboxError
        If the sandbox fails by no fault of the student's.
    KeyFault
        If the key fails.
    """

    def random_for(*purpose: str) -> np.random.Generator:
        return generator(secret, assignment.name, submission.digest, *purpose)

    with marked_as(student or ""):
        marks = _mark_submission(submission, assignment, random_for, open_session)
        return with_student_named(marks, assignment.items, submission) if student else marks


def _mark_submission(
    submission: Submission, assignment: Assignment, random_for: RandomFor, open_session: Callable[[], Session]
) -> tuple[Mark, ...]:
    if not submission.attempted:
        return tuple(map(not_attempted, assignment.items))
    attempted = [item for item in assignment.items if item.exercise.name in submission.attempted]
    lasts = {item.exercise.name: last_cell_of(item, submission) for item in attempted}
    with open_session() as session:
        limits = TimeLimits(assignment, submission, session.limits.seconds)
        together = [item for item in attempted if lasts[item.exercise.name] is None]
        marks = _mark(together, SandboxedAnswers(session, submission, limits), random_for) if together else {}
        for item in attempted:
            if (last := lasts[item.exercise.name]) is not None:
                with session.beside() as own:
                    marks |= _mark([item], SandboxedAnswers(own, submission, limits, last=last), random_for)
        if lacking := [item for item in attempted if is_worth_a_second_try(item, marks, submission, assignment)]:
            with session.beside() as other:
                again = _mark(lacking, SandboxedAnswers(other, submission, limits, is_whole=True), random_for)
            marks |= {name: _after_all_cells(mark, marks[name]) for name, mark in again.items()}
    return tuple(marks.get(item.exercise.name) or not_attempted(item) for item in assignment.items)


def _mark(items: list[Item], answers: SandboxedAnswers, random_for: RandomFor) -> dict[str, Mark]:
    """Run a submission's cells, and mark some of its answers."""
    names = [item.exercise.name for item in items]
    answers.run(names, values=[item.exercise.name for item in items if item.exercise.kind != "written"])
    marks = {}
    for item in items:
        mark = mark_answer(item, answers, random_for, answers.named)
        if mark.verdict == Verdict.WRONG and (stop := answers.stop_behind(mark.exercise)):
            mark = replace(mark, note=_short(f"a cell that this answer needs has stopped: {stop}"))
        marks[mark.exercise] = mark
    return marks


def _after_all_cells(mark: Mark, first: Mark) -> Mark:
    """Return the better of two marks: after all cells, and after those that the answers need."""
    if mark.earned <= first.earned:
        return first
    before = next((f", {finding.got}" for finding in first.findings if finding.verdict != Verdict.RIGHT), "")
    said = str(first.verdict).replace("_", " ") + before
    note = f"marked after all cells had run; after only the cells that the answer seems to need, the result was: {said}"
    return replace(mark, note=_short(note))


def mark_answer(item: Item, answers: Answers, random_for: RandomFor, named: str = "") -> Mark:
    """Mark one exercise that was attempted.

    Parameters
    ----------
    item : Item
        The exercise and the key to it.
    answers : Answers
        The submission's answers.
    random_for : callable
        ``random_for(exercise, probe, number)`` returns the random generator for a probe's arguments.
    named : str, optional
        The student's id that the notebook names.
    """
    if item.exercise.kind != "written":
        findings, parts = [_check_value(item, answers, named)], 1
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
        hint="" if first == Verdict.RIGHT else item.exercise.told(item.exercise.hints[0]),
        is_extra=item.is_extra,
    )


def not_attempted(item: Item) -> Mark:
    """Return the mark of an exercise that was not attempted."""
    exercise = item.exercise
    hint, is_extra = exercise.told(exercise.hints[0]), item.is_extra
    return Mark(exercise.name, exercise.title, item.points, 0.0, Verdict.NOT_ATTEMPTED, (), hint, is_extra=is_extra)


def _check_value(item: Item, answers: Answers, named: str) -> Finding:
    """Run the public check on a number or letter: there is no hidden probe of these."""
    try:
        value = answers.value(item.exercise.name)
    except Lost as lost:
        return _lost(THE_ANSWER, lost)
    verdict = on_mxnets_thread(judge, item.exercise, value)
    if verdict.state == "right":
        return Finding(THE_ANSWER, Verdict.RIGHT)
    if verdict.state == "not attempted":
        return Finding(THE_ANSWER, Verdict.NOT_ATTEMPTED)
    whose = right_for_another(named, lambda: bool(on_mxnets_thread(judge, item.exercise, value).state == "right"))
    return Finding(THE_ANSWER, Verdict.WRONG, _short(verdict.got) + whose, _short(verdict.expected))


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
            drawn = probe.arguments(random_for(name, probe.title, str(number)))
            calls = drawn if isinstance(drawn, list) else [drawn]
            expected = _expected(item, probe, calls)
        except Exception as error:  # the key's code may raise anything
            raise _key_fault(item, probe, error) from error
        try:
            got = _results(name, probe, calls, answers)
        except Lost as lost:
            return _lost(probe.title, lost)
        except ArgumentError as error:  # arguments that cannot be sent into a sandbox
            raise _key_fault(item, probe, error) from error
        if not isinstance(drawn, list) and len(probe.sandboxes) == 1:
            got, expected = got[0], expected[0]
        finding = _compare(probe, got, expected, drawn)
        if finding.verdict != Verdict.RIGHT:
            return finding
    return Finding(probe.title, Verdict.RIGHT)


def _expected(item: Item, probe: Probe, calls: list[Arguments]) -> list[Any]:
    """Return the solution's results, in the order of `_results`."""
    results = []
    for arguments in calls:
        try:
            results.append(evaluate(item.answer.solution, probe.through, arguments))
        except Exception as error:
            if not probe.may_raise:
                raise
            results.append(Raised(f"{type(error).__name__}: {error}"))
    if all(isinstance(result, Raised) for result in results):
        raise ValueError("the solution raises an error at each call, as any answer could")
    return results * len(probe.sandboxes)


def _results(name: str, probe: Probe, calls: list[Arguments], answers: Answers) -> list[Any]:
    """Make a probe's calls; raises Lost."""
    results = []
    for place, number in enumerate(probe.sandboxes):
        step = -1 if place % 2 else 1  # in every second sandbox, the last call comes first
        with answers.alone(name, number) if number else nullcontext(answers) as those:
            results += [_result(name, probe, arguments, those) for arguments in calls[::step]][::step]
    return results


def _result(name: str, probe: Probe, arguments: Arguments, answers: Answers) -> Any:
    try:
        return answers.call(name, probe.through, arguments)
    except Lost as lost:
        if probe.may_raise and lost.verdict == Verdict.ERROR and not lost.is_over:
            return Raised(lost.message)
        raise


def _compare(probe: Probe, got: Any, expected: Any, arguments: Any) -> Finding:
    """Judge the results; only here may an exception count against the student."""
    try:
        if probe.judge:
            probe.judge(got, expected, arguments)
        elif isinstance(arguments, list) or len(probe.sandboxes) > 1:
            for number, (one, other) in enumerate(zip(got, expected, strict=True), start=1):
                agree(one, other, f"result {number} of {len(expected)}")
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
        remedy="repair the key; d2l-author try NOTEBOOK tries all of it",
    )


def _lost(title: str, lost: Lost) -> Finding:
    said = lost.message + (f" ({lost.line})" if lost.line else "")
    is_late = lost.verdict == Verdict.TIMEOUT
    return Finding(title, lost.verdict, _short(said), _IN_TIME if is_late else "a result")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"
