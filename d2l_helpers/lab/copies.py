"""Copy the notebooks for a learner: each release once, and never over the learner's changes."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import NotebookError

__all__ = ["Copy", "Outcome", "refresh_copies", "summary", "trust"]

_MANIFEST = ".releases.json"
_LARGEST = 1_000_000  # bytes of a manifest: ten thousand releases

# By the notebook's name, each release that was copied: the digest of its bytes, and of what a learner changes in it
_Releases = dict[str, dict[str, str]]


class Outcome(Enum):
    """How a copy relates to the copies before it."""

    NEW = "copied"
    REPLACED = "brought up to date"
    BESIDE = "beside"


@dataclass(frozen=True)
class Copy:
    """A copy that was written.

    Attributes
    ----------
    path : Path
        The copy.
    outcome : Outcome
        `BESIDE` if the learner changed every earlier copy: those stay, and this one has another name.
    original : Path
        The released notebook.
    """

    path: Path
    outcome: Outcome
    original: Path


def refresh_copies(notebooks: Path, work: Path) -> list[Copy]:
    """Copy the notebooks that are new in `notebooks` into `work`.

    A notebook that is not in `work`, or no longer, is copied. A newer release replaces a copy that the learner has not
    changed; a changed copy stays, and the release is written beside it, once, as ``NAME (newer).ipynb``. Opening
    and saving a notebook is no change; another source or another text in an output is.

    Parameters
    ----------
    notebooks : Path
        The folder of the released notebooks.
    work : Path
        The learner's folder; made if it is missing.

    Returns
    -------
    list of Copy
        The copies that were written, in the order of their names; empty if all is up to date.

    Raises
    ------
    NotebookError
        If there is no released notebook, or one cannot be read or copied. No copy is half written.
    """
    originals = _released(notebooks)
    _make_folder(work)
    releases = _read_manifest(work / _MANIFEST)
    before = json.dumps(releases)
    try:
        written = [copy for original in originals if (copy := _refresh(original, work, releases))]
    finally:
        if json.dumps(releases) != before:
            replace_file(work / _MANIFEST, json.dumps(releases, indent=1).encode())
    return written


def summary(copies: Sequence[Copy], work: Path) -> Iterator[str]:
    """Return what a learner should know about these copies, line by line."""
    for outcome in (Outcome.NEW, Outcome.REPLACED):
        names = [copy.path.name for copy in copies if copy.outcome is outcome]
        if names:
            yield f"{outcome.value} in {work}: {', '.join(names)}"
    for copy in copies:
        if copy.outcome is Outcome.BESIDE:
            yield f"{copy.original.name} in {work} has your changes and stays; the newer release is {copy.path.name}"


def trust(copies: Sequence[Copy]) -> None:
    """Sign copies as Jupyter signs what it saves: JupyterLab removes the outputs of a notebook without a signature."""
    import nbformat
    from nbformat.sign import NotebookNotary

    # Fails if the home cannot be written, or if the database of signatures is locked or damaged
    with suppress(Exception), NotebookNotary() as notary:
        for copy in copies:
            notary.sign(nbformat.read(copy.path, as_version=nbformat.NO_CONVERT))


def _released(notebooks: Path) -> list[Path]:
    originals = sorted(path for path in notebooks.glob("*.ipynb") if path.is_file())
    if originals:
        return originals
    raise NotebookError(
        "There is no notebook to copy.",
        got=notebooks,
        expected="the folder with the chapter's notebooks",
        remedy="run the command in the project's folder, or restore the notebooks there",
    )


def _refresh(original: Path, work: Path, releases: _Releases) -> Copy | None:
    """Copy one notebook, if needed, and add the release to those that were copied."""
    content = _read(original)
    digest = _digest(content)
    copied = releases.get(original.name, {})
    first = work / original.name
    if digest in copied and os.path.lexists(first):
        return None
    copied_or_new = copied | {digest: _digest_of_work(original)}
    for path in itertools.chain([first], _names_beside(first)):
        if not os.path.lexists(path):  # a broken link also exists, and must not be replaced
            outcome = Outcome.NEW if path == first else Outcome.BESIDE
        elif _is_untouched(path, copied_or_new):
            outcome = Outcome.REPLACED
        else:
            continue
        replace_file(path, content)
        releases[original.name] = copied_or_new
        return Copy(path, outcome, original)
    raise AssertionError("the names do not end")


def _names_beside(path: Path) -> itertools.chain[Path]:
    """Return the names for newer releases, without end; a file browser sorts them beside the first one."""
    numbered = (path.with_stem(f"{path.stem} (newer {number})") for number in itertools.count(2))
    return itertools.chain([path.with_stem(f"{path.stem} (newer)")], numbered)


def _is_untouched(path: Path, copied: dict[str, str]) -> bool:
    """Return whether a copy is still a release: it may have been opened and saved, but not changed."""
    if path.is_symlink():
        return False  # replacing the link would separate it from its file
    try:
        return _digest(path.read_bytes()) in copied or _digest_of_work(path) in copied.values()
    except OSError:  # a copy that cannot be read may have the learner's changes
        return False


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of_work(path: Path) -> str:
    """Return the digest of what a learner changes: sources and texts of outputs; of all bytes if it is no notebook.

    Opening and saving a notebook changes more: JupyterLab writes metadata, 5 for 5.0, and no widgets of old kernels.
    """
    contents = path.read_bytes()
    try:
        cells = json.loads(contents)["cells"]
        work = [
            [cell["cell_type"], _joined(cell["source"]), [_text(output) for output in cell.get("outputs", [])]]
            for cell in cells
        ]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return _digest(contents)
    return _digest(json.dumps(work).encode())


def _joined(text: str | list[str]) -> str:
    return "".join(text)  # a file contains a text as a list of lines


def _text(output: Mapping[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain")
    return _joined(text) if text else str(output.get("evalue"))


def _make_folder(work: Path) -> None:
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotebookError(
            f"Cannot make the folder {work} for your copies of the notebooks.",
            got=error,
            expected="a folder, or none yet, where files can be written",
            remedy=f"move what is called {work.name} away, or make room on the disk, then run the command again",
        ) from error


def _read(original: Path) -> bytes:
    try:
        return original.read_bytes()
    except OSError as error:
        raise NotebookError(
            f"Cannot read the notebook {original}",
            got=error,
            expected="a file that may be read",
            remedy="check the permissions of the file, or restore it",
        ) from error


def _read_manifest(path: Path) -> _Releases:
    """Read which releases were copied; without the manifest, each copy that is no release counts as changed."""
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # none yet, or damaged
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        name: {str(digest): str(as_saved) for digest, as_saved in digests.items()}
        for name, digests in content.items()
        if isinstance(digests, dict)
    }
