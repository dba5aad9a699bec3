"""Write a teacher's new notebook and its module of exercises: a copy of the template under names of their own."""

from __future__ import annotations

import os
import re
import unicodedata
from itertools import count
from pathlib import Path

from nbformat import NotebookNode

from d2l_authoring.links import add_install_cell
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.atomic import write_once
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import ArgumentError, NotebookError
from d2l_helpers.exercises.expectations import digest_of

__all__ = ["new_notebook"]

_TEMPLATE = Path(__file__).with_name("template")
_TITLE, _MODULE = "My notebook", "my_exercises"
_NAMES = ("middle_value", "last_price", "doubled_prices", "mean_price")
_CHOICE, _RIGHT = "doubled_prices", "b"  # the module has the right letter's digest
_LONGEST = 80  # bytes: nbgrader makes folders and files of the name


def new_notebook(path: Path) -> tuple[Path, Path]:
    """Write a notebook with an exercise of each kind, and beside it the module of its exercises.

    Parameters
    ----------
    path : Path
        The notebook, with or without ``.ipynb``.

    Returns
    -------
    Path
        The notebook's file.
    Path
        The module's file.

    Raises
    ------
    ArgumentError
        If the name cannot be a notebook's, or one of the files exists.
    NotebookError
        If a file cannot be written.
    """
    stem = unicodedata.normalize("NFC", path.name).removesuffix(".ipynb")
    _require_name(stem)
    notebook = path.with_name(f"{stem}.ipynb")
    module = path.with_name(f"{re.sub(r'[ -]+', '_', stem)}_exercises.py")
    if there := [file for file in (notebook, module) if os.path.lexists(file)]:
        raise ArgumentError(
            "A new notebook overwrites no file.",
            got=f"{', '.join(map(str, there))}, which exists",
            expected="a name that is not taken",
            remedy="choose another name, or move the file away",
        )
    names = _free_names(notebook.parent)
    source = (_TEMPLATE / f"{_MODULE}.py").read_text(encoding="utf-8")
    texts = {
        module: _renamed(source, names, module.stem).encode(),
        notebook: to_bytes(_composed(names, stem, module.stem)),
    }
    written: list[Path] = []
    try:
        for file, text in texts.items():
            write_once(file, text)
            written.append(file)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        raise NotebookError(
            f"Cannot write {notebook.name} and {module.name}.",
            got=error,
            expected=f"a folder {notebook.parent} with write permission and free space",
            remedy="look at the folder's permissions and the free space",
        ) from error
    return notebook, module


def _composed(names: dict[str, str], title: str, module: str) -> NotebookNode:
    notebook = read_notebook(_TEMPLATE / "my_notebook.ipynb")
    for cell in notebook.cells:
        cell["source"] = _renamed(cell.source, names, module)
        nbgrader = cell.metadata.get("nbgrader", {})
        if "grade_id" in nbgrader:
            nbgrader["grade_id"] = _renamed(nbgrader["grade_id"], names, module)
    notebook.cells[0]["source"] = notebook.cells[0].source.replace(_TITLE, title, 1)
    add_install_cell(notebook)
    return notebook


def _free_names(folder: Path) -> dict[str, str]:
    """Return the names of exercises and question: the template's, with a number where the folder has them already."""
    files = (file for file in folder.glob("*.py") if file.is_file())
    taken = {word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8", errors="replace"))}
    for number in count(1):
        names = {name: name if number == 1 else f"{name}_{number}" for name in _NAMES}
        if taken.isdisjoint(names.values()):
            return names
    raise AssertionError("a number is free")


def _renamed(text: str, names: dict[str, str], module: str) -> str:
    for old, new in {_MODULE: module, **names}.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return text.replace("DIGEST", digest_of(names[_CHOICE], _RIGHT))


def _require_name(stem: str) -> None:
    is_made_of = all(character in " _-" or unicodedata.category(character)[0] in "LMN" for character in stem)
    is_short = len(stem.encode(errors="replace")) <= _LONGEST
    if not (stem and is_made_of and is_short and stem == stem.strip(" _-") and stem not in CHAPTER):
        raise ArgumentError(
            "A notebook cannot have this name.",
            got=repr(stem[:100]),
            expected="letters, digits, spaces, - and _ between them; not the name of one of the chapter's notebooks",
            remedy='choose another name, as in d2l-author new my_notebook, or d2l-author new "Week 1"',
        )
