"""The answer key: a folder with a module for each notebook, and their hidden probes in its folder ``probes``.

``linear_regression.py`` lists the notebook's answers as ``ANSWERS``, what learners write: the solution of each
exercise and wrong answers to it. ``probes/linear_regression.py`` holds ``PROBES``, a dictionary with the hidden probes
of each function. The folder holds data: it needs no ``__init__.py``, and may have any name and lie anywhere.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from d2l_autograder.digest import digest_of_folder, digest_of_parts
from d2l_autograder.sandbox_function import SandboxFunction, runs_in_sandbox
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.variant import Numbers
from d2l_helpers.variants import student_id

__all__ = ["Answer", "Key", "KeyFault", "Probe", "Wrong", "load_key", "runs_in_sandbox"]


class KeyFault(ArgumentError):
    """The answer key cannot be used, or fails: no fault of a student's."""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer as learners write it, and a part of the public check's feedback on it.

    Attributes
    ----------
    answer : object
        A function, or a number or letter.
    message : str
        The part that the feedback must contain.
    earns : float
        The share of the points that the hidden probes grant for what is right in it, from 0 to 1.
    by_student : callable, optional
        As for `Answer`.
    """

    answer: Any
    message: str
    earns: float = 0.0
    by_student: Callable[..., Any] | None = None

    def of_student(self, exercise: Exercise) -> Any:
        """Return the answer as the student whose variant counts would give it."""
        return _of_student(self.answer, self.by_student, exercise)


@dataclass(frozen=True)
class Probe:
    """A hidden test: the submission's function and the solution get the same random arguments, new for each submission.

    The first probe of an answer is its main case: where it fails, no other earns anything. All are worth the same.

    Whatever a sandbox replies was made by the student's code, which can answer in the place of all that runs there. So
    a right reply must be data that only a right function makes from the arguments, such as its results: never a
    verdict, a constant or the arguments as they were. An error that is asked for is mixed with results; arguments that
    should be left as they were are asked for together with the result.

    Attributes
    ----------
    title : str
        What is tried, in words that a student reads in the feedback, such as "logits of a thousand and more".
    arguments : callable
        ``arguments(rng)`` draws a tuple of NumPy's arrays, numbers, text, and tuples, lists and dicts of such from a
        numpy.random.Generator; or a list of such tuples for as many calls, which the grader makes one by one. The
        function gets MXNet's arrays for NumPy's, float32 for float64.
    through : SandboxFunction, optional
        What is called in the function's place, inside the sandbox: ``through(function, *arguments)`` returns arrays,
        numbers, text, and tuples, lists and dicts of such. It is marked with `runs_in_sandbox`, imports and defines
        all that it uses, and serves what cannot cross the sandbox's boundary: networks, gradients, Python generators.
    judge : callable, optional
        ``judge(got, expected, arguments)`` raises NotYet unless the submission's result `got` is as right as the
        solution's result `expected`; by default, both must agree in kind and shape, and numbers to three digits. Where
        there are several calls, or several sandboxes, the judge gets a list of results, sandbox after sandbox, and
        with several calls a list of arguments.
    draws : int, optional
        How often arguments are drawn.
    may_raise : bool, optional
        Whether the solution raises an error at some of the calls: there the function must raise one, too, and nowhere
        else. The result is then a `d2l_autograder.agreement.Raised`.
    sandboxes : tuple of int, optional
        In which sandboxes the calls are made, one after the other: 0 is the one in which all answers run, any other
        number one of its own. There only the cells of this answer have run, nothing else was called, and the hashes of
        text are others; in every second sandbox, the last call comes first. What a function counts, or keeps from
        another call, shows. Each sandbox of its own costs about a second.
    """

    title: str
    arguments: Callable[[np.random.Generator], tuple[Any, ...]]
    through: SandboxFunction | None = None
    judge: Callable[[Any, Any, Any], None] | None = None
    draws: int = 2
    may_raise: bool = False
    sandboxes: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Answer:
    """The solution of an exercise, wrong answers to it, and the hidden probes of a function.

    Attributes
    ----------
    exercise : str
        The exercise's name.
    solution : object
        A function, or a number or letter.
    wrong : tuple of Wrong
        At least two.
    probes : tuple of Probe
        The hidden probes; `Key.answers_to` takes them from the folder ``probes``.
    by_student : callable, optional
        ``by_student(**numbers)`` returns the solution for the numbers of a student's variant. Letters need none: they
        are those of the notebook's text, and become the student's own.
    """

    exercise: str
    solution: Any
    wrong: tuple[Wrong, ...]
    probes: tuple[Probe, ...] = ()
    by_student: Callable[..., Any] | None = None

    def of_student(self, exercise: Exercise) -> Any:
        """Return the solution for the student whose variant counts."""
        return _of_student(self.solution, self.by_student, exercise)

    def source(self) -> str:
        """Write the solution as the cell that takes the stub's place."""
        if inspect.isfunction(self.solution):
            return textwrap.dedent(inspect.getsource(self.solution)).rstrip("\n")
        return f"{self.exercise} = {self.solution!r}"


