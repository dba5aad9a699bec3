"""What students get of a teacher's module: without the key, and tried before it is handed out."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from d2l_autograder.course.leaks import leaks
from d2l_autograder.course.public_part import REMEDY, Inseparable, public_part
from d2l_autograder.key.answer import Answer
from d2l_autograder.key.exercise_module import ExerciseModule
from d2l_helpers.errors import D2LHelpersError, NotebookError
from d2l_helpers.exercises.catalogue import exercises_in
from d2l_helpers.exercises.checking import judge
from d2l_helpers.module_file import import_file

__all__ = ["released_source"]

_HEADER = "# The exercises of the notebook beside this file, as d2l-grade course build hands them out.\n"
_WITHHELD = ("d2l_autograder", "d2l_authoring")
_IMPORT = """
import sys
from pathlib import Path
sys.modules.update(dict.fromkeys(sys.argv[2:]))
from d2l_helpers.errors import D2LHelpersError
from d2l_helpers.exercises.catalogue import exercises_in
from d2l_helpers.module_file import import_file
try:
    exercises_in(import_file(Path(sys.argv[1])))
except D2LHelpersError as error:
    sys.exit(str(error.got))
"""


def released_source(module: ExerciseModule, answers: Mapping[str, Answer]) -> str:
    """Return the source of a teacher's module as students get it.

    A module that holds nothing of the key stays as it is. Of another one, the statements are left that EXERCISES and
    QUESTIONS need, without comments. The result must be importable without the packages that students lack, and must
    judge the key's answers as the whole module does.

    Parameters
    ----------
    module : ExerciseModule
        The teacher's.
    answers : mapping of str to Answer
        The key to it.

    Raises
    ------
    NotebookError
        If the key cannot be separated from the rest, or the rest does not work without it; the message says why.
    """
    assert module.file is not None
    try:
        text = module.file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:  # Python reads it, if its first line declares another encoding
        raise NotebookError(
            f"Cannot hand out {module.file.name}.",
            got=error,
            expected="a module in UTF-8",
            remedy="save the file as UTF-8, and remove the line that declares another encoding",
        ) from error
    tree = ast.parse(text)
    try:
        public = public_part(tree, frozenset(path.name for path in module.files))
        source = text if public is None else f"{_HEADER}{ast.unparse(public)}\n"
        for found in leaks(public or tree, module.file, answers.values()):
            raise Inseparable(found, "exercises that do not hold their solutions")
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # answers may print
            _try(source, module, answers)
    except Inseparable as reason:
        raise NotebookError(
            f"Cannot hand out {module.file.name} without its key.",
            got=reason.got,
            expected=reason.expected,
            remedy=reason.remedy,
        ) from reason
    return source


def _try(source: str, module: ExerciseModule, answers: Mapping[str, Answer]) -> None:
    """Import the source as a student's kernel would, and have it judge the key's answers."""
    assert module.file is not None
    with TemporaryDirectory(prefix="d2l-release-") as folder:
        file = Path(folder) / module.file.name
        file.write_text(source, encoding="utf-8")
        for path in module.files:
            shutil.copy(path, folder)
        command = [sys.executable, "-P", "-c", _IMPORT, str(file), *_WITHHELD]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().replace(folder, "").splitlines()
            raise Inseparable(" ".join(said[-2:]), "exercises that can be imported without the key")
        try:
            exercises = exercises_in(import_file(file))
        except D2LHelpersError as error:
            raise Inseparable(str(error.got), "exercises that can be imported without the key") from error
        if [one.name for one in exercises] != [one.name for one in module.exercises]:
            raise Inseparable(f"other exercises: {', '.join(one.name for one in exercises)}", "those of the module")
        for exercise, whole in zip(exercises, module.exercises, strict=True):
            answer = answers[exercise.name]
            for value in (answer.solution, *(wrong.answer for wrong in answer.wrong)):
                one, other = (judge(each, value) for each in (exercise, whole))
                if one.state != other.state:
                    got = (
                        f"without the key, the check of {exercise.name} says {one.state}, not {other.state}: {one.got}"
                    )
                    raise Inseparable(got, "a check that does not use the key", REMEDY)
