"""The chapter and its key as an nbgrader course: an assignment for each notebook, of the same name."""

from __future__ import annotations

import ast
import json
import math
import os
import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.generated import Written, write_generated
from d2l_autograder.key import load_key
from d2l_autograder.random_generators import course_secret
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.catalogue import chapter, find

__all__ = ["Course", "build_course", "read_course", "source_notebook"]

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
_DESCRIPTION = "course.json"
_SECRET = "secret"
_OURS, _EXTRA = "d2l", "extra_credit"  # in a cell's metadata


@dataclass(frozen=True)
class Course:
    """A course that was built.

    Attributes
    ----------
    folder : Path
        The folder in which it lies.
    answers : Path
        The folder with the key.
    assignments : tuple of str
        The assignments' names.
    """

    folder: Path
    answers: Path
    assignments: tuple[str, ...]

    def load(self, release: Path) -> Assignment:
        """Load a released assignment; its exercises are worth the points that the notebook says."""
        notebook = read_notebook(release)
        return load_assignment(release, self.answers, _points_in(notebook), _extra_in(notebook))

    def secret(self) -> bytes:
        """Return the secret on which random inputs depend."""
        return course_secret(self.folder / _SECRET)


def build_course(
    folder: Path,
    notebooks: Path,
    answers: Path,
    only: Iterable[str] = (),
    points: Mapping[str, float] | None = None,
    force: bool = False,
    extra: Iterable[str] = (),
) -> dict[str, Written]:
    """Write a course, or bring it up to date.

    Parameters
    ----------
    folder : Path
        The course's folder.
    notebooks, answers : Path
        The folders with the chapter's notebooks and with the key.
    only : iterable of str, optional
        The numbers of the notebooks, such as 06; by default all.
    points : mapping of str to float, optional
        What exercises are worth, by their names, where it differs from the chapter's points; 0 is for practice.
    force : bool, optional
        Whether to overwrite files that were changed since they were written.
    extra : iterable of str, optional
        The exercises whose points are extra credit.

    Returns
    -------
    dict of str to Written
        What became of each file.

    Raises
    ------
    ArgumentError
        If there is no such notebook or exercise, or the key does not fit.
    NotebookError
        If a notebook cannot be read, or the folder cannot be written.
    """
    names, points, extra = _chosen(only), dict(points or {}), frozenset(extra)
    _require_exercises({**dict.fromkeys(extra, 1.0), **points}, names)
    _require_points(points, extra)
    description = {"answers": os.path.relpath(answers.resolve(), folder.resolve()), "assignments": names}
    files = {
        "nbgrader_config.py": _CONFIGURATION.encode(),
        **_source_files(names, notebooks, answers, points, extra),
        _DESCRIPTION: f"{json.dumps(description, indent=1)}\n".encode(),
    }
    done = write_generated(folder, files, force)
    course_secret(folder / _SECRET)
    return done


def _source_files(
    names: Iterable[str], notebooks: Path, answers: Path, points: Mapping[str, float], extra: Collection[str]
) -> dict[str, bytes]:
    files = {}
    for name in names:
        notebook = notebooks / f"{name}.ipynb"
        load_assignment(notebook, answers, points)  # raises an error where notebook and key do not fit
        files[f"source/{name}/{name}.ipynb"] = to_bytes(source_notebook(notebook, answers, points, extra))
    return files


