"""What is tried of one exercise; each function returns what is wrong, in words, and nothing if all is well."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from d2l_autograder.assignment import Item
from d2l_autograder.key.answer import Wrong
from d2l_autograder.random_generators import generator
from d2l_autograder.sandbox import Verdict
from d2l_autograder.trial.in_this_process import mark
from d2l_helpers.exercises.checking import judge
from d2l_helpers.exercises.expectations import digest_of
from d2l_helpers.variants import marked_as

__all__ = [
    "drawing_problem",
    "label_of",
    "solution_problem",
    "solutions_probes_problem",
    "undue_points_problem",
    "variants_problem",
    "wrong_answer_problem",
    "wrong_answers_probes_problem",
]

_CONSTANTS: tuple[Any, ...] = (0.0, 1.0, True, None, "a", [], {})
_ODD_NUMBERS: tuple[Any, ...] = (math.nan, math.inf, -math.inf, 0.0, 1e-308, 1e308, 10**18, True)
_ODD_OTHERS: tuple[Any, ...] = (
    "",
    "abcd",
    [],
    {},
    [math.nan],
    [[0.5], [1, 2]],
    np.linspace(0, 1, 100),
    np.ones((0, 5)),
)
_SECRETS = (b"one", b"two")
_STUDENTS = tuple(f"student {number}" for number in range(40))


def label_of(wrong: Wrong) -> str:
    """Return the name of a wrong answer: its function's, or the value."""
    return str(getattr(wrong.answer, "__name__", None) or repr(wrong.answer))


def solution_problem(item: Item) -> str:
    """Ask the public check for the solution."""
    exercise, solution = item.exercise, item.answer.solution
    found = judge(exercise, solution)
    if found.state == "right":
        return ""
    said = f"the check says {found.state}: got {found.got}, expected {found.expected}"
    if exercise.kind == "predicted" and isinstance(solution, str):
        said += f". The digest of {solution!r} is {digest_of(exercise.name, solution)!r}"
    return said


def wrong_answer_problem(item: Item, wrong: Wrong) -> str:
    """Ask the public check for a wrong answer: it must be refused with the message that was intended."""
    found = judge(item.exercise, wrong.answer)
    said = f"{found.got}\n{found.expected}"
    check: Callable[[Any], object] = item.exercise.check  # a teacher's may return something
    if found.state == "right" and (returned := check(wrong.answer)) is not None:
        return f"the check says right; it returned {returned!r:.50}, which counts for nothing: expect(…) raises NotYet"
    if found.state != "not yet":
        return f"the check says {found.state}"
    if wrong.message not in said:
        return f"the check says got {found.got}, expected {found.expected}; {wrong.message!r} is not in it"
    if "d2l_helpers" in said or "Traceback" in said:
        return f"the check names its own code: {said}"
    return ""


def variants_problem(item: Item) -> str:
    """Ask the public check for what students with ids of their own would answer."""
    exercise, answer = item.exercise, item.answer
    for student in _STUDENTS:
        with marked_as(student):
            numbers = exercise.variant.asked()[0] if exercise.variant else ""
            if (found := judge(exercise, answer.of_student(exercise))).state != "right":
                return f"{numbers}: the check says {found.state}: got {found.got}, expected {found.expected}"
            for wrong in answer.wrong:
                if judge(exercise, wrong.of_student(exercise)).state != "not yet":
                    return f"{numbers}: the wrong answer {wrong.of_student(exercise)!r:.100} is not refused"
    return ""


def solutions_probes_problem(item: Item, secrets: tuple[bytes, ...] = _SECRETS) -> str:
    """Mark the solution, which must earn all points whatever is drawn."""
    for secret in secrets:
        found = mark(item, item.answer.solution, secret)
        if (found.verdict, found.earned) != (Verdict.RIGHT, item.points):
            finding = next(one for one in found.findings if one.verdict != Verdict.RIGHT)
            return f"the probe {finding.title!r} says {finding.verdict}: got {finding.got}, expected {finding.expected}"
    return ""


def wrong_answers_probes_problem(item: Item, wrong: Wrong, secrets: tuple[bytes, ...] = _SECRETS) -> str:
    """Mark a wrong answer, which must earn what its author says, and never all."""
    for secret in secrets:
        found = mark(item, wrong.answer, secret)
        if found.verdict == Verdict.RIGHT:
            return "it passes all probes: add one that it fails"
        if abs(found.earned - wrong.earns * item.points) > 0.01:
            return (
                f"it earns {found.earned / item.points:.3g} of the points, and earns={wrong.earns:.3g} says otherwise"
            )
    return ""


def undue_points_problem(item: Item) -> str:
    """Mark answers that nobody thinks about: constants, arguments as they came, and odd values earn nothing."""
    undue: list[tuple[str, Any]] = [(repr(value)[:30], value) for value in (*_ODD_NUMBERS, *_ODD_OTHERS)]
    if item.exercise.kind == "written":
        echoes = [("the first argument", lambda *given: given[0]), ("the last argument", lambda *given: given[-1])]
        undue = [(f"always {value!r}", lambda *_, value=value: value) for value in _CONSTANTS]
        undue = list(itertools.chain(echoes, undue))
    for name, answer in undue:
        if earned := mark(item, answer).earned:
            return f"{name} as the answer earns {earned:g} points"
    return ""


def drawing_problem(item: Item) -> str:
    """Draw the arguments of probes for several submissions: they must differ, and be the same for the same one."""
    for probe in item.answer.probes:
        drawn = [repr(probe.arguments(generator(bytes([number])))) for number in range(4)]
        if len(set(drawn)) < len(drawn):
            return f"the probe {probe.title!r} draws the same arguments for several submissions; draw them from rng"
        if repr(probe.arguments(generator(bytes([0])))) != drawn[0]:
            return f"the probe {probe.title!r} draws other arguments for the same submission; draw them from rng alone"
    return ""
