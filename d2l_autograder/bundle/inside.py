"""Mark one submission in a platform's container: ``python -m d2l_autograder.bundle.inside /autograder``.

Everything that goes wrong here is the grader's fault, not the student's: results.json then says so, and has no score.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from d2l_autograder.batch.grader import Grader
from d2l_autograder.bundle.contents import SETTINGS, Bundled
from d2l_autograder.collect import Entry, entry_of
from d2l_autograder.collect.walk import Kind, walk
from d2l_autograder.command.releases import Releases, course_releases
from d2l_autograder.faults import fault_of
from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.results import Row, Status
from d2l_autograder.sandbox import Limits, Sandbox
from d2l_helpers.atomic import write
from d2l_helpers.errors import D2LHelpersError, NotebookError, SandboxError

__all__ = ["main"]

# On the clock a submission may last five times as long, and run_autograder ends it after nine minutes
_NAMESPACES = Limits(seconds=60, total_seconds=100)
_USER = Limits(seconds=60, total_seconds=100, has_namespaces=False)
_MOST_FILES = 200  # of a submission that are looked into
_NOT_MARKED = "This notebook was not marked. This is not your fault, and it is not a 0. Please tell your teacher."
_REFUSED = (
    "Student code runs in a sandbox only. This container allows no namespaces, of which the sandbox is made, and the "
    "teacher has not allowed the weaker one (d2l-grade bundle --without-namespaces)."
)


def main() -> None:
    """Mark what lies in the folder, or with ``--check`` say which sandbox works here."""
    *options, root = sys.argv[1:]
    if options == ["--check"]:
        print(_checked(_settings(Path(root))))
        return
    folder = Path(root)
    try:
        content = results_of(folder)
    except BaseException as error:
        content = _fault(error)
    write(folder / "results" / "results.json", json.dumps(content, indent=1).encode())


def results_of(root: Path) -> dict[str, Any]:
    """Mark the submission below Gradescope's folder, and return the content of its ``results.json``."""
    settings = _settings(root / "source")
    releases = course_releases(root / "source" / "course")
    entry = _entry(root / "submission", releases, settings.assignment, _student(root / "submission_metadata.json"))
    limits = _limits(settings)
    hidden = (*releases.hidden, root / "submission", root / "results", root / "source" / "course")
    assignments = {name: releases.load(file) for name, file in releases.files.items()}
    grader = Grader(assignments, releases.secret(root), jobs=1, limits=limits, hidden=hidden)
    (outcome,) = grader.grade([entry])
    result = outcome.result
    if result.status == Status.SANDBOX_FAULT:
        print(result.detail)  # for the teacher: it may name files of the key
        return _without_score(_NOT_MARKED)
    content = gradescope_results(feedback_on(Row(result)), result.seconds)
    for part in (content, *content["tests"]):
        part["visibility"] = settings.visibility
    return content | {"extra_data": {"digest": result.digest, "sandbox": _kind(limits)}}


def _settings(source: Path) -> Bundled:
    return Bundled(**json.loads((source / SETTINGS).read_bytes()))


def _limits(settings: Bundled) -> Limits:
    """Return how student code is confined here: as on the teacher's machine, or more weakly where that was allowed."""
    try:
        with Sandbox(_NAMESPACES):
            return _NAMESPACES
    except SandboxError:
        if not settings.without_namespaces:
            raise
    with Sandbox(_USER):
        return _USER


def _checked(settings: Bundled) -> str:
    try:
        return f"Student code will run in a sandbox of {_kind(_limits(settings))}."
    except SandboxError as error:
        return f"NO SUBMISSION WILL BE MARKED HERE. {error}\n{_REFUSED}"


def _kind(limits: Limits) -> str:
    return "namespaces" if limits.has_namespaces else "a user of its own, without namespaces"


def _entry(folder: Path, releases: Releases, name: str, student: str) -> Entry:
    """Find the notebook among the submitted files: the right name first, then what lies least deep."""
    files = [item.path for item in walk(folder) if item.kind == Kind.FILE]
    files.sort(key=lambda path: (path.name != f"{name}.ipynb", path.suffix != ".ipynb", len(path.parts), path))
    entries = [entry_of(folder / path, releases.files) for path in files[:_MOST_FILES]]
    fitting = [entry for entry in entries if not entry.problem and entry.assignment == name]
    readable = [entry for entry in entries if not entry.problem]
    chosen = next(iter([*fitting, *readable, *entries]), None)
    if chosen is None:
        return Entry(student, name, folder, problem="No file was handed in.")
    return Entry(student, name, chosen.file, member=chosen.member, problem=chosen.problem, notes=chosen.notes)


def _student(metadata: Path) -> str:
    """Return the id of who handed in; of a group, the first, and where nothing tells, a name for all."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        user = json.loads(metadata.read_bytes())["users"][0]
        if found := next((str(user[key]) for key in ("sid", "email", "name") if user.get(key)), ""):
            return found[:200]
    return "student"


def _fault(error: BaseException) -> dict[str, Any]:
    fault = fault_of("", error)
    print(f"{fault.why}\n  try: {fault.remedy}")
    if isinstance(error, SandboxError):
        return _without_score(f"{_NOT_MARKED} {_REFUSED}")
    if isinstance(error, D2LHelpersError) and not isinstance(error, NotebookError):
        return _without_score(f"{_NOT_MARKED} {error.failed}")
    return _without_score(_NOT_MARKED)


def _without_score(said: str) -> dict[str, Any]:
    return {"output": said, "output_format": "text", "stdout_visibility": "hidden", "tests": []}


if __name__ == "__main__":
    main()
