"""What runs on a worker: it opens the course with its own copy of the key, and marks bytes. It imports no dask.

A worker gets JSON, the course's secret and a submission's bytes, and returns JSON. None of these functions raises an
error: dask would log it together with the arguments, and would send it to the grader by pickle.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.batch.marker import Marker, setup_for
from d2l_autograder.batch.outcome import not_marked
from d2l_autograder.digest import environment, packages_digest
from d2l_autograder.faults import fault_of
from d2l_autograder.key import KeyFault, load_key
from d2l_autograder.sandbox import Limits, Sandbox

__all__ = ["ANSWERS", "course_of", "describe", "mark_task", "open_course"]

ANSWERS = "D2L_ANSWERS"  # the environment variable with the folder of a worker's own copy of the key
_MOST_COURSES = 4  # that a worker keeps open, for as many graders
_open: OrderedDict[str, Marker] = OrderedDict()


def course_of(marker: Marker) -> str:
    """Write as JSON what a worker needs to mark as `marker` does, except the secret and the key's files."""
    assignments = {
        name: {
            "answers": str(one.key.folder),
            "release": nbformat.writes(one.release),
            "points": dict.fromkeys(dict(stubs(one.release)), 0.0)
            | {item.exercise.name: item.points for item in one.items},
        }
        for name, one in marker.assignments.items()
    }
    return json.dumps({"assignments": assignments, "limits": asdict(marker.limits)})


def describe() -> str:
    """Return as JSON the versions of what marks on this machine."""
    return json.dumps({"packages": packages_digest(), "environment": environment()})


def open_course(ident: str, course: str, secret: bytes) -> str:
    """Open a course on this worker, and start a sandbox as its submissions will need it.

    Parameters
    ----------
    ident : str
        The name under which `mark_task` finds the course.
    course : str
        What `course_of` returned.
    secret : bytes
        The course's secret.

    Returns
    -------
    str
        JSON: the digests of the key and of each assignment's marking, or the fault that prevents marking.
    """
    try:
        marker, found = _opened(json.loads(course), secret)
        with Sandbox(marker.limits, setup_for(next(iter(marker.assignments.values())))):
            pass
    except BaseException as error:
        fault = fault_of("", error)
        return json.dumps({"fault": fault.why, "remedy": fault.remedy} | _keys(course))
    _open[ident] = marker
    while len(_open) > _MOST_COURSES:
        _open.popitem(last=False)
    return json.dumps(found)


def mark_task(ident: str, student: str, name: str, contents: bytes) -> str:
    """Mark a submission.

    Parameters
    ----------
    ident : str
        The course, as `open_course` knows it.
    student, name : str
        Who handed it in, and to which assignment.
    contents : bytes
        The bytes of the file.

    Returns
    -------
    str
        JSON: the result, whether another worker may do better, and whether this worker has to open the course again.
    """
    if not (marker := _open.get(ident)):  # the worker was started again under its old address
        return json.dumps({"is_closed": True})
    try:
        return json.dumps({"result": marker.mark(student, name, contents).as_json()})
    except BaseException as error:
        row = not_marked(student, name, error).as_json()
        return json.dumps({"result": row, "may_try": not isinstance(error, KeyFault)})


def _opened(course: dict[str, Any], secret: bytes) -> tuple[Marker, dict[str, Any]]:
    assignments = {name: _assignment(name, **one) for name, one in course["assignments"].items()}
    marker = Marker(assignments, secret, Limits(**course["limits"]))
    digests = {name: marker.digest(one, b"") for name, one in assignments.items()}
    keys = {name: one.key.digest for name, one in assignments.items()}
    return marker, {"digests": digests, "keys": keys}


def _assignment(name: str, answers: str, release: str, points: dict[str, float]) -> Assignment:
    with tempfile.TemporaryDirectory(prefix="d2l-release-") as folder:
        file = Path(folder) / f"{name}.ipynb"
        file.write_text(release, encoding="utf-8")
        return load_assignment(file, _key_folder(answers), points)


def _key_folder(there: str) -> Path:
    """Return where this machine has the key: where the variable says, or at the place that it has on the grader's."""
    return Path(os.environ.get(ANSWERS) or there)


def _keys(course: str) -> dict[str, Any]:
    """Return the digests of the keys, where these are there: another key often does not fit the course either."""
    try:
        assignments = json.loads(course)["assignments"]
        return {"keys": {name: load_key(_key_folder(one["answers"])).digest for name, one in assignments.items()}}
    except BaseException:
        return {}
