"""Check an answer, without a traceback of this package, and within a time limit where Python can be interrupted."""

from __future__ import annotations

import dis
import gc
import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FunctionType
from typing import Any

import numpy as np

from d2l_helpers.errors import explain
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import CheckResult, Exercise, NotYet
from d2l_helpers.exercises.expectations import describe
from d2l_helpers.exercises.hints import count_hint, hint_message, shown_hints
from d2l_helpers.exercises.key_text import solution_text
from d2l_helpers.exercises.progress import remember
from d2l_helpers.exercises.questions import show_unseen, warn_without_id
from d2l_helpers.exercises.solution import is_earned, solution_message
from d2l_helpers.exercises.time_limit import OutOfTime, call_limited
from d2l_helpers.messages import result_message, show
from d2l_helpers.panels.page import has_page

__all__ = ["check", "judge"]

_CPU_SECONDS = 1.5  # of this thread; the slowest right answers known, written as loops, need 0.9
# Ends answers that sleep, or wait for MXNet's other threads: 20 times as long, so that other programs may take 19 of 20
# turns before a right answer is refused
_WALL_SECONDS = 30.0
_MOST_PRINTED = 2000  # characters
# What the compilers of Python 3.11 to 3.14 make of a docstring and dots; any other step is the reader's
_IDLE = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}


def check(name: str, answer: Any) -> None:
    """Check an answer to an exercise and show the result; unless it is right, with a button for the next hint.

    After the third hint, the button offers the solution. The button is left out where no page can react to it: outside
    a notebook's kernel, and in a recorded notebook.

    Parameters
    ----------
    name : str
        The exercise, as in ``check("stable_softmax", stable_softmax)``.
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
        result = judge(exercise, answer)
    for text, stream in ((printed, sys.stdout), (warned, sys.stderr)):
        if said := text.getvalue():
            print(said.encode(errors="replace").decode(), end="", file=stream)  # a lone surrogate cannot be printed
    remember(result)
    if result.state != "right":
        show_unseen(exercise)
    if result.state != "not attempted":
        warn_without_id(exercise)
    if result.state != "right" and has_page():
        _show_with_hints(result)
    else:
        show(result_message(result))


def judge(exercise: Exercise, answer: Any) -> CheckResult:
    """Check an answer and return the result, whatever the answer does."""
    if not _is_attempt(answer):
        return CheckResult(exercise, "not attempted")
    if failure := _prepare(exercise):
        return CheckResult(exercise, "not yet", failure, "the data that this check needs")
    try:
        with _usual_settings(), _old_objects_frozen():
            return call_limited(_CPU_SECONDS, _WALL_SECONDS, lambda: _judge(exercise, answer))
    except OutOfTime as exceeded:
        return CheckResult(exercise, "not yet", f"no result after {exceeded}", "a result within a fraction of a second")
    except BaseException:  # raised by a handler in `_judge`, if the `__str__` of the answer's error raises an error
        return CheckResult(exercise, "not yet", "an error that cannot be shown", "a result")


def _show_with_hints(result: CheckResult) -> None:
    # Imported here, because it imports ipywidgets
    from d2l_helpers.panels.message_button import Below, show_with_button

    exercise = result.exercise
    seen, is_offered, is_solved = 0, False, False  # what stands below this message, and on its button

    def below(given: int) -> Below:
        nonlocal seen, is_offered
        seen, is_offered = given, False
        markup = "".join(hint_message(exercise, number)["text/html"] for number in range(1, given + 1))
        if is_solved:
            return Below(f"Solution of {exercise.name}", markup + solution_message(exercise)["text/html"], True)
        if given < len(exercise.hints):
            return Below(f"Next hint for {exercise.name}", markup, False)
        if is_earned(exercise) and solution_text(exercise):
            is_offered = True
            return Below(f"Show the solution of {exercise.name}", markup, False)
        return Below(f"No more hints for {exercise.name}", markup, True)

    def press() -> Below:
        nonlocal is_solved
        # A second press may be on its way when the last hint disables the button
        is_solved = is_solved or is_offered
        return below(seen if is_solved else count_hint(exercise))

    show_with_button(result_message(result), lambda: below(shown_hints(exercise)), press)


def _judge(exercise: Exercise, answer: Any) -> CheckResult:
    try:
        if exercise.kind == "written" and not callable(answer):
            raise NotYet(describe(answer), f"the function itself, as in check({exercise.name!r}, its_name)")
        exercise.check(answer)
    except NotYet as finding:
        return CheckResult(exercise, "not yet", str(finding.got), str(finding.expected))
    except OutOfTime:
        raise
    except BaseException as error:  # the learner's code may raise anything, SystemExit and KeyboardInterrupt too
        return CheckResult(exercise, "not yet", explain(error), "a result")
    return CheckResult(exercise, "right")


def _is_attempt(answer: Any) -> bool:
    """Return whether an answer is more than a stub: None, dots, or a function with only a docstring and dots."""
    if answer is None or answer is ...:
        return False
    if not isinstance(answer, FunctionType):
        return True
    is_idle = all(step.opname in _IDLE for step in dis.get_instructions(answer))
    return not is_idle or any(item is not None and item is not answer.__doc__ for item in answer.__code__.co_consts)


def _prepare(exercise: Exercise) -> str:
    """Load what a check needs; return what failed, if something did."""
    try:
        if exercise.prepare:
            exercise.prepare()
    except Exception as error:  # such as a dataset that cannot be downloaded
        return explain(error)
    return ""


@contextmanager
def _old_objects_frozen() -> Iterator[None]:
    """Let Python's garbage collector pass over all older objects; its time would count as the learner's.

    In a kernel with millions of objects, it takes longer than many an answer.
    """
    is_frozen_by_others = gc.get_freeze_count() > 0
    gc.freeze()
    try:
        yield
    finally:
        if not is_frozen_by_others:
            gc.unfreeze()


@contextmanager
def _usual_settings() -> Iterator[None]:
    """Check with MXNet in its NumPy mode, not recording, and without warnings; restore all of this afterwards."""
    from mxnet import autograd, util

    # MXNet's own `with` blocks would not undo what an answer changes inside them
    shape, array = util.is_np_shape(), util.is_np_array()
    recording, training = autograd.is_recording(), autograd.is_training()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a warning about the answer's nan would point to a line of this package
        try:
            util.set_np()
            autograd.set_recording(False)
            yield
        finally:
            util.set_np(shape, array)
            autograd.set_recording(recording)
            autograd.set_training(training)


class _Capped(io.StringIO):
    """Keeps the first 2,000 characters of what is printed."""

    _is_full = False

    def close(self) -> None:
        """Do nothing: an answer may close `sys.stdout`, which is this object during a check and is read afterwards."""

    def write(self, text: str) -> int:
        room = _MOST_PRINTED - self.tell()
        if not self._is_full:
            self._is_full = len(text) > room
            super().write(f"{text[:room]}…\n" if self._is_full else text)
        return len(text)
