"""Open an answer key, and read the answers and the probes that its modules list."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from d2l_autograder.digest import digest_of_folder, digest_of_parts
from d2l_autograder.key.answer import Answer, KeyFault, Probe, Wrong
from d2l_autograder.key.exercise_module import ExerciseModule, module_digest
from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_helpers.chapter import module_of
from d2l_helpers.module_file import import_file, new_package

__all__ = ["PROJECT", "PROJECT_KEY", "Key", "key_to", "load_key"]

PROJECT = Path(__file__).parents[2]
"""The folder of this project, with its notebooks."""

PROJECT_KEY = PROJECT / "answers"
"""The chapter's key."""


@dataclass(frozen=True)
class Key:
    """An answer key; `load_key` makes it.

    Attributes
    ----------
    folder : Path
        Where it lies: a folder, or the file of a module that holds exercises and key.
    digest : str
        Of its files, wherever they lie.
    package : str
        The name under which Python knows its modules.
    """

    folder: Path
    digest: str
    package: str

    def answers_to(self, notebook: str) -> dict[str, Answer]:
        """Return the answers to a notebook's exercises by the exercises' names.

        Parameters
        ----------
        notebook : str
            Its name, such as 04_softmax_regression. Its exercises' module has the same name without the number.

        Raises
        ------
        KeyFault
            As for `answers_in`.
        """
        return self.answers_in(module_of(notebook))

    def answers_in(self, module: str) -> dict[str, Answer]:
        """Return the answers to a module's exercises by the exercises' names.

        Raises
        ------
        KeyFault
            If the key has no such module, or one that cannot be loaded, or a probe that could not run inside the
            sandbox.
        """
        probes = self._probes(module)
        answers = {one.exercise: replace(one, probes=probes.pop(one.exercise, ())) for one in self._answers(module)}
        if probes:
            where = self._module_of_probes(module)
            raise self._fault(where, f"probes of {', '.join(probes)}", "exercises that ANSWERS has")
        return answers

    def _answers(self, module: str) -> tuple[Answer, ...]:
        """Read what a module of the key lists as ANSWERS."""
        listed: Any = getattr(self._import(module), "ANSWERS", None)
        if not isinstance(listed, tuple | list) or not all(isinstance(one, Answer) for one in listed):
            raise self._fault(module, f"ANSWERS = {listed!r:.200}", "a tuple of d2l_autograder.key's Answer objects")
        if misplaced := [one.exercise for one in listed if one.probes]:
            raise self._fault(
                module, f"probes of {', '.join(misplaced)}", f"all probes in PROBES, here or in probes/{module}.py"
            )
        for one in listed:
            if not isinstance(one.wrong, tuple | list) or not all(isinstance(wrong, Wrong) for wrong in one.wrong):
                got = f"wrong={one.wrong!r:.100} of {one.exercise}"
                raise self._fault(module, got, "wrong=(Wrong(…), Wrong(…)), with a comma after each")
        return tuple(listed)

    def _probes(self, module: str) -> dict[str, tuple[Probe, ...]]:
        """Read what a module has as PROBES; a notebook without functions needs none."""
        where = self._module_of_probes(module)
        if where == module and not hasattr(self._import(module), "PROBES"):
            return {}
        module = where
        listed: Any = getattr(self._import(module), "PROBES", None)
        expected = "a dictionary with a tuple of d2l_autograder.key's Probe objects for each exercise"
        if not isinstance(listed, dict):
            raise self._fault(module, f"PROBES = {listed!r:.200}", expected)
        for exercise, probes in listed.items():
            if not isinstance(probes, tuple | list) or not all(isinstance(one, Probe) for one in probes):
                raise self._fault(module, f"{probes!r:.200} for {exercise}", expected)
            for probe in probes:
                _require_sandbox_function(exercise, probe)
        return {exercise: tuple(probes) for exercise, probes in listed.items()}

    def _module_of_probes(self, module: str) -> str:
        """Return the module with the probes: the one in the folder ``probes``, or without it the module of answers."""
        is_apart = (self.folder / "probes" / f"{module}.py").is_file()
        return f"probes.{module}" if is_apart else module

    def _import(self, name: str) -> ModuleType:
        if self.folder.is_file():
            return import_file(self.folder)
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except Exception as error:  # a teacher's module may raise anything
            raise self._fault(name, f"{type(error).__name__}: {error}", "a module that Python can import") from error

    def _fault(self, name: str, got: str, expected: str) -> KeyFault:
        file = self.folder if self.folder.is_file() else self.folder / f"{name.replace('.', '/')}.py"
        return KeyFault(
            "Cannot use this module of the answer key.",
            got=f"{got}, in {file}" if file.is_file() else f"no file {file}",
            expected=expected,
            remedy="repair the module, taking the project's own in answers/ as the model; a key imports Answer, Wrong, "
            "Probe and runs_in_sandbox from d2l_autograder.key, and its own modules relatively",
        )


