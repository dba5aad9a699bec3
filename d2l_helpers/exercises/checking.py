"""Check an answer: never a traceback of ours, and within two seconds where Python can be interrupted."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import numpy as np

from d2l_helpers.errors import explain
from d2l_helpers.exercises import ledger
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise, NotYet, Verdict
from d2l_helpers.exercises.expectations import describe
from d2l_helpers.exercises.feedback import show, verdict_message
from d2l_helpers.exercises.stub import is_untouched
from d2l_helpers.exercises.time_limit import OutOfTime, call_limited

__all__ = ["check", "judge"]

_SECONDS = 1.5
_MOST_PRINTED = 2000


def check(name: str, answer: Any, show_verdict: Callable[[Verdict], None] | None = None) -> None:
    """Check an answer to an exercise and show how it fares.

    Parameters
    ----------
    name : str
        The exercise, as in ``check("stable_softmax", stable_softmax)``.
    answer : object
        The function itself, or the number or letter.
    show_verdict : callable, optional
        Shows the verdict; as a message, if not given.

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
    if show_verdict:
        show_verdict(verdict)
    else:
        show(verdict_message(verdict))
    ledger.note(verdict)


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Find out how an answer fares; whatever it does, this gives a verdict."""
    try:
        with _usual_settings():
            return call_limited(_SECONDS, lambda: _judge(exercise, answer))
    except OutOfTime:
        return Verdict(exercise, "not yet", f"no result after {_SECONDS} seconds", "one within a fraction of a second")
    except BaseException:  # out of _judge's own handlers: the answer's errors fail when they are asked what they are
        return Verdict(exercise, "not yet", "an error that cannot be shown", "a result")


def _judge(exercise: Exercise, answer: Any) -> Verdict:
    try:
        if is_untouched(answer):
            return Verdict(exercise, "not attempted")
        if exercise.kind == "written" and not callable(answer):
            raise NotYet(describe(answer), f"the function itself, as in check({exercise.name!r}, its_name)")
        exercise.check(answer)
    except NotYet as finding:
        return Verdict(exercise, "not yet", str(finding.got), str(finding.expected))
    except OutOfTime:
        raise
    except BaseException as error:  # the learner's code may raise anything, SystemExit and KeyboardInterrupt too
        return Verdict(exercise, "not yet", explain(error), "a result")
    return Verdict(exercise, "right")


@contextmanager
def _usual_settings() -> Iterator[None]:
    """Check with MXNet in its NumPy mode, not recording, and without warnings; put all back as it was afterwards."""
    from mxnet import autograd, util

    # Not MXNet's own scopes: what an answer changes inside, they leave so
    shape, array = util.is_np_shape(), util.is_np_array()
    recording, training = autograd.is_recording(), autograd.is_training()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a nan is the answer's; a warning about it would name our line
        try:
            util.set_np()
            autograd.set_recording(False)
            yield
        finally:
            util.set_np(shape, array)
            autograd.set_recording(recording)
            autograd.set_training(training)


class _Capped(io.StringIO):
    """Keeps the beginning of what is printed."""

    _is_full = False

    def close(self) -> None:
        """Stay open: an answer may take it for the real stream and close it, and it is read afterwards."""

    def write(self, text: str) -> int:
        room = _MOST_PRINTED - self.tell()
        if not self._is_full:
            self._is_full = len(text) > room
            super().write(f"{text[:room]}…\n" if self._is_full else text)
        return len(text)
