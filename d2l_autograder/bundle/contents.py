"""Build the zip file: our packages, the locked requirements, one assignment with its key, and two scripts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from d2l_autograder.assignment import Assignment
from d2l_autograder.command.releases import Releases, chapter_releases, course_releases
from d2l_autograder.command.trusted_places import require_own
from d2l_autograder.digest import PACKAGES, files_of
from d2l_autograder.file_names import COURSE_FILE, SECRET_FILE
from d2l_autograder.key import PROJECT
from d2l_helpers.atomic import write
from d2l_helpers.errors import ArgumentError
from d2l_helpers.module_file import siblings_of

__all__ = ["SETTINGS", "Bundled", "build"]

SETTINGS = "bundle.json"
_SCRIPTS = ("setup.sh", "run_autograder")
_BESIDE = (*_SCRIPTS, "pip.lock")
_LOCK = "requirements.lock"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip file: the same inputs give the same bytes
_EXECUTABLE, _PLAIN = 0o100755 << 16, 0o100644 << 16


@dataclass(frozen=True)
class Bundled:
    """What a bundle is built with.

    Attributes
    ----------
    assignment : str
        The notebook's name.
    visibility : str, optional
        When Gradescope shows the results to students.
    minutes : int, optional
        How long the grader may work at a submission; less than the platform allows.
    without_namespaces : bool, optional
        Whether a container that refuses namespaces may use the weaker sandbox.
    """

    assignment: str
    visibility: str = "visible"
    minutes: int = 9
    without_namespaces: bool = False


def build(source: Path, file: Path, answers: Path | None = None, name: str | None = None, **settings: Any) -> Bundled:
    """Write the zip file for one assignment.

    Parameters
    ----------
    source : Path
        A course, or the notebook as it was handed out.
    file : Path
        The zip file. It holds the key and the secret, and only its owner may read it.
    answers : Path, optional
        The key for a notebook that belongs to no course; by default this project's.
    name : str, optional
        Which assignment, where the course has released several.
    **settings
        As `Bundled` has them.

    Returns
    -------
    Bundled
        What was bundled.

    Raises
    ------
    ArgumentError
        If there is no such assignment, or a place for it that may not be used.
    KeyFault
        If the key does not fit the notebook.
    """
    releases = _releases(source, answers)
    name = _chosen(releases, name)
    release = releases.files[name]
    assignment = releases.load(release)  # raises an error where notebook and key do not fit
    require_own({"the course": source, "the answer key": assignment.key.folder})
    bundled = Bundled(name, **settings)
    members = dict(_packages())
    members |= {script: Path(__file__).with_name(script).read_bytes() for script in _BESIDE}
    members |= {_LOCK: _lock(), SETTINGS: _json(asdict(bundled))}
    members |= dict(_key_and_exercises(assignment))
    members |= {f"course/release/{name}/{path}": contents for path, contents in _released(release)}
    members[f"course/{COURSE_FILE}"] = _description(releases, assignment)
    try:
        # Without a course, the secret is kept beside the zip file
        members[f"course/{SECRET_FILE}"] = releases.secret(file.parent)
        write(file, _zipped(members), mode=0o600)
    except OSError as error:
        raise ArgumentError(
            "Cannot write the bundle.",
            got=f"{error.filename or file}: {error.strerror}",
            expected="a file, new or not, in a folder where this user may write",
            remedy="change its permissions, free some space, or pass another file",
        ) from error
    return bundled


def _releases(source: Path, answers: Path | None) -> Releases:
    if source.is_dir():
        return course_releases(source)
    course = source.absolute().parents[2] if len(source.absolute().parents) > 2 else source
    if answers is None and (course / COURSE_FILE).is_file() and source.absolute().parts[-3] == "release":
        found = course_releases(course)
    else:
        found = chapter_releases(source.parent, answers)
    return Releases({source.stem: source}, found.load, found.course, found.hidden)


def _chosen(releases: Releases, name: str | None) -> str:
    names = list(releases.files)
    if name is None and len(names) == 1:
        return names[0]
    if name in names:
        return str(name)
    raise ArgumentError(
        "Cannot tell which assignment to bundle.",
        got=f"--assignment {name}" if name else f"{len(names)} assignments, and no name",
        expected=f"one of {', '.join(names)}",
        remedy=f"add --assignment {names[0]}; Gradescope has an autograder for each assignment",
    )


def _packages() -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        for path, contents in files_of(package):
            yield f"packages/{package.name}/{path}", contents


def _key_and_exercises(assignment: Assignment) -> Iterator[tuple[str, bytes]]:
    """List the key, and a teacher's own module of exercises, which may be the key itself, with what it imports."""
    if assignment.key.folder.is_dir():
        for path, contents in files_of(assignment.key.folder):
            yield f"course/answers/{path}", contents
    module = assignment.module
    if module.file and module.module:
        imported = (Path(str(one.__file__)) for one in siblings_of(module.module))
        for file in (module.file, *module.files, *imported):
            yield f"course/exercises/{file.name}", file.read_bytes()


def _released(release: Path) -> Iterator[tuple[str, bytes]]:
    """List the notebook, and in a course what lies beside it, such as exercises of the teacher's own."""
    if release.parent.name == release.stem:
        yield from (member for member in files_of(release.parent) if not member[0].endswith(".whl"))
    yield release.name, release.read_bytes()


def _lock() -> bytes:
    try:
        return (PROJECT / _LOCK).read_bytes()
    except OSError as error:
        raise ArgumentError(
            "A bundle needs the project's locked requirements.",
            got=f"{PROJECT / _LOCK}: {error.strerror}",
            expected="d2l-grade in a clone of the project",
            remedy="clone the project, run make grading, and use its .venv/bin/d2l-grade",
        ) from error


def _description(releases: Releases, assignment: Assignment) -> bytes:
    """Return the course's own description, with this assignment alone; what else it says stays."""
    course, file = releases.course, assignment.module.file
    content = json.loads((course.folder / COURSE_FILE).read_bytes()) if course else {}
    own = {"exercises": f"exercises/{file.name}"} if file else {}
    own |= {"answers": "answers"} if file and assignment.key.folder.is_dir() else {}
    sources = {assignment.name: own} if own else {}
    return _json(content | {"answers": "answers", "assignments": [assignment.name], "sources": sources})


def _json(content: object) -> bytes:
    return f"{json.dumps(content, indent=1, sort_keys=True)}\n".encode()


def _zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, contents in sorted(members.items()):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.create_system = 3  # Unix, so that the permissions count
            member.external_attr = _EXECUTABLE if name in _SCRIPTS else _PLAIN
            archive.writestr(member, contents, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
