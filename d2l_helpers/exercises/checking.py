"""Check an answer: never a traceback of ours, and in two seconds all told."""

from __future__ import annotations

import dis
import io
import sys
import warnings
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from types import FunctionType
from typing import Any

import numpy as np

from d2l_helpers.errors import explain
from d2l_helpers.exercises import ledger
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise, NotYet, Verdict
from d2l_helpers.exercises.expectations import describe
from d2l_helpers.exercises.feedback import show_verdict
from d2l_helpers.exercises.time_limit import OutOfTime, call_limited

__all__ = ["check", "judge"]

_SECONDS = 1.5
_MOST_PRINTED = 2000
_GENERATORS = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
_IDLE = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}


def check(name: str, answer: Any) -> None:
    """Check an answer to an exercise and show how it fares.

    Parameters
    ----------
    name : str
        The exercise, as in ``check("softmax", softmax)``.
    answer : object
        The function itself, or the number or letter.

    Raises
    ------
    ArgumentError
        If there is no such exercise.
    """
    exercise = find(name)
    printed, warned = _Capped(), _Capped()
    with redirect_stdout(printed), redirect_stderr(warned):
        verdict = judge(exercise, answer)
    for text, stream in ((printed, sys.stdout), (warned, sys.stderr)):
        if text.getvalue():
            print(text.getvalue(), end="", file=stream)
    ledger.note(verdict)
    show_verdict(verdict)


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Find out how an answer fares; whatever it does, this gives a verdict."""
    try:
        return call_limited(_SECONDS, lambda: _judge(exercise, answer))
    except OutOfTime:
        return Verdict(exercise, "not yet", f"no result after {_SECONDS} seconds", "one within a fraction of a second")
    except BaseException:  # out of _judge's own handlers: the answer's errors fail when they are asked what they are
        return Verdict(exercise, "not yet", "an error that cannot be shown", "a result")


def _judge(exercise: Exercise, answer: Any) -> Verdict:
    try:
        if _is_untouched(answer):
            return Verdict(exercise, "not attempted")
        if exercise.kind == "written" and not callable(answer):
            raise NotYet(describe(answer), f"the function itself, as in check({exercise.name!r}, its_name)")
        with _usual_settings():
            exercise.check(answer)
    except NotYet as finding:
        return Verdict(exercise, "not yet", str(finding.got), str(finding.expected))
    except OutOfTime:
        raise
    except BaseException as error:  # the learner's code may raise anything, SystemExit too
        return Verdict(exercise, "not yet", explain(error), "a result")
    return Verdict(exercise, "right")


def _usual_settings() -> ExitStack:
    """Check with MXNet in its NumPy mode, not recording, and without warnings; put all back as it was afterwards."""
    from mxnet import autograd, util

    settings = ExitStack()
    settings.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")  # a nan is the answer's, a warning about it would name our line
    settings.enter_context(np.errstate(all="ignore"))
    # Not MXNet's own scopes: what an answer changes inside, they leave so
    settings.callback(util.set_np, util.is_np_shape(), util.is_np_array())
    settings.callback(autograd.set_recording, autograd.is_recording())
    util.set_np()
    autograd.set_recording(False)
    return settings


def _is_untouched(answer: Any) -> bool:
    """Tell whether an answer is a stub: nothing, the dots, or a function with no more than a docstring and dots."""
    if answer is None or answer is ...:
        return True
    return isinstance(answer, FunctionType) and _does_nothing(answer)


def _does_nothing(function: FunctionType) -> bool:
    code = function.__code__
    if code.co_names or code.co_freevars or code.co_cellvars or code.co_flags & _GENERATORS:
        return False
    is_idle = all(step.opname in _IDLE for step in dis.get_instructions(code))
    return is_idle and set(code.co_consts) <= {function.__doc__, None}


class _Capped(io.StringIO):
    """Keeps the beginning of what is printed."""

    _is_full = False

    def write(self, text: str) -> int:
        room = _MOST_PRINTED - self.tell()
        if not self._is_full:
            self._is_full = len(text) > room
            super().write(f"{text[:room]}…\n" if self._is_full else text)
        return len(text)
