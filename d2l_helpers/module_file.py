"""Import a module from a file wherever it lies, under a name of its own, and again when the file has changed."""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from d2l_helpers.errors import D2LHelpersError, NotebookError, explain, leave_out_lines_of

__all__ = ["import_file", "new_package", "siblings_of"]

_LARGEST = 1_000_000  # bytes; the chapter's modules have 10,000
_RELATIVE = "a module beside it is imported with a dot, as in: from .my_data import X"


def import_file(file: Path) -> ModuleType:
    """Import a module from its file; the same contents are imported once.

    The module's package is the folder of the file, so that it can import modules beside it relatively. No file is
    added to the folder.

    Parameters
    ----------
    file : Path
        The file, whatever its name.

    Raises
    ------
    NotebookError
        If the file cannot be read, has an error of syntax, or raises an error when it runs; the message names the line.
    """
    file = file.resolve()
    source = _read(file)
    package = _package_of(file)
    name = f"{package}.{file.stem}"
    if name in sys.modules:
        return sys.modules[name]
    try:
        code = compile(source, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        remedy = "correct this line" if _is_utf8(source) else "save the file as UTF-8"
        raise _unusable(file, _place(error), "a file that Python can read", remedy) from None
    module = ModuleType(name)
    module.__file__, module.__package__ = str(file), package
    linecache.checkcache(str(file))  # or an error would quote the line that stood there before
    sys.modules[name] = module  # as dataclasses and relative imports expect
    try:
        with _without_compiled_files():
            exec(code, vars(module))
    except BaseException as error:
        for imported in siblings_of(module):
            del sys.modules[imported.__name__]
        del sys.modules[name]
        if isinstance(error, D2LHelpersError | KeyboardInterrupt) or not isinstance(error, Exception | SystemExit):
            raise
        remedy = _RELATIVE if isinstance(error, ImportError) else "correct this line"
        raise _unusable(file, explain(error), "a module that Python can import", remedy) from error
    for one in (module, *siblings_of(module)):
        leave_out_lines_of(Path(str(one.__file__)))
    return module


def siblings_of(module: ModuleType) -> list[ModuleType]:
    """Return the modules beside a module that it has imported, also indirectly."""
    prefix = f"{module.__package__}."
    return [one for name, one in list(sys.modules.items()) if name.startswith(prefix) and one is not module and one]


def new_package(folder: Path, name: str) -> str:
    """Make the modules of a folder importable below a package of this name, if there is none yet; return the name."""
    if name not in sys.modules:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[name] = importlib.util.module_from_spec(spec)
        importlib.invalidate_caches()  # a module written a moment ago would not be found
    return name


def _read(file: Path) -> bytes:
    """Return the bytes of a module's file; raises as `import_file` does."""
    try:
        if not file.is_file():
            there = ", ".join(sorted(path.name for path in file.parent.glob("*.py"))[:5]) or "no .py file"
            raise _unusable(file, f"no file {file.name}; {file.parent} has {there}", "the file", "look at its name")
        if (size := file.stat().st_size) > _LARGEST:
            raise _unusable(file, f"{size:,} bytes", f"a module of at most {_LARGEST:,} bytes", "put data into files")
        return file.read_bytes()
    except OSError as error:
        raise _unusable(file, error, "a file that can be read", "look at its permissions") from error


def _package_of(file: Path) -> str:
    """Return the package for a module: another one after a change of any module in its folder."""
    digest = hashlib.sha256(str(file).encode(errors="surrogateescape"))
    for path in sorted(file.parent.glob("*.py")):
        if path.is_file() and path.stat().st_size <= _LARGEST:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return new_package(file.parent, f"d2l_module_{digest.hexdigest()[:16]}")


@contextmanager
def _without_compiled_files() -> Iterator[None]:
    """Have Python keep no compiled files: one is taken for current if the file was changed within the same second."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _is_utf8(source: bytes) -> bool:
    try:
        return "\0" not in source.decode()  # UTF-16 of plain English is UTF-8, too, with zeros
    except UnicodeDecodeError:
        return False


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        line = f"\n  line {error.lineno}: {error.text.strip()[:100]}" if error.text else f", line {error.lineno}"
        return f"{type(error).__name__}: {error.msg}{line}"
    return f"{type(error).__name__}: {error}"


def _unusable(file: Path, got: object, expected: str, remedy: str) -> NotebookError:
    return NotebookError(f"Cannot load {file.name}.", got=got, expected=expected, remedy=remedy)