def read_course(folder: Path) -> Course:
    """Read the course that a folder holds.

    Raises
    ------
    ArgumentError
        If the folder holds no course.
    """
    try:
        content = json.loads((folder / _DESCRIPTION).read_bytes())
        return Course(folder, folder / content["answers"], tuple(content["assignments"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArgumentError(
            "This folder holds no course that can be marked.",
            got=f"{type(error).__name__} on reading {folder / _DESCRIPTION}",
            expected="what d2l-grade course build writes",
            remedy=f"run d2l-grade course build {folder}; it keeps what you changed",
        ) from error


def source_notebook(
    notebook: Path, answers: Path, points: Mapping[str, float], extra: Collection[str] = ()
) -> NotebookNode:
    """Compose the notebook of which nbgrader makes the release: each stub with its solution, and the points.

    Parameters
    ----------
    notebook : Path
        One of the chapter's.
    answers : Path
        The folder with the key.
    points : mapping of str to float
        What exercises are worth, by their names, where it differs from the notebook's points.
    extra : collection of str, optional
        The exercises whose points are extra credit.
    """
    plain = read_notebook(notebook)
    known = load_key(answers).answers_to(notebook.stem)
    sources = {name: _with_solution(cell.source, known[name].source()) for name, cell in stubs(plain)}
    composed = compose(plain, sources)
    for exercise in chapter()[notebook.stem]:
        if exercise.name in points or exercise.name in extra:
            worth = points.get(exercise.name, exercise.points)
            _set_points(composed, exercise.name, exercise.title, worth, exercise.name in extra)
    return composed


def _with_solution(stub: str, solution: str) -> str:
    """Write a stub followed by its solution, which nbgrader's marks enclose."""
    statement = ast.parse(solution).body[0]
    body, indent = solution, ""
    if isinstance(statement, ast.FunctionDef):
        documented = statement.body[0].end_lineno  # the stub has the docstring already
        body = textwrap.dedent("\n".join(solution.splitlines()[documented:])).strip("\n")
        indent = " " * 4
    marked = f"### BEGIN SOLUTION\n{body}\n### END SOLUTION"
    return f"{stub.rstrip()}\n{textwrap.indent(marked, indent)}"


def _set_points(notebook: NotebookNode, name: str, title: str, worth: float, is_extra: bool) -> None:
    """Set what an exercise is worth.

    nbgrader has no extra credit, except what a person adds in formgrader: to it, such a cell is worth 0 and earns
    more. What the cell is worth stands beside nbgrader's metadata, in which nbgrader allows no other key.
    """
    points = int(worth) if float(worth).is_integer() else worth
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade_id") == f"check-{name}":
            before = _in_words(metadata["points"])
            metadata["points"] = 0 if is_extra else points
            if is_extra:
                cell.metadata[_OURS] = {_EXTRA: points}
    after = f"{_in_words(worth)}{' of extra credit' * is_extra}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell["source"] = cell.source.replace(f"{title} ({before})", f"{title} ({after})")


def _in_words(worth: float) -> str:
    return "practice" if not worth else "1 point" if worth == 1 else f"{worth:g} points"


def _points_in(notebook: NotebookNode) -> dict[str, float]:
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    checks = [cell for cell in cells if cell.get("grade") and not cell.get("solution")]
    points = {cell["grade_id"].removeprefix("check-"): float(cell["points"]) for cell in checks}
    return points | _extra_in(notebook)


def _extra_in(notebook: NotebookNode) -> dict[str, float]:
    """Return what exercises are worth whose points are extra credit, by their names."""
    cells = [cell.metadata for cell in notebook.cells if cell.metadata.get(_OURS, {}).get(_EXTRA)]
    return {cell.nbgrader.grade_id.removeprefix("check-"): float(cell[_OURS][_EXTRA]) for cell in cells}


def _chosen(only: Iterable[str]) -> list[str]:
    wanted = list(only)
    unknown = [one for one in wanted if not any(_is_called(name, one) for name in chapter())]
    if unknown:
        raise ArgumentError(
            "There is no such notebook in the chapter.",
            got=", ".join(unknown),
            expected=f"some of {', '.join(name.partition('_')[0] for name in chapter())}",
            remedy="pass numbers with commas between them, as in --only 06,07",
        )
    return [name for name in chapter() if not wanted or any(_is_called(name, one) for one in wanted)]


def _is_called(name: str, called: str) -> bool:
    return called in (name, name.partition("_")[0])


def _require_exercises(points: Mapping[str, float], names: list[str]) -> None:
    here = {exercise.name for name in names for exercise in chapter()[name]}
    for name, worth in points.items():
        find(name)  # raises an error that names the exercises spelt alike
        if name not in here or not (math.isfinite(worth) and worth >= 0):
            raise ArgumentError(
                "Cannot set these points.",
                got=f"{name}={worth:g}",
                expected=f"0 or more, for an exercise in {', '.join(names)}",
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