@dataclass(frozen=True)
class Key:
    """An answer key; `load_key` makes it.

    Attributes
    ----------
    folder : Path
        Where it lies.
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
            Its name, such as 04_softmax_regression.

        Raises
        ------
        KeyFault
            If the key has no module for the notebook, or one that cannot be loaded, or a probe that could not run
            inside the sandbox.
        """
        module = notebook.partition("_")[2]
        probes = self._probes(module)
        answers = {one.exercise: replace(one, probes=probes.pop(one.exercise, ())) for one in self._answers(module)}
        if probes:
            raise self._fault(f"probes.{module}", f"probes of {', '.join(probes)}", "exercises that ANSWERS has")
        return answers

    def _answers(self, module: str) -> tuple[Answer, ...]:
        """Read what a module of the key lists as ANSWERS."""
        listed: Any = getattr(self._import(module), "ANSWERS", None)
        if not isinstance(listed, tuple | list) or not all(isinstance(one, Answer) for one in listed):
            raise self._fault(module, f"ANSWERS = {listed!r:.200}", "a tuple of d2l_autograder.key's Answer objects")
        if misplaced := [one.exercise for one in listed if one.probes]:
            raise self._fault(module, f"probes of {', '.join(misplaced)}", f"all probes in probes/{module}.py")
        return tuple(listed)

    def _probes(self, module: str) -> dict[str, tuple[Probe, ...]]:
        """Read what a module of probes has as PROBES; a notebook without functions needs no such module."""
        if not (self.folder / "probes" / f"{module}.py").is_file():
            return {}
        module = f"probes.{module}"
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

    def _import(self, name: str) -> ModuleType:
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except Exception as error:  # a teacher's module may raise anything
            raise self._fault(name, f"{type(error).__name__}: {error}", "a module that Python can import") from error

    def _fault(self, name: str, got: str, expected: str) -> KeyFault:
        file = self.folder / f"{name.replace('.', '/')}.py"
        return KeyFault(
            "Cannot use this module of the answer key.",
            got=f"{got}, in {file}" if file.is_file() else f"no file {file}",
            expected=expected,
            remedy="repair the module, taking the project's own in answers/ as the model; a key imports Answer, Wrong, "
            "Probe and runs_in_sandbox from d2l_autograder.key, and its own modules relatively",
        )


def load_key(folder: Path) -> Key:
    """Open the answer key in a folder; several may be open at once.

    Parameters
    ----------
    folder : Path
        The folder, whatever its name.

    Raises
    ------
    KeyFault
        If the folder holds no key.
    """
    folder = folder.resolve()
    if not any(folder.glob("[!_]*.py")):
        raise KeyFault(
            "There is no answer key.",
            got=folder,
            expected="a folder with a module for each notebook, such as linear_regression.py",
            remedy="pass the key's folder with --answers; the project's own is answers/",
        )
    digest = digest_of_folder(folder)
    package = f"d2l_key_{digest_of_parts(str(folder), digest)[:16]}"  # a changed key is another package, loaded again
    if package not in sys.modules:
        spec = ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[package] = importlib.util.module_from_spec(spec)
        importlib.invalidate_caches()  # a module written a moment ago would not be found
    return Key(folder, digest, package)


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


def _of_student(answer: Any, by_student: Callable[..., Any] | None, exercise: Exercise) -> Any:
    variant = exercise.variant
    if isinstance(variant, Numbers) and by_student and student_id():
        return by_student(**variant.numbers())
    return variant.shown(answer) if variant else answer


def _unfit(exercise: str, probe: Probe, got: str, remedy: str) -> KeyFault:
    return KeyFault(
        f"The probe {probe.title!r} of {exercise} cannot run inside the sandbox.",
        got=got,
        expected="a function marked with @runs_in_sandbox that needs only builtins and what it imports and defines",
        remedy=remedy,
    )
