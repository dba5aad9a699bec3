"""Read names by a regular expression of the teacher's, in a process of its own: a bad expression may never end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from d2l_helpers.errors import ArgumentError

__all__ = ["groups_in"]

_GROUPS = ("student", "attempt", "date", "late", "assignment")
_SECONDS = 10.0
_LONGEST = 1000  # characters of a path
_SEARCH = """
import json, re, sys
pattern, names = json.load(sys.stdin)
pattern = re.compile(pattern)
for name in names:
    match = pattern.search(name)
    print(json.dumps(match and match.groupdict()), flush=True)
"""
_EXAMPLE = "--names '(?P<student>[^/]+)/'"


@dataclass(frozen=True)
class _Done:
    """What the other process wrote."""

    output: str
    is_ended: bool


def groups_in(names: Iterable[str], expression: str) -> list[dict[str, str | None] | None]:
    """Search each name for an expression, and return its named groups; None where it is not found.

    Parameters
    ----------
    names : iterable of str
        Paths, relative to the folder that was searched, with slashes.
    expression : str
        With a group ``student``, and perhaps ``attempt``, ``date``, ``late`` and ``assignment``.

    Raises
    ------
    ArgumentError
        If the expression is wrong, or takes too long.
    """
    _require_usable(expression)
    texts = [name[:_LONGEST] for name in names]
    done = _search(expression, texts)
    found = [json.loads(line) for line in done.output.split("\n")[:-1]]  # the last may be cut off
    if not done.is_ended or len(found) < len(texts):
        raise _wrong(
            f"more than {_SECONDS:g} s, at {texts[min(len(found), len(texts) - 1)]!r}",
            "an expression that ends soon for every name",
            "avoid a repetition inside a repetition, such as (a+)+",
        )
    return found


def _require_usable(expression: str) -> None:
    try:
        groups = re.compile(expression).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        raise _wrong(f"{expression!r}: {error}", "a regular expression of Python's", f"try {_EXAMPLE}") from None
    unknown = sorted(set(groups) - set(_GROUPS))
    if unknown or "student" not in groups:
        raise _wrong(
            f"{expression!r} with the groups {', '.join(groups) or 'none'}",
            f"a group called student, and perhaps {', '.join(_GROUPS[1:])}",
            f"name the part that is the student's, as in {_EXAMPLE}",
        )


def _search(expression: str, texts: list[str]) -> _Done:
    command = [sys.executable, "-I", "-c", _SEARCH]
    asked = json.dumps([expression, texts])
    try:
        done = subprocess.run(
            command, input=asked, text=True, timeout=_SECONDS, capture_output=True, check=False, encoding="utf-8"
        )
        return _Done(done.stdout, done.returncode == 0)
    except subprocess.TimeoutExpired as stopped:
        output = stopped.stdout or b""
        return _Done(output.decode() if isinstance(output, bytes) else output, False)


def _wrong(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot read names with this expression.", got=got, expected=expected, remedy=remedy)
