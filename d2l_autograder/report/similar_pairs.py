"""Pairs of similar submissions, as ``d2l-grade similar`` leaves them in ``similar.json`` for the teacher's report."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from d2l_autograder.collect.reading import read_file
from d2l_helpers.errors import NotebookError, RecordError

__all__ = ["SimilarPair", "read_similar"]

_LARGEST = 16 << 20  # bytes
_ANCHOR = re.compile(r"[A-Za-z][\w-]{0,99}", re.ASCII)


@dataclass(frozen=True)
class SimilarPair:
    """Two submissions that share passages which neither the notebook nor the solutions have.

    Attributes
    ----------
    students : tuple of str
        The two students.
    assignment, exercise : str
        Where the passages are.
    share : float
        The share of the shorter answer that stands in the other one, too, from 0 to 1.
    anchor : str
        The part of ``similar.html`` that shows the passages; empty if there is none.
    """

    students: tuple[str, str]
    assignment: str
    exercise: str
    share: float
    anchor: str = ""


def read_similar(file: Path) -> list[SimilarPair] | None:
    """Read ``similar.json``, an object whose ``pairs`` are objects with the attributes of `SimilarPair`.

    Returns
    -------
    list of SimilarPair or None
        In the file's order; None if there is no such file.

    Raises
    ------
    RecordError
        If the file cannot be read, or holds anything else.
    """
    if not os.path.lexists(file):
        return None
    try:
        contents = read_file(file, _LARGEST)
        if len(contents) > _LARGEST:
            raise ValueError("too long")
        return [_pair(each) for each in json.loads(contents)["pairs"]]
    except (NotebookError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RecordError(
            "Cannot read which submissions are similar, so the report does not list them.",
            got=f"{file}: {getattr(error, 'got', None) or type(error).__name__}",
            expected="the file as d2l-grade similar writes it",
            remedy="run d2l-grade similar again, or delete the file",
        ) from error


def _pair(content: Any) -> SimilarPair:
    first, second = content["students"]
    assignment, exercise, share = content["assignment"], content["exercise"], content["share"]
    anchor = content.get("anchor", "")
    if not all(isinstance(text, str) for text in (first, second, assignment, exercise, anchor)):
        raise TypeError("something in place of a text")
    if type(content["students"]) is not list:
        raise TypeError("something in place of a list")
    if type(share) not in (int, float) or not 0 <= share <= 1:  # which NaN is not, either
        raise ValueError("something in place of a share")
    if anchor and not _ANCHOR.fullmatch(anchor):  # it becomes a link
        raise ValueError("something in place of an anchor")
    return SimilarPair((first, second), assignment, exercise, float(share), anchor)
