"""One notebook as an assignment: what is handed out, what each exercise is worth, and how its answers are tried."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.needed_cells import imports_of, names_in, needed
from d2l_helpers.errors import ArgumentError, NotebookError
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import Exercise

__all__ = ["Assignment", "Item", "load_assignment", "load_key"]

_ENGINES = ("mxnet", "numpy", "d2l", "d2l-helpers")


@dataclass(frozen=True)
class Item:
    """An exercise in an assignment.

    Attributes
    ----------
    exercise : Exercise
        With the public check.
    answer : object
        The key's: its ``solution``, ``wrong`` answers and hidden ``probes``.
    points : float
        What it is worth here.
    """

    exercise: Exercise
    answer: Any
    points: float


@dataclass(frozen=True, eq=False)
class Assignment:
    """A notebook that is handed out, and its key.

    Attributes
    ----------
    name : str
        Such as 04_softmax_regression; the notebook is called the same.
    release : NotebookNode
        As students get it.
    items : tuple of Item
        In the notebook's order.
    key : str
        A digest of the answers and of what tries them.
    """

    name: str
    release: NotebookNode
    items: tuple[Item, ...]
    key: str

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The import statements that answers need, for a sandbox to have ready."""
        sources = [cell.source for cell in self.release.cells if cell.cell_type == "code"]
        wanted = [name for cell in dict(stubs(self.release)).values() for name in names_in(cell.source).given]
        runs = needed(sources, wanted)
        return imports_of(source for source, does in zip(sources, runs, strict=True) if does)

    def digest(self, submission: str, how: str = "") -> str:
        """Give the digest that a result is kept under: of submission, assignment, key and environment.

        Parameters
        ----------
        submission : str
            The digest of the submitted file.
        how : str, optional
            How it is marked, such as under which limits.
        """
        return _digest(submission, self._own, self.key, environment(), how)

    @cached_property
    def _own(self) -> str:
        points = [f"{item.exercise.name}={item.points:g}" for item in self.items]
        return _digest(self.name, nbformat.writes(self.release), *points)


def load_assignment(notebook: Path, answers: Path, points: Mapping[str, float] | None = None) -> Assignment:
    """Load a notebook with its key.

    Parameters
    ----------
    notebook : Path
        As it is handed out; its name is the assignment's.
    answers : Path
        The folder with the key: a Python package with a module a notebook.
    points : mapping of str to float, optional
        What exercises are worth, by their names, where it is not what the chapter says. What is worth 0 is left out.

    Raises
    ------
    NotebookError
        If the notebook cannot be read, or is none of the chapter's.
    ArgumentError
        If the key does not answer the notebook's exercises, or points are given for others.
    """
    name = notebook.stem
    if name not in chapter():
        raise NotebookError(
            "Cannot make an assignment of this notebook",
            got=notebook,
            expected=f"one of {', '.join(chapter())}",
            remedy="keep the names that the chapter's notebooks have",
        )
    release = read_notebook(notebook)
    key = load_key(answers)
    known = key.answers_to(name)
    names = [exercise for exercise, _ in stubs(release)]
    exercises = {exercise.name: exercise for exercise in chapter()[name]}
    worth = {exercise: float(exercises[exercise].points) for exercise in names if exercise in exercises}
    worth |= {key: value for key, value in (points or {}).items() if key in worth}
    _require_probes(name, names, exercises, known)
    items = tuple(Item(exercises[one], known[one], worth[one]) for one in names if worth[one] > 0)
    return Assignment(name, release, items, _key_digest(answers))


def load_key(answers: Path) -> ModuleType:
    """Import the key's package from a folder, whatever that is called, as ``answers``; give its module ``key``.

    Raises
    ------
    ArgumentError
        If it is no such package, or another one is loaded already.
    """
    folder = answers.resolve()
    loaded = sys.modules.get("answers")
    if loaded is not None and Path(loaded.__file__ or "").parent != folder:
        raise ArgumentError(
            "Cannot use two answer keys at once.",
            got=folder,
            expected=str(loaded.__file__),
            remedy="grade with one key, then with the other, in two runs",
        )
    if loaded is None:
        spec = importlib.util.spec_from_file_location(
            "answers", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None or not (folder / "key.py").is_file():
            raise ArgumentError(
                "There is no answer key.",
                got=folder,
                expected="a folder with __init__.py, key.py and a module for each notebook",
                remedy="pass it with --answers; the project's own is answers/",
            )
        sys.modules["answers"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return importlib.import_module("d2l_autograder.key")


@cache
def environment() -> str:
    """Name what marks may depend on: the versions of Python and of what computes."""
    found = []
    for package in _ENGINES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join([f"Python {platform.python_version()}", platform.machine(), *found])


def _require_probes(
    notebook: str, names: list[str], exercises: Mapping[str, Exercise], known: Mapping[str, Any]
) -> None:
    lonely = set(names) ^ set(exercises) | set(names) ^ set(known)
    untried = [name for name in names if name in exercises and exercises[name].kind == "written" and name in known]
    untried = [name for name in untried if not known[name].probes]
    if lonely or untried:
        raise ArgumentError(
            f"The key does not fit the notebook {notebook}.",
            got=", ".join(sorted(lonely)) or f"no probes for {', '.join(untried)}",
            expected="an exercise, a stub and an answer of each name, and probes for each function",
            remedy="add what is missing to the key's module of this notebook",
        )


def _key_digest(answers: Path) -> str:
    """Everything a mark follows from but the notebook: the key, the public checks, and this program."""
    package = Path(__file__).parents[1]
    places = (
        (answers, "**/*.py"),
        (package / "exercises", "*.py"),
        (package / "autograder", "*.py"),
        (package / "autograder" / "isolation", "*.py"),
    )  # each sorted by itself: the digest must not depend on where they lie
    return _digest(*(file.read_text() for folder, pattern in places for file in sorted(folder.glob(pattern))))


def _digest(*parts: str) -> str:
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
