"""Whose an item is, as its name says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Claim"]


@dataclass(frozen=True)
class Claim:
    """Whose an item is, apart from the attempt, the date and what else stands in its name.

    Attributes
    ----------
    student : str
        The student's id, or the name where a platform gives no id.
    name : str
        The student's full name, where a platform gives it beside the id.
    account : str
        What tells apart two students of one name, such as a platform's number.
    is_global : bool
        Whether the account is the same in all assignments of a student.
    own : str
        The file's own name, without what the platform puts before it; empty where that is all of the name.
    assignment : str
        What an expression found as the assignment's name.
    attempt : int
        The attempt's number, from 0.
    submitted : datetime or None
        When it was handed in, with a time zone.
    is_late : bool
        Whether the platform says that it is late.
    depth : int
        How many parts of the path lead to the student; 0 where that is not known.
    is_stamped : bool
        Whether a ``timestamp.txt`` beside the item is the platform's; where it is not, a student may have written it.
    may_have_group : bool
        Whether a group's name and a hyphen may stand before the student's.
    notes : tuple of str
        What the report says about it.
    """

    student: str
    name: str = ""
    account: str = ""
    is_global: bool = False
    own: str = ""
    assignment: str = ""
    attempt: int = 0
    submitted: datetime | None = None
    is_late: bool = False
    depth: int = 0
    is_stamped: bool = False
    may_have_group: bool = False
    notes: tuple[str, ...] = ()