def load_key(folder: Path) -> Key:
    """Open an answer key; several may be open at once.

    Parameters
    ----------
    folder : Path
        The folder, whatever its name; or the file of a module that holds exercises and key.

    Raises
    ------
    KeyFault
        If the folder holds no key.
    NotebookError
        If the file cannot be imported.
    """
    folder = folder.resolve()
    if folder.is_file():
        module = import_file(folder)
        return Key(folder, module_digest(module), str(module.__package__))
    if not any(folder.glob("[!_]*.py")):
        raise KeyFault(
            "There is no answer key.",
            got=folder,
            expected="a folder with a module for each notebook, such as linear_regression.py",
            remedy="pass the key's folder with --answers; the project's own is answers/",
        )
    digest = digest_of_folder(folder)
    return Key(folder, digest, new_package(folder, f"d2l_key_{digest_of_parts(str(folder), digest)[:16]}"))


def key_to(module: ExerciseModule, answers: Path | None = None) -> Key:
    """Open the key to a module of exercises.

    Parameters
    ----------
    module : ExerciseModule
        The exercises.
    answers : Path, optional
        The folder with the key. A teacher's module may hold the key itself. Without either, the chapter's key is this
        project's, and a teacher's is a folder ``answers`` beside the module or beside its folder.

    Raises
    ------
    KeyFault
        If there is none.
    """
    name = f"{module.name}.py"
    if module.file is None:
        return load_key(answers or PROJECT_KEY)
    own = module.file.resolve().parent
    folders = [answers] if answers else [own / "answers", own.parent / "answers"]
    for folder in folders:
        if (folder / name).is_file():
            return load_key(folder)
    if hasattr(import_file(module.file), "ANSWERS"):
        return load_key(module.file)
    raise KeyFault(
        f"There is no answer key to {name}.",
        got=f"no ANSWERS in {module.file}, and no file {' or '.join(str(folder / name) for folder in folders)}",
        expected="ANSWERS in one of them",
        remedy="add ANSWERS and PROBES, or pass the key's folder with --answers",
    )


def _require_sandbox_function(exercise: str, probe: Probe) -> None:
    """Refuse a probe whose function would fail inside the sandbox."""
    through = probe.through
    if through is None:
        return
    if not isinstance(through, SandboxFunction):
        name = getattr(through, "__name__", repr(through))
        raise _unfit(exercise, probe, f"{name}, which is not marked", "put @runs_in_sandbox above it")
    try:
        missing = through.missing()
    except ValueError as error:
        raise _unfit(exercise, probe, f"{through.name}: {error}", "write it as one function, with def") from error
    if missing:
        names = ", ".join(missing)
        remedy = f"import or define {names} inside {through.name}, or pass it among the probe's arguments"
        raise _unfit(exercise, probe, f"{through.name}, which uses {names} without bringing it along", remedy)


def _unfit(exercise: str, probe: Probe, got: str, remedy: str) -> KeyFault:
    return KeyFault(
        f"The probe {probe.title!r} of {exercise} cannot run inside the sandbox.",
        got=got,
        expected="a function marked with @runs_in_sandbox that needs only builtins and what it imports and defines",
        remedy=remedy,
    )
