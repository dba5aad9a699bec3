"""What a sandbox has ready before the first cell, and what its process is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import mounts
from d2l_autograder.sandbox.limits import Limits

__all__ = ["SETTINGS", "Inside", "environment", "options"]

SETTINGS = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # so that a regrade goes as the grade did
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0",
    "TQDM_DISABLE": "1",
}


@dataclass(frozen=True)
class Inside:
    """What a sandbox has ready before the first cell.

    Attributes
    ----------
    data : Path, optional
        The folder with the dataset's decompressed files, such as ``d2l_helpers.data.cache_folder()``. All of it can
        be read inside, except the test labels, for which there is a stand-in.
    imports : tuple of str
        Import statements to run, such as ``"from mxnet import np"``.
    load_data : bool
        Whether to load the dataset, which takes a second; it needs `data`, and an import of mxnet.
    mxnet : bool
        Whether functions are called with MXNet's arrays instead of NumPy's.
    environment : dict of str to str
        Variables to add to the environment, or to change in it.
    hidden : tuple of Path
        Files and folders that must stay hidden, such as the answer key, the course and the submissions.
    """

    data: Path | None = None
    imports: tuple[str, ...] = ()
    load_data: bool = False
    mxnet: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    hidden: tuple[Path, ...] = ()


def environment(inside: Inside) -> dict[str, str]:
    """Write all of a sandbox's environment."""
    return {
        **SETTINGS,
        "HOME": mounts.HOME,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": "/tmp",
        "PATH": "/usr/bin",
        "PYTHONPATH": mounts.python_path(),
        **({"D2L_DATA": mounts.DATA} if inside.data else {}),
        **inside.environment,
    }


def options(inside: Inside, limits: Limits, is_confined: bool) -> dict[str, Any]:
    """Write the first message to the worker."""
    digest = hashlib.sha256(mounts.stand_in_labels()).hexdigest()
    return {
        "imports": list(inside.imports),
        "mxnet": inside.mxnet,
        "data": inside.load_data,
        "checksums": {"t10k-labels": digest} if inside.data and is_confined else {},
        "output": int(limits.output),
    }
