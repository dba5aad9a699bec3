"""An nbgrader course of one notebook, and its students' submissions."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from nbformat import NotebookNode
from support.key import answers_to, solutions_to
from support.lacking import lacking

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.course import build_course

ROOT = Path(__file__).parents[2]
NAME = "04_softmax_regression"


def need_nbgrader() -> None:
    """Skip with the remedy where nbgrader is not installed."""
    if not (Path(sys.prefix) / "bin" / "nbgrader").exists():
        lacking("needs nbgrader: run make grading")


def make_course(folder: Path, points: Mapping[str, float] | None = None, extra: Iterable[str] = ()) -> Path:
    """Build a course of one notebook, and have nbgrader make the release."""
    need_nbgrader()
    build_course(folder, ROOT / "notebooks", ROOT / "answers", only=["04"], points=points, extra=extra)
    nbgrader(folder, "generate_assignment", NAME)
    return folder


def nbgrader(course: Path, *arguments: str, fails: bool = False, **environment: str) -> str:
    """Run a command of nbgrader's as a teacher does, without the user's settings; return its output."""
    places = {name: str(course / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course, env=os.environ | places | environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if (done.returncode != 0) != fails:
        pytest.fail(f"nbgrader {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def released(course: Path) -> NotebookNode:
    return read_notebook(course / "release" / NAME / f"{NAME}.ipynb")


def answered(course: Path, answers: Mapping[str, str]) -> NotebookNode:
    """Compose the release with answers in place of some of its stubs."""
    release = released(course)
    return compose(release, {name: cell.source for name, cell in stubs(release)} | dict(answers))


def solutions() -> dict[str, str]:
    return solutions_to(NAME)


def half_right(name: str) -> str:
    """Return a wrong answer that earns half of the points, as a student would write it."""
    (wrong, *_) = (wrong.answer for wrong in answers_to(NAME)[name].wrong if wrong.earns == 0.5)
    return textwrap.dedent(inspect.getsource(wrong)).replace(wrong.__name__, name)


def hand_in(course: Path, student: str, notebook: NotebookNode | bytes) -> None:
    file = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    file.parent.mkdir(parents=True)
    file.write_bytes(notebook if isinstance(notebook, bytes) else to_bytes(notebook))
