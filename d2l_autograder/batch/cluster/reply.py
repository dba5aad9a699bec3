"""What workers reply, checked: a worker is fit if it would mark as this machine does; a result must be what was asked.

A worker is trusted as far as its machine is, and may still be broken, old or confused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from d2l_autograder.batch.marker import Marker
from d2l_autograder.digest import environment, packages_digest
from d2l_autograder.results import Result, Status
from d2l_autograder.submission.submission import digest_of

__all__ = ["Reply", "Unfit", "checked_result", "require_same_course", "require_same_program"]

_LONGEST = 16 << 20  # characters of a result, as in the store
_MOST_SHOWN = 300


class Unfit(Exception):
    """Why a worker cannot mark, and what to do on its machine.

    Attributes
    ----------
    why, remedy : str
        In words for the teacher.
    """

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}; {remedy}")
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Reply:
    """What a worker returned for a submission.

    Attributes
    ----------
    result : Result or None
        The result; None where the worker has to open the course again.
    may_try : bool
        Whether the worker failed, and another one may not.
    """

    result: Result | None
    may_try: bool = False


def require_same_program(text: str) -> None:
    """Compare what `task.describe` returned with this machine; raises Unfit."""
    found = _object(text)
    if found.get("environment") != environment():
        raise Unfit(
            f"it has {found.get('environment')!s:.{_MOST_SHOWN}}, and this machine {environment()}",
            "install the same versions there, as make cluster does",
        )
    if found.get("packages") != packages_digest():
        raise Unfit("it has another version of this project", "check out the same commit there, and restart the worker")


def require_same_course(text: str, marker: Marker) -> None:
    """Compare what `task.open_course` returned with the course on this machine; raises Unfit."""
    found, assignments = _object(text), marker.assignments
    keys = {name: one.key.digest for name, one in assignments.items()}
    if "keys" in found and found["keys"] != keys:
        raise Unfit(
            "it has another answer key, with another digest",
            "copy the key's folder there, or name its own copy by the variable D2L_ANSWERS, and restart the worker",
        )
    if "fault" in found:
        raise Unfit(f"{found['fault']!s:.{_MOST_SHOWN}}", f"{found.get('remedy')!s:.{_MOST_SHOWN}}")
    if found.get("digests") != {name: marker.digest(one, b"", "") for name, one in assignments.items()}:
        raise Unfit("it would mark otherwise than this machine", "compare both machines with d2l-helpers doctor")


def checked_result(text: Any, marker: Marker, student: str, name: str, contents: bytes) -> Reply:
    """Read what `task.mark_task` returned; raises Unfit unless it is a result of this submission."""
    found = _object(text)
    if found.get("is_closed") is True:
        return Reply(None)
    try:
        result = Result.from_json(found["result"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _nonsense(type(error).__name__) from error
    if (result.student, result.assignment) != (student, name):
        raise _nonsense("a result of another submission")
    if result.status == Status.SANDBOX_FAULT:
        return Reply(result, may_try=found.get("may_try") is not False)
    _require_marks(result, marker, contents)
    return Reply(result)


def _require_marks(result: Result, marker: Marker, contents: bytes) -> None:
    assignment = marker.assignments[result.assignment]
    digests = {
        Status.MARKED: marker.digest(assignment, contents, result.student),
        Status.DAMAGED: digest_of(result.detail.encode(errors="surrogatepass")),
    }
    if result.digest != digests.get(result.status) or not result.is_sandboxed:
        raise _nonsense("a result of another file, or without a sandbox")
    worth = [(item.exercise.name, item.points, item.is_extra) for item in assignment.items]
    if [(mark.exercise, mark.points, mark.is_extra) for mark in result.marks] != worth:
        raise _nonsense("other exercises or points")
    if any(mark.earned > mark.points for mark in result.marks):
        raise _nonsense("more points than there are")


def _object(text: Any) -> dict[str, Any]:
    """Read a JSON object; raises Unfit for anything else."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise _nonsense(type(text).__name__)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _nonsense(type(error).__name__) from error
    if not isinstance(found, dict):
        raise _nonsense(type(found).__name__)
    return found


def _nonsense(got: str) -> Unfit:
    return Unfit(
        f"it replied what is no result of this submission ({got})", "restart the worker; if it happens again, report it"
    )
