"""What runs on a worker: it opens the course with the key on its own disk, and marks bytes. It imports no dask.

A worker gets JSON, the course's secret and a submission's bytes, and returns JSON. None of these functions raises an
error: dask would log it together with the arguments, and would send it to the grader by pickle.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import nbformat

from d2l_authoring.compose import stubs
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.batch.marker import Marker, setup_for
from d2l_autograder.batch.outcome import not_marked
from d2l_autograder.digest import environment, packages_digest
from d2l_autograder.faults import fault_of
from d2l_autograder.key import PROJECT_KEY, KeyFault, load_key
from d2l_autograder.sandbox import Limits, Sandbox

__all__ = ["ANSWERS", "course_of", "describe", "mark_task", "open_course"]

ANSWERS = "D2L_ANSWERS"  # the environment variable with the folder of a worker's own copy of the key
_MOST_COURSES = 4  # that a worker keeps open, for as many graders
_open: OrderedDict[str, Marker] = OrderedDict()


def course_of(marker: Marker, hidden: Iterable[Path] = ()) -> str:
    """Write as JSON what a worker needs to mark as `marker` does, except the secret and the key's files.

    Parameters
    ----------
    marker : Marker
        What the worker must mark like.
    hidden : iterable of Path
        What no sandbox may show, such as the submissions: a worker may run on the grader's machine, or share its disk.
    """
    assignments = {name: _described(one) for name, one in marker.assignments.items()}
    places = list(map(str, hidden))
    return json.dumps({"assignments": assignments, "limits": asdict(marker.limits), "hidden": places})


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
        described = json.loads(course)
        marker, found = _opened(described, secret)
        setup = setup_for(next(iter(marker.assignments.values())))
        with Sandbox(marker.limits, replace(setup, hidden=(*setup.hidden, *map(Path, described["hidden"])))):
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
    digests = {name: marker.digest(one, b"", "") for name, one in assignments.items()}
    keys = {name: one.key.digest for name, one in assignments.items()}
    return marker, {"digests": digests, "keys": keys}


def _described(assignment: Assignment) -> dict[str, Any]:
    key, file = assignment.key.folder, assignment.module.file
    is_projects = file is None and key.resolve() == PROJECT_KEY.resolve()  # wherever a worker has its own checkout
    return {
        "release": nbformat.writes(assignment.release),
        "answers": None if is_projects else str(key),
        "module": str(file) if file else None,
        "settings": {
            "points": dict.fromkeys(dict(stubs(assignment.release)), 0.0)
            | {item.exercise.name: item.points for item in assignment.items},
            "extra": [item.exercise.name for item in assignment.items if item.is_extra],
            "has_variants": assignment.has_variants,
        },
    }


def _assignment(
    name: str, release: str, answers: str | None, module: str | None, settings: dict[str, Any]
) -> Assignment:
    key, file = _places(answers, module)
    with tempfile.TemporaryDirectory(prefix="d2l-release-") as folder:
        notebook = Path(folder) / f"{name}.ipynb"
        notebook.write_text(release, encoding="utf-8")
        return load_assignment(notebook, None if key == file else key, module=file, **settings)


def _places(answers: str | None, module: str | None) -> tuple[Path | None, Path | None]:
    """Return where this machine has the key and a teacher's module of exercises.

    That is where the grader's machine has them; or the variable names the folder of the key, and the module lies beside
    that folder, or in it where the module itself is the key.
    """
    key, file = (Path(place) if place else None for place in (answers, module))
    if own := os.environ.get(ANSWERS):
        folder = Path(own)
        if file and key == file:
            return folder / file.name, folder / file.name
        return folder, folder.parent / file.name if file else None
    return key, file


def _keys(course: str) -> dict[str, Any]:
    """Return the digests of the keys, where these are there: another key often does not fit the course either."""
    try:
        assignments = json.loads(course)["assignments"]
        places = {name: _places(one["answers"], one["module"])[0] for name, one in assignments.items()}
        return {"keys": {name: load_key(place or PROJECT_KEY).digest for name, place in places.items()}}
    except BaseException:
        return {}
