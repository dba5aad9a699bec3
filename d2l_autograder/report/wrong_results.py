"""Group wrong results that say the same, so that a class's most frequent mistakes can be counted.

A function is called with random inputs that differ for each submission, so "3 of 8 numbers are wrong" and "5 of 12
numbers are wrong" are one mistake. The number that a student gives as an answer is the mistake itself, and stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from d2l_autograder.report.text import safe_line
from d2l_autograder.results import THE_ANSWER, Finding
from d2l_autograder.sandbox import Verdict

__all__ = ["SharedResult", "is_wrong", "shared_results", "without_numbers"]

_NO_FAILURE = (Verdict.RIGHT, Verdict.NOT_ATTEMPTED)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?:\.(?=[\s,\]]))?"
_NUMBER = re.compile(rf"(?<![\w.])(?:0x[0-9a-f]+|[-+]?{_DIGITS})(?!\w|\.\d)", re.IGNORECASE)
_MANY = re.compile(r"…(?:[,\s]+…){5,}")  # an array's numbers, of which another submission has more


@dataclass(frozen=True)
class SharedResult:
    """A wrong result, and how many students got it.

    Attributes
    ----------
    got, expected : str
        In words; … stands for a number that is not the same for all of these students.
    students : int
        How many students got it, each counted once.
    """

    got: str
    expected: str
    students: int


@dataclass
class _Group:
    students: set[str] = field(default_factory=set)
    got: set[str] = field(default_factory=set)
    expected: Counter[str] = field(default_factory=Counter)


def is_wrong(finding: Finding) -> bool:
    """Return whether a probe was answered, and not rightly."""
    return finding.verdict not in _NO_FAILURE


def shared_results(findings: Iterable[tuple[str, Finding]]) -> list[SharedResult]:
    """Return the wrong results of one exercise, the most frequent first.

    Parameters
    ----------
    findings : iterable of (str, Finding)
        Students, and how a probe of their answer went; one student may have several findings.
    """
    groups: dict[str, _Group] = {}
    for student, finding in findings:
        if not finding.got or not is_wrong(finding):
            continue
        got, expected = safe_line(finding.got), safe_line(finding.expected)
        is_the_answer = finding.title == THE_ANSWER
        group = groups.setdefault(got if is_the_answer else without_numbers(got), _Group())
        group.students.add(student)
        group.got.add(got)
        group.expected[expected if is_the_answer else without_numbers(expected)] += 1
    shared = [
        SharedResult(group.got.pop() if len(group.got) == 1 else text, _first(group.expected), len(group.students))
        for text, group in groups.items()
    ]
    return sorted(shared, key=lambda each: (-each.students, each.got))


@lru_cache(maxsize=1 << 14)
def without_numbers(text: str) -> str:
    """Return a text with … for each number, and with the plural where the number decided between the two."""
    short = _MANY.sub("…, …, …", _NUMBER.sub("…", text))
    return short.replace("… numbers is ", "… numbers are ")


def _first(counted: Counter[str]) -> str:
    """Return the most frequent text; of several, the first by the alphabet."""
    return min(counted, key=lambda text: (-counted[text], text))
