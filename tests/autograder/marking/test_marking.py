"""Marking needs no sandbox: it asks `Answers` for results, judges them, and adds up the points."""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.doubled import HINTS, checks, double, number

from d2l_autograder.assignment import Item
from d2l_autograder.key import Answer, KeyFault, Probe, runs_in_sandbox
from d2l_autograder.marking.marking import mark_answer, not_attempted
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.random_generators import generator
from d2l_autograder.sandbox import Lost, Verdict
from d2l_helpers.errors import ArgumentError, SandboxError
from d2l_helpers.exercises.exercise import Exercise, NotYet

LOST = [verdict for verdict in Verdict if verdict not in (Verdict.RIGHT, Verdict.WRONG, Verdict.SANDBOX_FAULT)]


def exercise(name="double", kind="written", check=lambda answer: None):
    return Exercise(name, f"About {name}", kind, 1, check, HINTS)


def item(*probes, points=2.0, solution=double):
    return Item(exercise(), Answer("double", solution, (), probes or (Probe("numbers", number),)), points)


def value_item(check, kind="measured", points=2.0):
    return Item(exercise("value", kind, check), Answer("value", 3, ()), points)


@dataclass
class Recorded:
    """Answers that a function of this process gives; all that is asked is kept."""

    function: object = double
    asked: list = field(default_factory=list)

    def value(self, name):
        self.asked.append((name, None, ()))
        if isinstance(self.function, Exception):
            raise self.function
        return self.function

    def call(self, name, through, arguments):
        self.asked.append((name, through, arguments))
        if isinstance(self.function, Exception):
            raise self.function
        return evaluate(self.function, through, arguments)

    def alone(self, name, number):
        self.asked.append((name, "alone", number))
        return nullcontext(self)


def random_for(*purpose, secret=b"of this test"):
    return generator(secret, *purpose)


def mark(item, function=double, **options):
    return mark_answer(item, Recorded(function), lambda *purpose: random_for(*purpose, **options))


def probe_that_ends(verdict, title="probe"):
    """Make a probe whose judge decides for a verdict."""

    def judge(got, expected, arguments):
        if verdict == Verdict.WRONG:
            raise NotYet("something else", "the right thing")
        if verdict == Verdict.BAD_ANSWER:
            raise RuntimeError("a judge that cannot read this")

    return Probe(title, number, judge=judge)


def test_a_right_answer_earns_all_points_and_needs_no_hint():
    found = mark(item(Probe("one", number), Probe("other", number), points=3))
    assert (found.exercise, found.title) == ("double", "About double")
    assert (found.points, found.earned, found.verdict, found.hint) == (3, 3, Verdict.RIGHT, "")
    assert [(each.title, each.verdict, each.got, each.expected) for each in found.findings] == [
        ("one", Verdict.RIGHT, "", ""),
        ("other", Verdict.RIGHT, "", ""),
    ]


def test_a_wrong_answer_earns_nothing_and_gets_the_first_hint():
    found = mark(item(), lambda x: 3 * x)
    assert (found.earned, found.verdict, found.hint) == (0, Verdict.WRONG, HINTS[0])
    assert found.findings[0].got == "the result: a number that is wrong"
    assert found.findings[0].expected == "the right number"


outcomes = st.sampled_from([Verdict.RIGHT, Verdict.WRONG, Verdict.BAD_ANSWER])


@given(st.lists(outcomes, min_size=1, max_size=7), st.floats(0.01, 100).map(lambda points: round(points, 2)))
def test_points_follow_the_plain_rule_whatever_the_probes_find(verdicts, points):
    """The rule, word by word: nothing without the main case; else a like share for each probe that is right."""
    probes = [probe_that_ends(verdict, str(place)) for place, verdict in enumerate(verdicts)]
    found = mark(item(*probes, points=points))
    if verdicts[0] != Verdict.RIGHT:
        earned, tried, first = 0, verdicts[:1], verdicts[0]
    else:
        earned = round(points * sum(1 for verdict in verdicts if verdict == Verdict.RIGHT) / len(verdicts), 2)
        tried = verdicts
        not_right = [verdict for verdict in verdicts if verdict != Verdict.RIGHT]
        first = not_right[0] if not_right else Verdict.RIGHT
    assert found.earned == earned
    assert found.verdict == first
    assert [(each.title, each.verdict) for each in found.findings] == [(str(n), v) for n, v in enumerate(tried)]
    assert (found.hint == "") == (first == Verdict.RIGHT)
    assert first != Verdict.RIGHT or found.earned == points


@pytest.mark.parametrize(("points", "right", "earned"), [(1, 1, 0.33), (1, 2, 0.67), (2.66, 1, 0.89), (0.01, 1, 0)])
def test_points_are_rounded_to_hundredths(points, right, earned):
    verdicts = [Verdict.RIGHT] * right + [Verdict.WRONG] * (3 - right)
    found = mark(item(*(probe_that_ends(each, str(place)) for place, each in enumerate(verdicts)), points=points))
    assert found.earned == earned


