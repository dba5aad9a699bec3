"""Check an answer: never a traceback of ours, never longer than two seconds."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from types import FunctionType
from typing import Any

from d2l_helpers.errors import explain
from d2l_helpers.exercises import ledger
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.exercise import Exercise, NotYet, Verdict
from d2l_helpers.exercises.expectations import describe
from d2l_helpers.exercises.feedback import show_verdict
from d2l_helpers.exercises.time_limit import OutOfTime, time_limit

__all__ = ["check", "judge"]

_SECONDS = 1.5
_MOST_PRINTED = 2000


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
    printed = _Capped()
    with redirect_stdout(printed):
        verdict = judge(exercise, answer)
    if printed.getvalue():
        print(printed.getvalue(), end="")
    ledger.note(verdict)
    show_verdict(verdict)


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Find out how an answer fares; whatever it does, this gives a verdict."""
    try:
        with time_limit(_SECONDS):
            if _is_untouched(answer):
                return Verdict(exercise, "not attempted")
            if exercise.kind == "written" and not callable(answer):
                raise NotYet(describe(answer), f"the function itself, as in check({exercise.name!r}, its_name)")
            exercise.check(answer)
    except NotYet as finding:
        return Verdict(exercise, "not yet", finding.got, finding.expected)
    except OutOfTime:
        return Verdict(exercise, "not yet", f"no result after {_SECONDS} seconds", "one within a fraction of a second")
    except BaseException as error:  # the learner's code may raise anything, SystemExit too
        return Verdict(exercise, "not yet", explain(error), "a result")
    return Verdict(exercise, "right")


def _is_untouched(answer: Any) -> bool:
    """Tell whether an answer is a stub: nothing, the dots, or a function with no more than a docstring and dots."""
    if answer is None or answer is ...:
        return True
    return isinstance(answer, FunctionType) and _does_nothing(answer)


def _does_nothing(function: Callable[..., Any]) -> bool:
    code = function.__code__
    is_plain = not (code.co_names or code.co_freevars or code.co_cellvars or code.co_flags & _GENERATORS)
    arguments = code.co_argcount + code.co_kwonlyargcount
    return (
        is_plain
        and code.co_nlocals == arguments
        and set(code.co_consts) <= {function.__doc__, None}
        and not _uses(code)
    )


_GENERATORS = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR


def _uses(code: Any) -> bool:
    """Tell whether a function's code reads one of its arguments, or computes."""
    import dis

    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}
    return any(step.opname not in idle for step in dis.get_instructions(code))


class _Capped(io.StringIO):
    """Keeps the beginning of what is printed."""

    def write(self, text: str) -> int:
        room = _MOST_PRINTED - self.tell()
        if room > 0:
            super().write(text[:room] + ("…\n" if len(text) > room else ""))
        return len(text)
