"""Look into each file, and tell whether it is a notebook, holds notebooks, or is something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from d2l_autograder.collect.archives import LARGEST as LARGEST_ARCHIVE
from d2l_autograder.collect.archives import base_name, is_archive, open_archive
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.recognise import LARGEST, Recogniser, is_notebook_like
from d2l_autograder.collect.spelling import as_text, shown
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import NotebookError

__all__ = ["Candidate", "describe", "expected_in", "look_into"]

_KINDS = {
    ".py": "a Python file", ".pdf": "a PDF", ".doc": "a Word document", ".docx": "a Word document",
    ".odt": "a text document", ".rtf": "a text document", ".html": "a web page", ".htm": "a web page",
    ".txt": "a text file", ".md": "a text file", ".rmd": "an R notebook", ".r": "an R file",
    ".zip": "an archive", ".tar": "an archive", ".tgz": "an archive", ".gz": "an archive", ".7z": "a 7z archive",
    ".rar": "a RAR archive", ".png": "a picture", ".jpg": "a picture", ".jpeg": "a picture", ".heic": "a picture",
    ".csv": "a table", ".xlsx": "a table", ".ppt": "slides", ".pptx": "slides", ".url": "a bookmark",
    ".ipynb": "a notebook that was given back",
    ".webloc": "a bookmark", ".gdoc": "a link to a document", ".pages": "a text document", ".mp4": "a film",
}  # fmt: skip
_DOCUMENTS = frozenset((".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".npz", ".pages", ".whl"))
_START = 600  # bytes: tar's mark is at 257


@dataclass(frozen=True)
class Candidate:
    """A notebook, or what stands in its place.

    Attributes
    ----------
    item : Item
        The file.
    member : str
        Its name in the archive; empty where the file is no archive.
    assignment : str
        Where it belongs; empty where nothing tells.
    answers : int
        How many exercises it answers, as far as was looked at.
    is_sound : bool
        Whether its content is a notebook.
    problem : str
        Why there is nothing to mark.
    notes : tuple of str
        What the report says about it.
    """

    item: Item
    member: str = ""
    assignment: str = ""
    answers: int = 0
    is_sound: bool = True
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file, or of the member."""
        return as_text(base_name(self.member) if self.member else self.item.path.name)


@dataclass
class _Budget:
    """What an archive, with the archives in it, may still cost; and what was left out, in words."""

    notebooks: int = 100
    archives: int = 10
    size: int = 256 << 20
    left: list[str] = field(default_factory=list)

    def allows(self, notebooks: int = 0, archives: int = 0) -> bool:
        """Take so many, if so many are left."""
        if self.notebooks < notebooks or self.archives < archives or self.size <= 0:
            return False
        self.notebooks -= notebooks
        self.archives -= archives
        return True

    def spend(self, contents: bytes) -> bytes:
        """Take a file's bytes, and return them."""
        self.size -= len(contents)
        return contents


@dataclass(frozen=True)
class _Content:
    """What was read of one notebook, in a file or an archive."""

    contents: bytes
    member: str = ""
    notes: tuple[str, ...] = ()


def describe(name: str) -> str:
    """Return in words what a file is, by its name."""
    suffix = Path(name).suffix.lower()
    if name.lower().endswith((".tar.bz2", ".tar.xz", ".tbz", ".txz")):
        return "an archive that cannot be opened here"
    return _KINDS.get(suffix, "a file that is no notebook")


def look_into(folder: Path, item: Item, recogniser: Recogniser, hint: str, is_thorough: bool) -> list[Candidate]:
    """Return the notebooks in a file, or what stands in the place of one; none for a file that is something else.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    item : Item
        What was found there.
    recogniser : Recogniser
        Knows the assignments' contents.
    hint : str
        The assignment that the names of the file and its folders tell; empty if none.
    is_thorough : bool
        Whether to count the answers of a notebook that is what its name says.
    """
    name = shown(item.path.name)
    is_called_notebook = ".ipynb" in item.path.name.lower()
    if item.kind != Kind.FILE:
        problem = f"{name} is {item.kind.value}; expected {expected_in(recogniser, hint)}."
        return [Candidate(item, assignment=hint, is_sound=False, problem=problem)] if is_called_notebook else []
    try:
        start = read_file(folder / item.path, _START)[:_START]
        if is_archive(start) and item.path.suffix.lower() not in _DOCUMENTS:
            return _in_archive(folder / item.path, item, recogniser, hint)
        if is_notebook_like(start):
            content = _Content(read_file(folder / item.path, LARGEST))
            candidate = _recognised(item, content, recogniser, hint, is_thorough)
            if candidate or not is_called_notebook:
                return [candidate] if candidate else []
    except NotebookError as error:
        problem = f"{name} cannot be read: {error.got}; expected {expected_in(recogniser, hint)}."
        return [Candidate(item, assignment=hint, is_sound=False, problem=problem)]
    return [_unreadable(item, recogniser, hint)] if is_called_notebook else []