def test_without_the_main_case_no_other_probe_is_asked():
    answers = Recorded(lambda x: 3 * x)
    mark_answer(item(Probe("main", number), Probe("other", number)), answers, random_for)
    assert len(answers.asked) == 1


@pytest.mark.parametrize("verdict", LOST)
def test_each_way_to_give_no_result_is_reported_and_earns_nothing(verdict):
    found = mark(item(), Lost(verdict, "what happened", "line 3: x / 0"))
    assert (found.earned, found.verdict) == (0, verdict)
    assert found.findings[0].got == "what happened (line 3: x / 0)"
    assert found.findings[0].expected.startswith("a result")
    assert ("loop without an end" in found.findings[0].expected) == (verdict == Verdict.TIMEOUT)


def test_what_is_said_of_a_failure_is_cut():
    assert len(mark(item(), Lost(Verdict.ERROR, "x" * 5000)).findings[0].got) < 310


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ZeroDivisionError, RecursionError, AssertionError])
def test_a_judge_that_fails_calls_the_result_bad_and_reveals_nothing(error):
    def judge(got, expected, arguments):
        raise error("3.14159, the solution")

    found = mark(item(Probe("numbers", number, judge=judge)))
    assert (found.earned, found.verdict) == (0, Verdict.BAD_ANSWER)
    assert "3.14159" not in repr(found)


def test_a_judge_sees_result_solution_and_arguments():
    seen = []
    probe = Probe("numbers", number, judge=lambda *given: seen.append(given), draws=1)
    mark(item(probe), lambda x: "text")
    ((got, expected, arguments),) = seen
    assert (got, expected) == ("text", 2 * arguments[0])


def test_every_draw_must_be_right():
    calls = itertools.count()
    found = mark(item(Probe("numbers", number, draws=5)), lambda x: 2 * x if next(calls) < 4 else 0)
    assert (found.verdict, found.earned, next(calls)) == (Verdict.WRONG, 0, 5)


def test_probes_and_draws_are_asked_in_their_order():
    @runs_in_sandbox
    def twice(function, x):
        return function(function(x))

    answers = Recorded()
    probes = Probe("one", number, draws=2), Probe("two", number, through=twice, draws=1), Probe("three", number)
    mark_answer(item(*probes), answers, random_for)
    assert [through for _, through, _ in answers.asked] == [None, None, twice, None, None]
    drawn = [(title, count) for title, draws in (("one", 2), ("two", 1), ("three", 2)) for count in range(draws)]
    assert [arguments for _, _, arguments in answers.asked] == [
        number(random_for("double", title, str(count))) for title, count in drawn
    ]


def arguments_of(secret, submission="digest"):
    answers = Recorded()
    mark_answer(item(), answers, lambda *purpose: random_for(submission, *purpose, secret=secret))
    return [arguments for _, _, arguments in answers.asked]


def test_one_secret_draws_the_same_arguments_again_and_another_secret_others():
    assert arguments_of(b"one") == arguments_of(b"one")
    found = [arguments_of(b"one"), arguments_of(b"two"), arguments_of(b"one", "another submission")]
    assert len({repr(each) for each in found}) == 3


@pytest.mark.parametrize(
    "broken",
    [
        item(Probe("numbers", lambda rng: 1 / 0)),
        item(solution=lambda x: 1 / 0),
        item(solution=lambda x: object()),
        item(Probe("numbers", number, through=runs_in_sandbox(lambda function, x: function(x, x)))),
        item(Probe("numbers", lambda rng: 5)),
    ],
    ids=["arguments", "solution", "result", "through", "no tuple"],
)
def test_a_key_that_fails_is_no_verdict_on_the_student(broken):
    with pytest.raises(KeyFault, match="double, numbers"):
        mark(broken)


def test_arguments_that_cannot_be_sent_are_the_keys_fault():
    cannot_send = ArgumentError("Cannot send", got="a set", expected="a list", remedy="send a list")
    with pytest.raises(KeyFault, match="Cannot send"):
        mark(item(), cannot_send)


def test_a_sandbox_that_fails_is_no_verdict_on_the_student():
    with pytest.raises(SandboxError):
        mark(item(), SandboxError("It broke", got="a", expected="b", remedy="c"))


@pytest.mark.parametrize("kind", ["measured", "predicted"])
def test_a_value_is_judged_by_the_public_check(kind):
    right, wrong = (mark(value_item(checks, kind), value) for value in (3, 4))
    assert (right.earned, right.verdict, right.hint) == (2, Verdict.RIGHT, "")
    assert (wrong.earned, wrong.verdict, wrong.hint) == (0, Verdict.WRONG, HINTS[0])
    (finding,) = wrong.findings
    assert (finding.title, finding.got, finding.expected) == ("the answer", "got 4", "three")


