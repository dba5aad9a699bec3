"""A folder that stands in for a sandbox's file system where nothing can be mounted: copies of what is bound elsewhere.

It holds `d2l_helpers` without its exercises, the worker's files, and the dataset with a stand-in for the test labels.
Every user may read it, so it must lie where every user may look.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from d2l_autograder.sandbox import mounts

__all__ = ["remove", "stage"]

_HIDDEN = "exercises"  # of d2l_helpers


@cache
def stage(data: Path | None) -> Path:
    """Return the folder for a dataset; it is made once in a process, and removed at the process's end.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder = Path(tempfile.mkdtemp(prefix="d2l-stage-"))
    atexit.register(remove, folder, os.getpid())
    library = folder / "library" / mounts.PACKAGE.name
    unwanted = shutil.ignore_patterns("__pycache__", _HIDDEN)
    shutil.copytree(mounts.PACKAGE, library, ignore=unwanted, copy_function=shutil.copyfile)
    for file in mounts.worker_files():
        shutil.copyfile(file, folder / file.name)
    (folder / "data").mkdir()
    for file in () if data is None else mounts.public_data(data):
        shutil.copyfile(file, folder / "data" / file.name)
    if data is not None:
        (folder / "data" / mounts.labels_file()).write_bytes(mounts.stand_in_labels())
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def remove(folder: Path, of: int | None = None) -> None:
    """Remove a folder in which students' code may have written, whatever it holds; a child of process `of` does not."""
    if of in (None, os.getpid()):
        with suppress(OSError):
            subprocess.run(["rm", "-rf", "--one-file-system", "--", folder], check=False, stderr=subprocess.DEVNULL)
