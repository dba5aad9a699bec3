"""Build the chapter and its key as an nbgrader course: an assignment for each notebook, of the same name."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.course.chosen_notebooks import choose_notebooks
from d2l_autograder.course.course import description
from d2l_autograder.course.generated import Written, write_generated
from d2l_autograder.course.readers_wheel import readers_wheel
from d2l_autograder.course.released_source import released_source
from d2l_autograder.course.source_notebook import source_notebook
from d2l_autograder.file_names import COURSE_FILE, SECRET_FILE
from d2l_autograder.key import PROJECT_KEY
from d2l_autograder.random_generators import course_secret
from d2l_helpers.chapter import module_of
from d2l_helpers.errors import ArgumentError

__all__ = ["build_course"]

_CONFIGURATION = '''\
"""An nbgrader course that d2l-grade marks: the settings that differ from nbgrader's defaults. Change what you like."""

import os
import shutil
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", module="nbgrader")  # SQLAlchemy warns about how nbgrader uses it
if not shutil.which("alembic"):  # nbgrader starts this program, which is not found in an environment not activated
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

c = get_config()
c.CourseDirectory.root = str(Path(__file__).parent)

# A source cell is the stub followed by the solution: without the solution, the stub is left.
c.ClearSolutions.code_stub = {"python": ""}

# Student code runs in the sandbox of d2l-grade, not in a kernel beside the gradebook. MarkSubmission has its own
# limits, reads the submitted file itself and repairs it, so the steps that sanitize a submission have nothing to do.
c.Autograde.exporter_class = "d2l_autograder.preprocessor.AnyFileExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "d2l_autograder.preprocessor.MarkSubmission",
    "d2l_autograder.preprocessor.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Marked notebooks hold no output of a student's that runs; this stops the outputs of notebooks from elsewhere.
c.HTMLExporter.sanitize_html = True
'''


def build_course(
    folder: Path,
    notebooks: Path,
    answers: Path | None,
    only: Iterable[str] = (),
    points: Mapping[str, float] | None = None,
    force: bool = False,
    extra: Iterable[str] = (),
    has_variants: bool = False,
) -> dict[str, Written]:
    """Write a course, or bring it up to date.

    Parameters
    ----------
    folder : Path
        The course's folder.
    notebooks : Path
        The folder with the notebooks, the chapter's or a teacher's.
    answers : Path or None
        The folder with the key; by default this project's, or for a teacher's notebook where `key_to` finds it.
    only : iterable of str, optional
        The names of the notebooks, or their numbers, such as 06; by default all that have exercises. The chapter's are
        found wherever the folder lies.
    points : mapping of str to float, optional
        What exercises are worth, by their names, where it differs from their own points; 0 is for practice.
    force : bool, optional
        Whether to overwrite files that were changed since they were written.
    extra : iterable of str, optional
        The exercises whose points are extra credit.
    has_variants : bool, optional
        Whether numbers and options of exercises follow from the student's id.

    Returns
    -------
    dict of str to Written
        What became of each file.

    Raises
    ------
    ArgumentError
        If there is no such notebook or exercise, or the key does not fit.
    NotebookError
        If a notebook or its module cannot be read, the key cannot be kept back, or the folder cannot be written.
    """
    points, extra = dict(points or {}), frozenset(extra)
    chosen = choose_notebooks(notebooks, only)
    keys = {path: _answers_for(path, notebooks, answers) for path in chosen}
    assignments = [load_assignment(path, keys[path]) for path in chosen]
    _require_exercises({**dict.fromkeys(extra, 1.0), **points}, assignments)
    _require_points(points, extra)
    files, wheel = {"nbgrader_config.py": _CONFIGURATION.encode()}, readers_wheel()
    for path, assignment in zip(chosen, assignments, strict=True):
        source = to_bytes(source_notebook(path, keys[path], points, extra, has_variants))
        beside = {**wheel, **_beside(assignment)}
        files |= {f"source/{path.stem}/{name}": contents for name, contents in beside.items()}
        files[f"source/{path.stem}/{path.name}"] = source
    files[COURSE_FILE] = description(folder, answers or PROJECT_KEY, assignments, has_variants)
    done = write_generated(folder, files, force)
    course_secret(folder / SECRET_FILE)
    return done


def _answers_for(notebook: Path, notebooks: Path, answers: Path | None) -> Path | None:
    """Return the key's folder for a notebook: as given, but the project's where it lacks one of the project's."""
    is_elsewhere = notebook.parent != notebooks
    lacks = answers is not None and not (answers / f"{module_of(notebook.stem)}.py").is_file()
    return None if is_elsewhere and lacks else answers


def _beside(assignment: Assignment) -> dict[str, bytes]:
    """Return what is handed out beside a teacher's own notebook."""
    module = assignment.module
    if module.file is None:
        return {}
    known = assignment.key.answers_in(module.name)
    files = {path.name: path.read_bytes() for path in module.files}
    return {**files, module.file.name: released_source(module, known).encode()}


def _require_exercises(points: Mapping[str, float], assignments: Iterable[Assignment]) -> None:
    """Refuse points of unknown exercises, and two exercises of one name."""
    owners: dict[str, str] = {}
    for assignment in assignments:
        for item in assignment.items:
            other = owners.setdefault(item.exercise.name, assignment.name)
            if other != assignment.name:
                raise ArgumentError(
                    "Two exercises of this course have the same name.",
                    got=f"{item.exercise.name} in {other} and in {assignment.name}",
                    expected="a name of its own for each exercise of a course",
                    remedy="rename one of them, in its module and in its notebook",
                )
    names = ", ".join(dict.fromkeys(owners.values()))
    for name, worth in points.items():
        if name not in owners or not (math.isfinite(worth) and worth >= 0):
            alike = difflib.get_close_matches(name, owners, n=3)
            such = f", such as {' or '.join(map(repr, alike))}" if alike and name not in owners else ""
            raise ArgumentError(
                "Cannot set these points.",
                got=f"{name}={worth:g}",
                expected=f"0 or more, for an exercise in {names}{such}",
                remedy="build the course with that notebook, or leave these points out",
            )


def _require_points(points: Mapping[str, float], extra: Iterable[str]) -> None:
    """Refuse an exercise that is for practice and extra credit at once."""
    for name in extra:
        if points.get(name) == 0:
            raise ArgumentError(
                "Cannot give extra credit for this exercise.",
                got=f"{name}, which is worth 0 points",
                expected="an exercise that is worth something",
                remedy=f"leave out --points {name}=0, or --extra {name}",
            )
