"""The readers' package as a wheel, which is handed out beside each notebook: for one source always the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from d2l_autograder.key import PROJECT
from d2l_helpers.errors import LibraryUnusable, NotebookError

__all__ = ["readers_wheel"]


def readers_wheel() -> dict[str, bytes]:
    """Build the wheel as `make wheel` does, without a network; it contains ``d2l_helpers`` and no answer key.

    Returns
    -------
    dict of str to bytes
        The wheel's contents, by its name, which pip reads the version from.

    Raises
    ------
    LibraryUnusable
        If hatchling, which builds it, is missing.
    NotebookError
        If the project's folder cannot be read, or the folder for temporary files cannot be written.
    """
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ImportError as error:
        raise LibraryUnusable(
            "Cannot build the wheel that is handed out beside each notebook.",
            got=error,
            expected="the package hatchling, which make grading installs",
            remedy="run make grading in the project's folder",
        ) from error
    try:
        with tempfile.TemporaryDirectory() as folder:
            (built,) = WheelBuilder(str(PROJECT)).build(directory=folder, versions=["standard"])
            return {Path(built).name: Path(built).read_bytes()}
    except (OSError, ValueError) as error:
        raise NotebookError(
            "Cannot build the wheel that is handed out beside each notebook.",
            got=error,
            expected=f"the project in {PROJECT}, and a folder for temporary files with a megabyte of space",
            remedy="check both, and run the command again",
        ) from error
