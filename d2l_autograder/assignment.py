"""One notebook as an assignment: what is handed out, what each exercise is worth, and how its answers are tried."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.needed_cells import imports_of, names_in, needed
from d2l_autograder.digest import digest_of_parts, environment, packages_digest
from d2l_autograder.key import Answer, Key, KeyFault, key_to
from d2l_autograder.key.exercise_module import ExerciseModule, exercises_of
from d2l_helpers.errors import quote
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.variants import normalised

__all__ = ["Assignment", "Item", "load_assignment"]


@dataclass(frozen=True)
class Item:
    """An exercise in an assignment.

    Attributes
    ----------
    exercise : Exercise
        The exercise, with its public check.
    answer : Answer
        The key's solution, wrong answers and hidden probes.
    points : float
        What the exercise is worth in this assignment.
    is_extra : bool
        Whether these points are extra credit.
    """

    exercise: Exercise
    answer: Answer
    points: float
    is_extra: bool = False


@dataclass(frozen=True, eq=False)
class Assignment:
    """A notebook that is handed out, and its key.

    Attributes
    ----------
    name : str
        The notebook's name, such as 04_softmax_regression.
    release : NotebookNode
        The notebook as students get it.
    items : tuple of Item
        Its exercises, in the notebook's order.
    key : Key
        The answer key.
    module : ExerciseModule
        Where the exercises are defined.
    has_variants : bool
        Whether numbers and options follow from the student's id.
    """

    name: str
    release: NotebookNode
    items: tuple[Item, ...]
    key: Key
    module: ExerciseModule
    has_variants: bool = False

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What no sandbox may show: the key, and the module that may hold it."""
        return tuple(dict.fromkeys(filter(None, (self.key.folder, self.module.file))))

    @cached_property
    def code(self) -> frozenset[str]:
        """The code of its cells, as Python."""
        return frozenset(to_python(cell.source) for cell in self.release.cells if cell.cell_type == "code")

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The import statements that answers need, for a sandbox to run before the first cell."""
        sources = [cell.source for cell in self.release.cells if cell.cell_type == "code"]
        wanted = [name for cell in dict(stubs(self.release)).values() for name in names_in(cell.source).given]
        runs = needed(sources, wanted)
        return imports_of(source for source, does in zip(sources, runs, strict=True) if does)

    def whose(self, student: str) -> str:
        """Return whose variant counts for what a student handed in: this student's, or nobody's."""
        return normalised(student) if self.has_variants else ""

    def digest(self, submission: str, how: str = "", student: str = "") -> str:
        """Compute the digest under which a result is kept: of all that the marks follow from.

        These are the submission, the assignment, its exercises, the key, the packages that mark, the versions of
        Python, NumPy and MXNet, and where there are variants, whose counts.

        Parameters
        ----------
        submission : str
            The digest of the submitted file.
        how : str, optional
            The settings of the marking, such as its limits.
        student : str, optional
            Who handed it in.
        """
        whose = [f"variant of {self.whose(student)}"] if self.has_variants else []
        return digest_of_parts(submission, self._same_for_all, how, *whose)

    @cached_property
    def _same_for_all(self) -> str:
        points = [f"{item.exercise.name}={item.points:g}{' extra' * item.is_extra}" for item in self.items]
        notebook = nbformat.writes(self.release)
        made_of = (notebook, self.key.digest, self.module.digest, packages_digest(), environment())
        return digest_of_parts(self.name, *made_of, *points)


def load_assignment(
    notebook: Path,
    answers: Path | None,
    points: Mapping[str, float] | None = None,
    *,
    module: Path | None = None,
    extra: Collection[str] = (),
    has_variants: bool = False,
) -> Assignment:
    """Load a notebook with its key.

    Parameters
    ----------
    notebook : Path
        The notebook as it is handed out; its name is the assignment's.
    answers : Path or None
        The folder with the key, as for `key_to`.
    points : mapping of str to float, optional
        What exercises are worth, by their names, where it differs from their own points. An exercise that is worth 0 is
        left out.
    module : Path, optional
        The module of exercises that the notebook loads; by default beside the notebook.
    extra : collection of str, optional
        The exercises whose points are extra credit.
    has_variants : bool, optional
        Whether numbers and options follow from the student's id.

    Raises
    ------
    NotebookError
        If the notebook or its module cannot be read, or the notebook has no exercises.
    ArgumentError
        If the module's lists cannot be used.
    KeyFault
        If the key cannot be loaded or does not answer the notebook's exercises.
    """
    name = notebook.stem
    release = read_notebook(notebook)
    found = exercises_of(release, notebook, module)
    key = key_to(found, answers)
    known = key.answers_in(found.name)
    names = [exercise for exercise, _ in stubs(release)]
    exercises = {exercise.name: exercise for exercise in found.exercises}
    _require_fit(name, names, exercises, known)
    worth = {one: float((points or {}).get(one, exercises[one].points)) for one in names}
    items = tuple(Item(exercises[one], known[one], worth[one], one in extra) for one in names if worth[one] > 0)
    return Assignment(name, release, items, key, found, has_variants)


def _require_fit(
    notebook: str, stubs_there: list[str], exercises: Mapping[str, Exercise], known: Mapping[str, Answer]
) -> None:
    """Refuse a key that lacks an answer or the probes of a function, or has an answer to no stub."""
    written = [name for name, exercise in exercises.items() if exercise.kind == "written"]
    unprobed = [name for name in written if name in known and not known[name].probes]
    parts = {
        "a stub in the notebook": stubs_there,
        "an exercise in EXERCISES": exercises,
        "an answer in ANSWERS": known,
    }
    lacking = {
        name: [what for what, names in parts.items() if name not in names] + ["probes in PROBES"] * (name in unprobed)
        for name in dict.fromkeys((*exercises, *stubs_there, *known))
    }
    if found := [f"{name} without {' and '.join(lacks)}" for name, lacks in lacking.items() if lacks]:
        cells = f"run d2l-author cells {shlex.quote(notebook)}; " if set(exercises) - set(stubs_there) else ""
        raise KeyFault(
            f"The notebook {notebook}, its exercises and their key do not fit together.",
            got="; ".join(found),
            expected="an exercise, a stub and an answer of each name, and probes for each function",
            remedy=f"{cells}add what is missing, or correct or remove a name",
        )
    for name, answer in known.items():
        if exercises[name].kind == "written" and not _is_called(answer.solution, name):
            raise KeyFault(
                f"The solution of {name} cannot take the place of the stub.",
                got=quote(answer.solution),
                expected=f"a function that begins with def {name}(…):",
                remedy="define it with def, under the exercise's name",
            )


def _is_called(solution: object, name: str) -> bool:
    return inspect.isfunction(solution) and solution.__name__ == name
