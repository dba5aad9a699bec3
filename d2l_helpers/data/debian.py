"""Fetch Debian's package of Fashion-MNIST without installing it, and without being root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from d2l_helpers.errors import DataUnavailable

__all__ = ["INSTALLED", "PACKAGE", "fetch_package"]

PACKAGE = "dataset-fashion-mnist"
FOLDER_IN_PACKAGE = "usr/share/datasets/fashion-mnist"
INSTALLED = Path("/") / FOLDER_IN_PACKAGE
TIMEOUT = 300.0  # seconds for one command


def fetch_package(folder: Path) -> Path:
    """Download the package with ``apt-get`` and unpack it.

    Parameters
    ----------
    folder : Path
        An empty folder to work in.

    Returns
    -------
    Path
        The folder, below `folder`, with the compressed files.

    Raises
    ------
    DataUnavailable
        If this is no Debian-like system, or its servers do not deliver.
    """
    missing = [command for command in ("apt-get", "dpkg-deb") if shutil.which(command) is None]
    if missing:
        raise _unavailable(f"no {' and no '.join(missing)} on this machine")
    options = ["Acquire::http::Timeout=10", "Acquire::https::Timeout=10", "Acquire::Retries=1"]
    if os.geteuid() == 0:
        options.append("APT::Sandbox::User=root")  # apt's own user may not write into our folder
    apt_get = ["apt-get", "-q", *(f"-o{option}" for option in options)]
    try:
        _run(folder, *apt_get, "download", PACKAGE)
    except DataUnavailable:  # the machine's own lists are empty or old, and only root may update them
        private = _private_lists(folder)
        _run(folder, *apt_get, *private, "update")
        _run(folder, *apt_get, *private, "download", PACKAGE)
    (package,) = folder.glob("*.deb")
    _run(folder, "dpkg-deb", "-x", package.name, "unpacked")
    return folder / "unpacked" / FOLDER_IN_PACKAGE


def _private_lists(folder: Path) -> list[str]:
    """Return the options by which ``apt-get`` keeps its lists in a folder of ours."""
    for needed in ("state/lists/partial", "cache/archives/partial"):
        (folder / needed).mkdir(parents=True)
    status = "/var/lib/dpkg/status"  # read only; apt-get does not work without it
    return [f"-oDir::State={folder}/state", f"-oDir::Cache={folder}/cache", f"-oDir::State::status={status}"]


def _run(folder: Path, *command: str) -> None:
    environment = os.environ | {"LC_ALL": "C"}  # so that error messages are in English
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=TIMEOUT, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise _unavailable(f"{command[0]}: {error}") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise _unavailable(f"{command[0]}: {lines[-1]}")


def _unavailable(got: str) -> DataUnavailable:
    return DataUnavailable(
        f"Cannot fetch Debian's package {PACKAGE}.",
        got=got,
        expected="a Debian or Ubuntu system whose package servers can be reached",
        remedy=f"sudo apt-get update, then sudo apt-get install {PACKAGE}",
    )