def test_a_value_that_is_still_the_stub_is_not_attempted():
    found = mark(value_item(checks), ...)
    assert (found.earned, found.verdict) == (0, Verdict.NOT_ATTEMPTED)


@pytest.mark.parametrize("verdict", LOST)
def test_a_value_that_does_not_come_earns_nothing(verdict):
    found = mark(value_item(checks), Lost(verdict, "nothing came"))
    assert (found.earned, found.verdict, found.findings[0].got) == (0, verdict, "nothing came")


def test_what_was_not_attempted_earns_nothing_and_gets_the_first_hint():
    found = not_attempted(item(points=4))
    assert (found.points, found.earned, found.verdict) == (4, 0, Verdict.NOT_ATTEMPTED)
    assert (found.findings, found.hint) == ((), HINTS[0])


def test_arrays_reach_the_judge_as_numpys():
    seen = []
    probe = Probe("arrays", lambda rng: (rng.normal(size=3),), judge=lambda *given: seen.extend(given[:2]), draws=1)
    mark(item(probe))
    assert [type(each) for each in seen] == [np.ndarray] * 2
    assert seen[1].dtype == np.float32


def several(rng):
    return [(float(x),) for x in rng.uniform(-2, 2, 4)]


def root(x):
    if x < 0:
        raise ValueError("no root")
    return x**0.5


def signs(rng):
    return [(float(x),) for x in rng.permutation([-2, -1, 1, 2]) * rng.uniform(1, 2)]


ROOTS = item(Probe("roots", signs, may_raise=True), solution=root)


def test_several_calls_are_made_one_by_one_and_all_must_be_right():
    answers = Recorded()
    assert mark_answer(item(Probe("several", several, draws=1)), answers, random_for).verdict == Verdict.RIGHT
    assert [arguments for _, _, arguments in answers.asked] == several(random_for("double", "several", "0"))
    calls = itertools.count()
    found = mark(item(Probe("several", several, draws=1)), lambda x: 2 * x if next(calls) < 3 else 0)
    assert (found.verdict, found.findings[0].got) == (Verdict.WRONG, "result 4 of 4: a number that is wrong")


def test_a_judge_of_several_calls_sees_all_results_and_arguments():
    seen = []
    mark(item(Probe("several", several, judge=lambda *given: seen.append(given), draws=1)))
    ((got, expected, calls),) = seen
    assert got == expected == [2 * x for (x,) in calls]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [(root, Verdict.RIGHT), (lambda x: abs(x) ** 0.5, Verdict.WRONG), (lambda x: 1 / 0, Verdict.WRONG)],
    ids=["an error where there is one", "no error", "an error always"],
)
def test_an_error_that_is_asked_for_must_come_there_and_nowhere_else(answer, verdict):
    def try_each(x):
        try:
            return answer(x)
        except Exception as error:
            raise Lost(Verdict.ERROR, str(error)) from error

    class InASandbox(Recorded):
        def call(self, name, through, arguments):
            return try_each(*arguments)

    assert mark_answer(ROOTS, InASandbox(), random_for).verdict == verdict


@pytest.mark.parametrize(
    "lost", [Lost(Verdict.ERROR, "it ended", is_over=True), Lost(Verdict.TIMEOUT, "late"), Lost(Verdict.DIED, "died")]
)
def test_an_answer_that_ends_its_sandbox_has_raised_no_error(lost):
    assert mark(ROOTS, lost).verdict == lost.verdict


@pytest.mark.parametrize("sandboxes", [(0,), (1,), (0, 1), (1, 2, 3)])
def test_every_second_sandbox_makes_the_calls_in_the_opposite_order(sandboxes):
    answers, seen = Recorded(), []
    probe = Probe("alone", several, judge=lambda *given: seen.append(given), draws=1, sandboxes=sandboxes)
    mark_answer(item(probe), answers, random_for)
    calls = several(random_for("double", "alone", "0"))
    expected = []
    for place, sandbox in enumerate(sandboxes):
        expected += [("double", "alone", sandbox)] * (sandbox > 0)
        expected += [("double", None, call) for call in (reversed(calls) if place % 2 else calls)]
    assert answers.asked == expected
    ((got, wanted, arguments),) = seen
    assert got == wanted == [2 * x for (x,) in calls] * len(sandboxes)
    assert arguments == calls


def test_one_call_in_one_sandbox_of_its_own_is_judged_as_one():
    assert mark(item(Probe("alone", number, sandboxes=(1,)))).verdict == Verdict.RIGHT
    assert mark(item(Probe("alone", number, sandboxes=(0, 1)))).verdict == Verdict.RIGHT
    assert mark(item(Probe("alone", number, sandboxes=(0, 1))), lambda x: x).verdict == Verdict.WRONG
