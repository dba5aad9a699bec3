"""No hidden probe is right for what a sandbox can say without a right function."""

from __future__ import annotations

import dataclasses
import itertools
from contextlib import nullcontext

import numpy as np
import pytest
from autograder.marking.test_probes import ITEMS

from d2l_autograder.marking.marking import mark_answer
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.random_generators import generator
from d2l_autograder.sandbox import Lost, Verdict

EACH_PROBE = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name, item in ITEMS.items()
    for number in range(len(item.answer.probes))
]


class Says:
    """A sandbox that answers each call by a function of the call, and calls no answer."""

    def __init__(self, reply, solution):
        self.reply, self.solution = reply, solution
        self.before = None

    def call(self, name, through, arguments):
        said = self.reply(name, through, arguments, self)
        self.before = arguments
        return said

    def alone(self, name, number):
        return nullcontext(self)

    def right(self, through, arguments):
        """Return what the solution returns; raises Lost as a sandbox does."""
        try:
            return evaluate(self.solution, through, arguments)
        except Exception as error:
            raise Lost(Verdict.ERROR, f"{type(error).__name__}: {error}") from error


def error(*_):
    raise Lost(Verdict.ERROR, "ValueError: as asked")


def previous(name, through, arguments, sandbox):
    return None if sandbox.before is None else sandbox.right(through, sandbox.before)


def known(name, through, arguments, sandbox):
    """Return the right result as far as it was among the arguments, and zeros for the rest."""
    return _known(sandbox.right(through, arguments), arguments)


def _known(value, arguments):
    if any(_is_the_same(value, given) for given in arguments):
        return value
    if isinstance(value, tuple | list) and not all(isinstance(item, float | int) for item in value):
        return type(value)(_known(item, arguments) for item in value)
    return _of_the_same_form(value, 0)


def _is_the_same(value, given):
    if isinstance(value, np.ndarray) and isinstance(given, np.ndarray):
        return value.shape == given.shape and np.allclose(value, given)
    return type(value) is type(given) and repr(value) == repr(given)


def zeros(name, through, arguments, sandbox):
    return _of_the_same_form(sandbox.right(through, arguments), 0)


def ones(name, through, arguments, sandbox):
    return _of_the_same_form(sandbox.right(through, arguments), 1)


def _of_the_same_form(value, number):
    if isinstance(value, tuple | list):
        return type(value)(_of_the_same_form(item, number) for item in value)
    if isinstance(value, dict):
        return {key: _of_the_same_form(item, number) for key, item in value.items()}
    return np.full_like(value, number) if isinstance(value, np.ndarray) else type(value or 0)(number)


CONSTANTS = ([], True, False, None, "", {}, (), 0.0, 0, 1, -1, 2, 8, 0.5, float("nan"), float("inf"), [[]], [0], [True])
REPLIES = {
    **{repr(value): lambda *_, value=value: value for value in CONSTANTS},
    "an empty array": lambda *_: np.zeros(0),
    "the arguments": lambda name, through, arguments, sandbox: arguments,
    "the arguments as a list": lambda name, through, arguments, sandbox: list(arguments),
    "the arguments, twice": lambda name, through, arguments, sandbox: (arguments, arguments),
    "the first argument and all": lambda name, through, arguments, sandbox: (arguments[0], *arguments),
    "the first argument": lambda name, through, arguments, sandbox: arguments[0],
    "the last argument": lambda name, through, arguments, sandbox: arguments[-1],
    "the function's name": lambda name, through, arguments, sandbox: name,
    "an error": error,
    "the previous result": previous,
    "what is right of the arguments": known,
    "zeros of the right form": zeros,
    "ones of the right form": ones,
}


def earned(name, number, reply, secret=b"of this test"):
    """Mark one probe of an exercise by itself, as if it were the main case."""
    item = ITEMS[name]
    answer = dataclasses.replace(item.answer, probes=(item.answer.probes[number],))
    alone = dataclasses.replace(item, answer=answer)
    return mark_answer(alone, Says(reply, item.answer.solution), lambda *place: generator(secret, *place)).earned


@pytest.mark.parametrize(("name", "number"), EACH_PROBE)
def test_no_probe_is_right_for_constants_echoes_and_errors(name, number):
    assert earned(name, number, lambda name, through, arguments, sandbox: sandbox.right(through, arguments)) > 0
    for said, reply in REPLIES.items():
        assert earned(name, number, reply) == 0, said


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "number"), EACH_PROBE)
def test_no_probe_is_right_for_them_whatever_is_drawn(name, number):
    for (said, reply), secret in itertools.product(REPLIES.items(), range(2, 12)):
        assert earned(name, number, reply, bytes(secret)) == 0, (said, secret)


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "number"), EACH_PROBE)
def test_no_probe_is_right_for_any_small_number(name, number):
    for value in (*range(41), *np.linspace(0, 1, 41)):
        assert earned(name, number, lambda *_, value=value: value) == 0, value


def test_a_solution_that_only_raises_errors_is_refused():
    """An answer that raises an error at each call would be right."""
    from d2l_autograder.key import Answer, KeyFault, Probe

    def raises(x):
        raise ValueError

    probe = Probe("errors", lambda rng: [(1.0,), (2.0,)], may_raise=True)
    item = dataclasses.replace(ITEMS["take_step"], answer=Answer("raises", raises, (), (probe,)))
    with pytest.raises(KeyFault, match="an error at each call"):
        mark_answer(item, Says(error, raises), lambda *place: generator(b"s", *place))
