"""Results of submissions, and their store: each result is written once, as a whole, and never overwritten."""

from __future__ import annotations

import dataclasses
import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from d2l_autograder.file_names import file_name
from d2l_autograder.sandbox import Verdict
from d2l_helpers.atomic import write_once
from d2l_helpers.errors import RecordError

__all__ = ["Finding", "Kept", "Mark", "Result", "Row", "Status", "Store"]


class Status(StrEnum):
    """What became of a submission as a whole.

    `SANDBOX_FAULT` is a fault of the sandbox, the key or the grader, as the result's detail says. Such a result is
    reported and not kept, so the next run marks the submission again. `MISSING` is a student of the roster who handed
    nothing in.
    """

    MARKED = "marked"
    DAMAGED = "damaged"
    SANDBOX_FAULT = "sandbox_fault"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """The outcome of one probe of an answer.

    Attributes
    ----------
    title : str
        What was tried.
    verdict : Verdict
        How the probe ended.
    got, expected : str
        In words, what the answer returned and should return; empty where it is right.
    """

    title: str
    verdict: Verdict
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Mark:
    """What one exercise earned.

    Attributes
    ----------
    exercise, title : str
        The exercise's name and heading.
    points, earned : float
        What the exercise is worth, and what the answer earned of it.
    verdict : Verdict
        `RIGHT`, or the verdict of the first probe that was not right.
    findings : tuple of Finding
        One for each probe that was run, in their order.
    hint : str
        The first hint, where the answer is not right.
    note : str
        What else the mark follows from: that the answer counts as it is after all cells, or that a cell stopped.
    """

    exercise: str
    title: str
    points: float
    earned: float
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    hint: str = ""
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What a submission earned.

    Attributes
    ----------
    student, assignment : str
        Who handed it in, and to which assignment.
    status : Status
        Whether it was marked.
    detail : str
        Why it was not marked, in words.
    marks : tuple of Mark
        One for each exercise; all 0 and not attempted where the submission is damaged.
    repairs : tuple of str
        What was repaired in the notebook before it was marked.
    digest : str
        The digest of all that the marks follow from; results with one digest should be equal.
    is_sandboxed : bool
        False where the student's code ran without a sandbox, and so could have changed its own mark.
    seconds : float
        How long marking took; comparisons of results leave it out.
    """

    student: str
    assignment: str
    status: Status
    detail: str = ""
    marks: tuple[Mark, ...] = ()
    repairs: tuple[str, ...] = ()
    digest: str = ""
    is_sandboxed: bool = True
    seconds: float = field(default=0.0, compare=False)

    @property
    def points(self) -> float:
        """What all exercises are worth together."""
        return sum(mark.points for mark in self.marks)

    @property
    def earned(self) -> float:
        """What all answers earned together."""
        return round(sum(mark.earned for mark in self.marks), 2)

    def as_json(self) -> str:
        """Write the result as JSON."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `as_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        content["marks"] = tuple(_mark(mark) for mark in content["marks"])
        content["repairs"] = tuple(content["repairs"])
        content["status"] = Status(content["status"])
        return cls(**content)


@dataclass(frozen=True)
class Row:
    """A result as reports show it, with what does not follow from the notebook.

    Attributes
    ----------
    result : Result
        The marks.
    submitted : datetime or None
        When the notebook was handed in, with a time zone, if anything tells.
    is_late : bool
        Whether it came after the due date, or the platform says that it is late.
    penalty : float
        What nbgrader's plugin for late submissions takes away.
    before : float or None
        What the submission had earned in an earlier run, where that differs.
    """

    result: Result
    submitted: datetime | None = None
    is_late: bool = False
    penalty: float = 0.0
    before: float | None = None


class Kept(StrEnum):
    """What became of a result that was handed to the store."""

    NEW = "new"
    SAME = "same"
    DIFFERENT = "different"


class Store:
    """A folder of results; safe for several graders at once.

    Parameters
    ----------
    folder : Path
        The folder; each result is named by student, assignment and digest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, student: str, assignment: str, digest: str) -> Result | None:
        """Return the kept result, or None."""
        file = self._file(student, assignment, digest)
        return _read(file) if file.exists() else None

    def keep(self, result: Result) -> Kept:
        """Keep a result. One of the same digest stays; a different result of that digest is put beside the first."""
        contents = result.as_json().encode(errors="replace")
        file = self._file(result.student, result.assignment, result.digest)
        if write_once(file, contents):
            return Kept.NEW
        written = Result.from_json(contents.decode())  # lone surrogates, which UTF-8 cannot encode, were replaced
        if _read(file) == written:
            return Kept.SAME
        for number in itertools.count(1):
            beside = file.with_suffix(f".differs-{number}.json")
            if write_once(beside, contents) or _read(beside) == written:
                break
        return Kept.DIFFERENT

    def _file(self, student: str, assignment: str, digest: str) -> Path:
        return self.folder / file_name(student) / f"{file_name(assignment)}-{digest[:16]}.json"


def _read(file: Path) -> Result:
    try:
        return Result.from_json(file.read_text())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            "Cannot read a kept result.",
            got=f"{file}: {type(error).__name__}",
            expected="a result as this program writes it",
            remedy="move the file away, and grade again",
        ) from error


def _mark(content: dict[str, Any]) -> Mark:
    findings = tuple(Finding(**{**found, "verdict": Verdict(found["verdict"])}) for found in content["findings"])
    return Mark(**{**content, "verdict": Verdict(content["verdict"]), "findings": findings})
