"""Load a teacher's own exercises from the module beside a notebook."""

from __future__ import annotations

from pathlib import Path

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.exercises.catalogue import EXERCISES, LOADED_FILES, exercises_in
from d2l_helpers.module_file import import_file
from d2l_helpers.predictions.catalogue import QUESTIONS, questions_in

__all__ = ["load_exercises"]


def load_exercises(name: str) -> None:
    """Load the exercises and questions of a module beside the notebook; run it again after a change of the module.

    Parameters
    ----------
    name : str
        The module, as in ``load_exercises("my_exercises")`` for ``my_exercises.py``. It lists its exercises as
        EXERCISES, and its questions, if there are any, as QUESTIONS.

    Raises
    ------
    ArgumentError
        If a list cannot be used, or has a name that is taken.
    NotebookError
        If there is no such file, or it cannot be imported.
    """
    if not isinstance(name, str) or not name.strip() or Path(name).name != name:
        raise ArgumentError(
            "Cannot load exercises by this name.",
            got=quote(name),
            expected="the name of a file in the notebook's folder, without .py",
            remedy='write helpers.load_exercises("my_exercises") for my_exercises.py',
        )
    stem = name.removesuffix(".py")
    file = Path.cwd() / f"{stem}.py"
    module = import_file(file)
    exercises = exercises_in(module)
    questions = questions_in(module) if hasattr(module, "QUESTIONS") else ()
    QUESTIONS.require_new(stem, questions)  # before anything changes
    EXERCISES.add(stem, exercises)
    QUESTIONS.add(stem, questions)
    LOADED_FILES[stem] = file
