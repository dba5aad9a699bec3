"""List all that lies below a folder. Links are never followed, and a folder that cannot be read does not stop it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from d2l_helpers.errors import NotebookError

__all__ = ["Item", "Kind", "is_system", "walk"]

_DEEPEST = 12  # folders: three around an export, five in it, and what a student's archive was unpacked to
_MOST_IN_FOLDER = 20_000  # a folder with more is one item
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK | os.O_CLOEXEC
_LIST = """
    .git .hg .svn .ipynb_checkpoints __MACOSX __pycache__ .DS_Store Thumbs.db desktop.ini .directory .pytest_cache
    .mypy_cache .ruff_cache .vscode .idea .venv node_modules .cache .config .local .jupyter .ipython .virtual_documents
    .Spotlight-V100 .fseventsd .gitignore .gitattributes .gitkeep .keep .Rhistory lost+found
    $RECYCLE.BIN
"""
_SYSTEM = frozenset(_LIST.split())
_SYSTEM_STARTS = ("._", ".~", "~$", ".Trash", ".nfs", ".fuse_hidden", ".#")


class Kind(StrEnum):
    """What an item is. The value tells it in words."""

    FILE = "a file"
    LINK = "a link, and links are not followed"
    SPECIAL = "a pipe, a socket or a device, which is never opened"
    EMPTY = "an empty folder"
    UNREADABLE = "a folder that cannot be read"
    DEEP = "a folder that lies too deep to be searched"
    CROWDED = "a folder with too many files to be searched"
    SYSTEM = "a file or folder that programs make for themselves"
    OWN = "what this grader has written"


@dataclass(frozen=True)
class Item:
    """A file, or a folder that is not looked into.

    Attributes
    ----------
    path : Path
        The place, relative to the folder that was searched.
    kind : Kind
        What it is.
    """

    path: Path
    kind: Kind

    @property
    def is_folder(self) -> bool:
        """Whether the last part of the path is a folder's name."""
        return self.kind in (Kind.EMPTY, Kind.UNREADABLE, Kind.DEEP, Kind.CROWDED)


def is_system(name: str) -> bool:
    """Return whether a file or folder of this name is made by programs for themselves."""
    return name in _SYSTEM or name.startswith(_SYSTEM_STARTS)


def walk(folder: Path, own: Iterable[Path] = ()) -> list[Item]:
    """List the files below a folder, and the folders there that are empty or cannot be searched.

    Parameters
    ----------
    folder : Path
        The folder.
    own : iterable of Path
        Files and folders that this grader has written; each is one item.

    Raises
    ------
    NotebookError
        If the folder itself cannot be read.
    """
    found: list[Item] = []
    try:
        root = folder.resolve()
        ours = frozenset(path.relative_to(root) for each in own if (path := each.resolve()).is_relative_to(root))
        descriptor = os.open(folder, _FOLDER)  # may be a link: whoever calls has chosen it
        try:
            _visit(descriptor, Path(), _DEEPEST, ours, found)
        finally:
            os.close(descriptor)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise NotebookError(
            "Cannot search this folder for notebooks.",
            got=f"{folder}: {getattr(error, 'strerror', None) or error}",
            expected="a folder that can be read",
            remedy="pass the folder with what was handed in, or change its permissions",
        ) from None
    return [item for item in found if item.path.parts]


def _visit(descriptor: int, place: Path, depth: int, ours: frozenset[Path], found: list[Item]) -> None:
    with os.scandir(descriptor) as listing:
        entries = []
        for entry in listing:
            entries.append(entry)
            if place.parts and len(entries) > _MOST_IN_FOLDER:
                found.append(Item(place, Kind.CROWDED))
                return
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = place / entry.name
            kind = Kind.OWN if path in ours else _kind(entry)
            if kind is not None:
                found.append(Item(path, kind))
            elif depth == 1:
                found.append(Item(path, Kind.DEEP))
            else:
                _enter(descriptor, path, depth - 1, ours, found)
    if not entries:
        found.append(Item(place, Kind.EMPTY))


def _kind(entry: os.DirEntry[str]) -> Kind | None:
    """Return what an entry is; None for a folder that can be searched."""
    if is_system(entry.name):
        return Kind.SYSTEM
    try:
        if entry.is_symlink():
            return Kind.LINK
        if entry.is_dir(follow_symlinks=False):
            return None
        return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.SPECIAL
    except OSError:
        return Kind.UNREADABLE


def _enter(parent: int, place: Path, depth: int, ours: frozenset[Path], found: list[Item]) -> None:
    """Search a folder that is opened from its parent: a link put in its place meanwhile would be refused."""
    before = len(found)
    try:
        descriptor = os.open(place.name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        try:
            _visit(descriptor, place, depth, ours, found)
        finally:
            os.close(descriptor)
    except OSError:
        del found[before:]
        found.append(Item(place, Kind.UNREADABLE))
