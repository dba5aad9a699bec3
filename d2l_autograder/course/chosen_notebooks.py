"""Choose the notebooks of a course by their names or numbers, from a folder and from this project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.cells.loaded_module import loaded_module
from d2l_autograder.key import PROJECT
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import ArgumentError

__all__ = ["choose_notebooks"]


def choose_notebooks(folder: Path, only: Iterable[str] = ()) -> list[Path]:
    """Return the files of a course's notebooks, in the order of their names.

    Parameters
    ----------
    folder : Path
        The folder with the notebooks.
    only : iterable of str, optional
        The names of the notebooks, or their numbers, such as 06. What the folder lacks may be one of the chapter's. By
        default all that have exercises.

    Raises
    ------
    ArgumentError
        If there is no such notebook.
    NotebookError
        If a notebook cannot be read.
    """
    here = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    known = {name: PROJECT / "notebooks" / f"{name}.ipynb" for name in CHAPTER} | here
    wanted = [one.removesuffix(".ipynb") for one in only]
    if not wanted:
        known = {name: path for name, path in here.items() if name in CHAPTER or _loads(path)}
    unknown = [one for one in wanted if not any(_is_called(name, one) for name in known)]
    if unknown or not known:
        names = ", ".join(name if name not in CHAPTER else name.partition("_")[0] for name in known)
        raise ArgumentError(
            "There is no such notebook." if unknown else "There is no notebook with exercises.",
            got=", ".join(unknown) or f"{len(here)} notebooks in {folder}",
            expected=f"some of {names}"
            if unknown
            else "a notebook that calls helpers.load_exercises, or the chapter's",
            remedy="pass names or numbers with commas between them, as in --only 06,my_notebook",
        )
    found = sorted(name for name in known if not wanted or any(_is_called(name, one) for one in wanted))
    return [known[name] for name in found]


def _loads(path: Path) -> bool:
    notebook = read_notebook(path)
    return loaded_module(cell.source for cell in notebook.cells if cell.cell_type == "code") is not None


def _is_called(name: str, called: str) -> bool:
    number = name.partition("_")[0]
    return called == name or (called == number and number.isdigit())
