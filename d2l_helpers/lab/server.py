"""Start JupyterLab in place of this process."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from d2l_helpers.errors import LibraryUnusable, NotebookError

__all__ = ["start_lab"]

_CONFIG = Path(__file__).parent / "config"  # the first page, no question about news, whole file names


def start_lab(folder: Path, options: Sequence[str] = ()) -> NoReturn:
    """Replace this process by a JupyterLab, so that signals and the exit status are Jupyter's.

    Our settings are defaults of Jupyter's own kind: an option on the command line wins, and so does what the user
    chose in JupyterLab's settings.

    Parameters
    ----------
    folder : Path
        What the file browser shows, and where kernels start.
    options : sequence of str
        Options of ``jupyter lab``, such as ``--no-browser``.

    Raises
    ------
    LibraryUnusable
        If JupyterLab is not installed.
    NotebookError
        If the folder cannot be entered.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise LibraryUnusable(
            "Cannot open the notebooks.",
            got="no JupyterLab beside this Python",
            expected="the packages of requirements.lock",
            remedy="run make lab in the project's folder, which installs them",
        )
    try:
        os.chdir(folder)
    except OSError as error:
        raise NotebookError(
            "Cannot open the notebooks.",
            got=error,
            expected="a folder of notebooks",
            remedy="look at the folder's name and permissions",
        ) from error
    paths = [str(_CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    # Jupyter refuses to run as root, who is the only user in many containers; the same flag twice is an error
    root = ["--allow-root"] if os.geteuid() == 0 and "--allow-root" not in options else []
    sys.stdout.flush()
    # -P: without it, a notebook's neighbour called json.py would be imported by the server
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyterlab", *root, *options])
