"""The environment's own file by which ``import mxnet`` and ``from d2l import mxnet`` work before ``d2l_helpers``.

Python executes the import line of each ``.pth`` file among the installed packages when it starts. Ours costs half a
millisecond. Python 3.18 and later will ignore such lines (PEP 829), and MXNet's last release is tested to 3.14.
"""

from __future__ import annotations

import site
from pathlib import Path

__all__ = ["SOURCE", "folders", "installed"]

SOURCE = Path(__file__).with_name("d2l_helpers_mxnet.pth")
"""What the wheel and the editable install copy among the installed packages."""


def folders() -> list[Path]:
    """Return the folders whose ``.pth`` files this Python reads at its start."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(folder) for folder in (*site.getsitepackages(), *user) if Path(folder).is_dir()]


def installed() -> Path | None:
    """Return where this environment has the file, with the contents that this release ships; else None."""
    contents = SOURCE.read_bytes()
    files = (folder / SOURCE.name for folder in folders())
    return next((file for file in files if file.is_file() and file.read_bytes() == contents), None)
