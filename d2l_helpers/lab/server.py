"""Start JupyterLab in place of this process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from d2l_helpers.errors import LibraryUnusable, NotebookError
from d2l_helpers.lab.homes import temporary_folder

__all__ = ["start_lab"]

# These settings choose the first page, ask no question about news, show no dates beside file names, and start the first
# notebook's kernel early. They leave out the search for language servers and the check whether JupyterLab must be
# built, each up to 0.8 s of CPU time while the page loads; nbgrader, whose import takes 0.4 s where a teacher installed
# it, and whose formgrader works in a course's folder only; Notebook 7 and the manager of extensions
_CONFIG = Path(__file__).parent / "config"
# The page that a browser opens first leads to JupyterLab at once; Jupyter's own page waits a second before it does
_TEMPLATES = Path(__file__).parent / "templates"
# JupyterLab's file name for the workspace "chapter", which the address of the first page contains
_WORKSPACE = "chapter-667b.jupyterlab-workspace"


def start_lab(folder: Path, options: Sequence[str] = ()) -> NoReturn:
    """Replace this process by a JupyterLab, so that signals and the exit status are Jupyter's.

    The package's settings are defaults: options on the command line and the user's choices in JupyterLab override
    them.

    Parameters
    ----------
    folder : Path
        The folder that the file browser shows and where kernels start.
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
            got="no JupyterLab for this Python",
            expected="the packages of requirements.lock",
            remedy="run make lab in the project's folder, which installs them",
        )
    _enter(folder)
    _lay_out()
    paths = [_config_folder(), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    # Jupyter refuses to run as root, who is the only user in many containers; giving the flag twice is an error
    root = ["--allow-root"] if os.geteuid() == 0 and "--allow-root" not in options else []
    sys.stdout.flush()
    # Without -P, the server would import a file called json.py beside the notebooks
    python = [sys.executable, "-P", "-m", "d2l_helpers.lab", f"--ServerApp.extra_template_paths={_TEMPLATES}"]
    os.execv(sys.executable, [*python, *root, *options])


def _enter(folder: Path) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise NotebookError(
            "Cannot open the notebooks.",
            got=error,
            expected="a folder of notebooks",
            remedy="check the folder's name and its permissions",
        ) from error


def _config_folder() -> str:
    """Return the folder of the settings, or of a copy if the path contains a $NAME, which Jupyter would replace."""
    if os.path.expandvars(_CONFIG) == str(_CONFIG):
        return str(_CONFIG)
    return str(shutil.copytree(_CONFIG, temporary_folder() / "config", dirs_exist_ok=True))


def _lay_out() -> None:
    """Make the file browser as wide as the notebooks' names, and open the first notebook, until the user changes that.

    JupyterLab acts on the page's address, which also names the notebook, only after it has saved the workspace: a
    second during which the page does nothing.
    """
    from jupyter_core.paths import jupyter_config_dir

    default = Path(jupyter_config_dir(), "lab", "workspaces")
    path = Path(os.environ.get("JUPYTERLAB_WORKSPACES_DIR", default), _WORKSPACE)
    with suppress(OSError):  # the home cannot be written, or the file exists already
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write((_CONFIG / _WORKSPACE).read_bytes())
