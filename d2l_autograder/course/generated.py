"""Generated files that their owner may change: a changed file is kept when the others are written again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePath

from d2l_helpers.atomic import write
from d2l_helpers.errors import NotebookError

__all__ = ["Written", "write_generated"]

# Digests of what was written last, as sha256sum prints them: a file with another digest was changed by its owner
_RECORD = ".written.sha256"


class Written(StrEnum):
    """What became of a file."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    REMOVED = "removed"


def write_generated(folder: Path, files: Mapping[str, bytes], force: bool = False) -> dict[str, Written]:
    """Write files, but not over files that were changed since they were last written.

    What was written into one of their folders before, is not among them any more and was not changed, is removed: the
    wheel of an earlier version would otherwise be handed out, too.

    Parameters
    ----------
    folder : Path
        Where the files go; it is made if it does not exist.
    files : mapping of str to bytes
        The files' contents, by their paths in the folder.
    force : bool, optional
        Whether to overwrite changed files too.

    Returns
    -------
    dict of str to Written
        What became of each file.

    Raises
    ------
    NotebookError
        If a file cannot be read or written.
    """
    try:
        return _write(folder, files, force)
    except OSError as error:
        raise NotebookError(
            f"Cannot write to the folder {folder}.",
            got=error,
            expected="a folder, new or not, whose files may be read and written",
            remedy="name another folder, or move away what is there",
        ) from error


def _write(folder: Path, files: Mapping[str, bytes], force: bool) -> dict[str, Written]:
    record = _read_record(folder)
    done = {}
    for name, contents in files.items():
        done[name] = _what_to_do(folder / name, contents, record.get(name), force)
        if done[name] in (Written.NEW, Written.UPDATED):
            write(folder / name, contents)
        if done[name] != Written.KEPT:
            record[name] = hashlib.sha256(contents).hexdigest()
    folders = {PurePath(name).parent for name in files}
    for name in [name for name in record if name not in files and PurePath(name).parent in folders]:
        if _is_unchanged(folder / name, record.pop(name)):
            (folder / name).unlink()
            done[name] = Written.REMOVED
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(record.items()))
    write(folder / _RECORD, lines.encode())
    return done


def _what_to_do(file: Path, contents: bytes, last: str | None, force: bool) -> Written:
    try:
        there = file.read_bytes()
    except FileNotFoundError:
        return Written.NEW
    if there == contents:
        return Written.UNCHANGED
    return Written.UPDATED if force or hashlib.sha256(there).hexdigest() == last else Written.KEPT


def _is_unchanged(file: Path, last: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == last


def _read_record(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / _RECORD).read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
