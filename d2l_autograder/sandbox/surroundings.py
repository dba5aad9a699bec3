"""What code finds around it in a notebook: ``get_ipython``, ``google.colab``, ``d2l_helpers.check``.

Inside a sandbox none of these does anything, but a cell that calls one of them goes on, as in the notebook. Statements
that a magic would run do run. Like ``worker.py``, which loads it, this file is bound into the sandbox by itself.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["Shell", "install"]

_OPTIONS = re.compile(r"(?:-[nrpvDlsT]\s*\S+\s+|-[a-z]+\s+)*")  # of timeit and prun
# What d2l_helpers takes from its exercises
_PUBLIC = {
    "checking": "check",
    "hints": "hint",
    "loading": "load_exercises",
    "progress": "progress",
    "questions": "question",
    "solution": "solution",
}
_EXERCISES = "d2l_helpers.exercises"


class Neutral(str):
    """Empty text, which is also an empty sequence, and whose items, calls and other attributes are such text again."""

    __slots__ = ()

    def __call__(self, *_: Any, **__: Any) -> Neutral:
        return Neutral()

    def __getattr__(self, name: str) -> Neutral:
        if name.startswith("__"):
            raise AttributeError(name)
        return Neutral()

    def __getitem__(self, _: Any) -> Neutral:
        return Neutral()

    def __enter__(self) -> Neutral:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Lines(list[str]):
    """The lines that a system command printed, as IPython returns them: none."""

    n = s = p = nlstr = spstr = ""

    @property
    def l(self) -> Lines:  # noqa: E743 (IPython's name)
        """The lines themselves."""
        return self

    def grep(self, *_: Any, **__: Any) -> Lines:
        """Return the lines that match."""
        return self

    fields = sort = grep  # type: ignore[assignment]


class Timing:
    """The result of timing a statement: the statement ran once, and nothing was measured."""

    average = stdev = best = worst = compile_time = 0.0
    loops = repeat = 1
    all_runs = timings = (0.0,)


class ZMQInteractiveShell:
    """What ``get_ipython()`` returns: it runs statements, and does nothing else.

    Parameters
    ----------
    namespace : dict
        The notebook's namespace.
    execute : callable
        ``execute(code, is_apart)`` runs code and returns the value of its last expression. Names that code binds which
        runs apart do not come into the namespace.
    """

    def __init__(self, namespace: dict[str, Any], execute: Callable[[str, bool], Any]) -> None:
        self.user_ns = self.user_global_ns = namespace
        self.config: dict[str, Any] = {}
        self.execution_count = 0
        self._execute = execute

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "kernel":  # panels, and other libraries, send messages where it has one
            raise AttributeError(name)
        return Neutral()

    def run_line_magic(self, name: str, line: str, *_: Any) -> Any:
        """Run the statement of a magic that runs one."""
        line = line.strip()
        options = _OPTIONS.match(line)[0] if name in ("timeit", "prun") else ""  # type: ignore[index]
        statement = line[len(options) :]
        if name in ("time", "timeit", "prun") and statement[:1] not in ("", "!", "%"):
            value = self._execute(statement, name == "timeit")
            return value if name == "time" else Timing() if re.search(r"-\w*o", options) else None
        if name == "run" and line:
            self._execute(Path(line.split()[0]).read_text(encoding="utf-8"), False)
        return str(Path.cwd()) if name == "pwd" else None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Run a cell that is timed, write a cell that is a file, and do nothing with other cells."""
        if name == "timeit":
            self._execute(f"\n{cell}", True)
        elif name in ("writefile", "file") and line.split():
            with Path(line.split()[-1]).open("a" if "-a" in line.split() else "w", encoding="utf-8") as file:
                file.write(cell)

    def magic(self, line: str) -> Any:
        """Run a magic as older versions of IPython do."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_cell(self, source: str, *_: Any, **__: Any) -> Neutral:
        """Run code; what it raises is not passed on."""
        with suppress(Exception):
            self._execute(source, False)
        return Neutral()

    def ex(self, source: str) -> None:
        """Run statements."""
        self._execute(source, False)

    def ev(self, source: str) -> Any:
        """Return the value of an expression."""
        return self._execute(source, False)

    def push(self, variables: dict[str, Any], *_: Any, **__: Any) -> None:
        """Bind variables."""
        self.user_ns.update(variables)

    def getoutput(self, *_: Any, **__: Any) -> Lines:
        """Return what a system command printed."""
        return Lines()

    def system(self, *_: Any, **__: Any) -> None:
        """Run no system command."""

    def captured(self) -> Neutral:
        """Return what ``%%capture`` kept of a cell's output."""
        return Neutral()


Shell = ZMQInteractiveShell


class _Finder:
    """Finds the modules that a notebook would have, and a sandbox has not."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        is_colab = name == "google" or f"{name}.".startswith("google.colab.")
        if name == "google" and PathFinder.find_spec(name):
            return None  # the package that other modules of Google's lie in
        if name == "IPython.core.getipython" or (is_colab and _imports_plainly()):
            return ModuleSpec(name, self, is_package=is_colab)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Colab(spec.name) if spec.submodule_search_locations is not None else ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "IPython.core.getipython":
            module.__dict__["get_ipython"] = self.get_ipython

    def get_ipython(self) -> Any:
        """Return the shell to a cell, and to libraries what they would get outside a notebook."""
        return self.shell if sys._getframe(1).f_code.co_filename.startswith("<cell ") else None


class _Colab(ModuleType):
    def __getattr__(self, name: str) -> Neutral:
        if name.startswith("__"):
            raise AttributeError(name)
        return Neutral()


def _imports_plainly() -> bool:
    """Return whether a cell imports without a ``try``, which would ask whether the notebook runs in Colab."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_code.co_filename.startswith("<frozen importlib._bootstrap"):
        frame = frame.f_back
    name, line = frame.f_code.co_filename, frame.f_lineno
    if not name.startswith("<cell "):
        return False
    tries = (node for node in ast.walk(ast.parse("".join(linecache.getlines(name)))) if isinstance(node, ast.Try))
    return not any(node.body[0].lineno <= line <= (node.body[-1].end_lineno or line) for node in tries)


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


def hide_exercises() -> None:
    """Put modules in the place of the public checks, in which `check`, `hint` and the others do nothing."""
    for name in ("", *_PUBLIC):
        module = ModuleType(f"{_EXERCISES}.{name}".rstrip("."))
        if name:
            setattr(module, _PUBLIC[name], _nothing)
        else:
            module.__path__ = []  # nothing else lies below it, wherever the package is installed
        sys.modules[module.__name__] = module


def install(shell: Shell) -> None:
    """Install what a notebook has around it, for later imports and for cells that use `shell`."""
    sys.meta_path.insert(0, _Finder(shell))
    shell.user_ns.update(get_ipython=lambda: shell, exit=_nothing, quit=_nothing, In=[""], Out={}, _="")
