"""Set other folders for Jupyter, IPython and matplotlib if their own, in the user's home, cannot be written.

Without a runtime folder that can be written, Jupyter ends in a traceback; IPython and matplotlib warn in every kernel.
"""

from __future__ import annotations

import os
import stat
import tempfile
from functools import cache
from pathlib import Path

from d2l_helpers.errors import LibraryUnusable

__all__ = ["replace_unwritable_folders", "temporary_folder"]


def replace_unwritable_folders() -> dict[str, Path]:
    """Set environment variables, for this process and those it starts, in place of folders that cannot be written.

    The replacement is one folder for each user among the temporary files, so it is still there at the next start.
    Jupyter goes on reading settings and kernels in folders that can be read.

    Returns
    -------
    dict of str to Path
        For each folder that cannot be written, its replacement; ``~`` stands for a user without a home.

    Raises
    ------
    LibraryUnusable
        If no folder for temporary files can be written, either.
    """
    from jupyter_core import paths

    replaced: dict[str, Path] = {}
    if os.path.expanduser("~") == "~":  # noqa: PTH111  Path.home() raises an error: HOME is not set, nor the user known
        replaced["~"] = temporary_folder() / "home"
        os.environ["HOME"] = str(replaced["~"])

    def replace(variable: str, *folders: str) -> None:
        for folder in folders:
            if not _is_writable(folder):
                replaced[folder] = temporary_folder() / variable.lower()
                os.environ[variable] = str(replaced[folder])

    for variable, folder, reading in (
        ("JUPYTER_CONFIG_DIR", paths.jupyter_config_dir(), "JUPYTER_CONFIG_PATH"),
        ("JUPYTER_DATA_DIR", paths.jupyter_data_dir(), "JUPYTER_PATH"),
    ):
        replace(variable, folder)
        if folder in replaced:
            os.environ[reading] = os.pathsep.join(filter(None, [os.environ.get(reading), folder]))
    replace("JUPYTER_RUNTIME_DIR", paths.jupyter_runtime_dir())  # by default below the data folder
    replace("IPYTHONDIR", os.environ.get("IPYTHONDIR") or _in_home(".ipython"))
    replace("MPLCONFIGDIR", *_matplotlibs_folders())
    return replaced


def _matplotlibs_folders() -> list[str]:
    if chosen := os.environ.get("MPLCONFIGDIR"):
        return [chosen]
    parents = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
    return [os.path.join(os.environ.get(name) or _in_home(default), "matplotlib") for name, default in parents]  # noqa: PTH118


def _in_home(name: str) -> str:
    return str(Path.home() / name)


def _is_writable(folder: str) -> bool:
    """Return whether a file can be written in a folder, or in the nearest one above that exists.

    Permissions are not enough: the disk may be full, or mounted read-only, also for root.
    """
    nearest = Path(folder).expanduser().absolute()
    while not os.path.lexists(nearest):
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest, buffering=0) as file:
            file.write(bytes(4096))
    except OSError:
        return False
    return True


@cache
def temporary_folder() -> Path:
    """Return this user's folder among the temporary files; another one if someone else has a folder of its name.

    Raises
    ------
    LibraryUnusable
        If there is no folder for temporary files in which files can be written.
    """
    try:
        folder = Path(tempfile.gettempdir(), f"d2l-helpers-{os.geteuid()}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            status = folder.lstat()
            is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
            if not is_ours:  # Jupyter writes keys and passwords there
                folder = Path(tempfile.mkdtemp(prefix="d2l-helpers-"))
    except OSError as error:
        raise LibraryUnusable(
            "Cannot start JupyterLab.",
            got=error,
            expected="a home folder, or one for temporary files, in which files can be written",
            remedy="make room on the disk, or name a folder that can be written by the environment variable TMPDIR",
        ) from error
    return folder
