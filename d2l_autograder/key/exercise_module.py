"""The exercises of a notebook: those of the module that it loads, or else the chapter's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from nbformat import NotebookNode

from d2l_autograder.cells.loaded_module import loaded_module
from d2l_autograder.digest import digest_of_parts
from d2l_helpers.chapter import CHAPTER, module_of
from d2l_helpers.errors import NotebookError
from d2l_helpers.exercises.catalogue import EXERCISES, chapter, exercises_in
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.module_file import import_file, siblings_of
from d2l_helpers.predictions.catalogue import QUESTIONS, questions_in

__all__ = ["ExerciseModule", "exercises_of", "module_digest"]

_MOST_FILES, _MOST_BYTES = 20, 50_000_000
_OF_THE_KEY = (b"ANSWERS", b"PROBES", b"d2l_autograder")


@dataclass(frozen=True)
class ExerciseModule:
    """The exercises of a notebook.

    Attributes
    ----------
    name : str
        The module's name; the key has a module of the same name.
    exercises : tuple of Exercise
        In the module's order.
    file : Path or None
        Where it lies; None for the chapter's.
    files : tuple of Path
        What the notebook needs beside it, as the module lists it in FILES.
    digest : str
        Of the module and of these files; empty for the chapter's, which are part of a package.
    """

    name: str
    exercises: tuple[Exercise, ...]
    file: Path | None = None
    files: tuple[Path, ...] = ()
    digest: str = ""

    @cached_property
    def module(self) -> ModuleType | None:
        """The module itself; None for the chapter's."""
        return import_file(self.file) if self.file else None


def exercises_of(notebook: NotebookNode, path: Path, file: Path | None = None) -> ExerciseModule:
    """Return the exercises of a notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    path : Path
        Its file; its name says which of the chapter's notebooks it is.
    file : Path, optional
        The module that it loads; by default beside the notebook.

    Raises
    ------
    NotebookError
        If the notebook loads no exercises and is none of the chapter's, or its module cannot be imported.
    ArgumentError
        If the module's lists cannot be used.
    """
    name = loaded_module(cell.source for cell in notebook.cells if cell.cell_type == "code")
    if name is None and path.stem in CHAPTER:
        return ExerciseModule(module_of(path.stem), chapter()[path.stem])
    if name is None or (file is not None and file.stem != name):
        raise NotebookError(
            f"There are no exercises for the notebook {path.name}.",
            got=f"a notebook that loads {name or 'none'}" + (f", in a course that has {file.name}" if file else ""),
            expected='a call such as helpers.load_exercises("my_exercises"), or a notebook of the chapter',
            remedy="write the call into the setup cell; the chapter's notebooks keep their names",
        )
    file = file or path.with_name(f"{name}.py")
    module = import_file(file)
    exercises = exercises_in(module)
    EXERCISES.require_new(name, exercises)
    if hasattr(module, "QUESTIONS"):
        QUESTIONS.require_new(name, questions_in(module))
    files = _files(module, file)
    return ExerciseModule(name, exercises, file, files, module_digest(module, *files))


def module_digest(module: ModuleType, *files: Path) -> str:
    """Compute the digest of a module, of the modules beside it that it has imported, and of other files."""
    modules = [Path(str(one.__file__)) for one in (module, *siblings_of(module))]
    parts = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in (*modules, *files)]
    return digest_of_parts(*(part for pair in sorted(set(parts)) for part in pair))


def _files(module: ModuleType, file: Path) -> tuple[Path, ...]:
    """Return the files that a module lists in FILES; a file that may belong to the key is refused."""
    listed = getattr(module, "FILES", ())
    if not isinstance(listed, tuple | list) or not all(isinstance(name, str) for name in listed):
        raise _unusable(file, f"FILES = {listed!r:.100}", 'FILES = ("data.csv",)', "list the names in parentheses")
    found = tuple(file.with_name(Path(name).name) for name in dict.fromkeys(listed))
    for name, path in zip(dict.fromkeys(listed), found, strict=True):
        if Path(name).name != name or not path.is_file() or path.is_symlink():
            raise _unusable(file, f"{name!r} in FILES", f"files in {file.parent}", "copy the file there")
        if path == file or path.suffix == ".ipynb" or (path.suffix == ".py" and _may_be_key(path)):
            why = "which is or mentions the key" if path.suffix == ".py" else "a notebook"
            raise _unusable(file, f"{name!r} in FILES, {why}", "files that students get", "leave it out")
    size = sum(path.stat().st_size for path in found)
    if len(found) > _MOST_FILES or size > _MOST_BYTES:
        got = f"{len(found)} files of {size / 1e6:.0f} MB together"
        expected = f"at most {_MOST_FILES} files of {_MOST_BYTES / 1e6:.0f} MB together"
        raise _unusable(file, got, expected, "put data into fewer, smaller files")
    return found


def _may_be_key(path: Path) -> bool:
    return any(word in path.read_bytes() for word in _OF_THE_KEY)


def _unusable(file: Path, got: str, expected: str, remedy: str) -> NotebookError:
    return NotebookError(
        f"Cannot hand out the files that {file.name} lists.", got=got, expected=expected, remedy=remedy
    )