def expected_in(recogniser: Recogniser, assignment: str) -> str:
    """Return in words what should have been handed in."""
    if assignment:
        return f"the notebook {assignment}.ipynb"
    names = sorted(recogniser.known)
    return f"the notebook {names[0]}.ipynb" if len(names) == 1 else f"one of the notebooks {', '.join(names)}"


def _unreadable(item: Item, recogniser: Recogniser, hint: str) -> Candidate:
    """Return what is called a notebook and is none; where the assignment is known, marking says what is wrong."""
    hint = hint or (next(iter(recogniser.known)) if len(recogniser.known) == 1 else "")
    name = shown(item.path.name)
    problem = f"{name} is not a notebook that can be read; expected {expected_in(recogniser, hint)}."
    is_marked = hint and item.path.suffix.lower() == ".ipynb"
    return Candidate(item, assignment=hint, is_sound=False, problem="" if is_marked else problem)


def _in_archive(file: Path, item: Item, recogniser: Recogniser, hint: str) -> list[Candidate]:
    name = shown(item.path.name)
    found: list[Candidate] = []
    budget = _Budget()
    try:
        for content in _notebooks_in(read_file(file, LARGEST_ARCHIVE), budget):
            if candidate := _recognised(item, content, recogniser, hint, True):
                found.append(candidate)
            else:
                budget.left.append(f"{shown(content.member)}: not a notebook that can be read")
    except NotebookError as error:
        if not found:
            problem = f"{name} is {error.got}; expected {expected_in(recogniser, hint)}."
            return [Candidate(item, assignment=hint, is_sound=False, problem=problem)]
    if not found:
        reasons = f" ({'; '.join(budget.left[:3])})" if budget.left else ""
        problem = f"{name} is an archive without a notebook{reasons}; expected {expected_in(recogniser, hint)}."
        return [Candidate(item, assignment=hint, is_sound=False, problem=problem)]
    return found


def _notebooks_in(contents: bytes, budget: _Budget, outside: str = "") -> Iterator[_Content]:
    """Yield the notebooks in an archive, and in archives in it; an archive in one of those is left out."""
    archive, reasons = open_archive(contents)
    budget.left += reasons
    for name, read in archive.items():
        member = f"{outside}{name}"
        try:
            start = read(_START)[:_START]
            if is_archive(start) and Path(name).suffix.lower() not in _DOCUMENTS:
                if not outside and budget.allows(archives=1):
                    yield from _notebooks_in(budget.spend(read(LARGEST_ARCHIVE)), budget, f"{name}/")
                else:
                    budget.left.append(f"{shown(member)}: an archive in an archive")
            elif is_notebook_like(start) and budget.allows(notebooks=1):
                yield _Content(budget.spend(read(LARGEST)), member, (f"found as {shown(member)} in an archive",))
            elif ".ipynb" in base_name(name).lower():
                budget.left.append(f"{shown(member)}: not a notebook that can be read")
        except NotebookError as error:
            budget.left.append(f"{shown(member)}: {error.got}")


def _recognised(
    item: Item, content: _Content, recogniser: Recogniser, hint: str, is_thorough: bool
) -> Candidate | None:
    """Return the notebook with the assignment to which its content belongs; None for what is no notebook."""
    name = shown(base_name(content.member) or item.path.name)
    notes = content.notes
    if not name.lower().endswith(".ipynb"):
        notes = (*notes, f"{name} holds a notebook, whatever its name ends in")
    if hint and not is_thorough and name.lower().endswith(".ipynb") and recogniser.is_quickly(content.contents, hint):
        return Candidate(item, content.member, hint, notes=notes)
    look = recogniser.look(content.contents)
    if look is None:
        return None
    likely = look.best(hint)
    answers = look.answers.get(likely, 0)
    if likely in recogniser.known:
        if hint and likely != hint:
            notes = (*notes, f"{name} holds {likely}, and not {hint} as its name or folder says")
        elif not hint and len(recogniser.known) > 1:
            notes = (*notes, f"{name} was recognised by its content")
        return Candidate(item, content.member, likely, answers, notes=notes)
    if hint and not recogniser.knows(hint):  # no release that could contradict the name
        return Candidate(item, content.member, hint, notes=notes)
    return Candidate(item, content.member, hint, problem=_mismatch(name, likely, recogniser, hint), notes=notes)


def _mismatch(name: str, likely: str, recogniser: Recogniser, hint: str) -> str:
    expected = expected_in(recogniser, hint)
    if likely:
        return f"{name} looks like the notebook {likely}, which is not part of this course; expected {expected}."
    return f"{name} has none of the exercises, checks or texts of a notebook of this course; expected {expected}."
