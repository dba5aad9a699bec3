"""The folder that MXNet's CUDA wheel has to itself: two wheels of MXNet cannot share one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["cuda_folder"]


def cuda_folder() -> Path:
    """Give the folder into which the CUDA wheel and its libraries are installed, which need not exist.

    All wheels of MXNet write to one folder ``mxnet``, and what pip installs last overwrites the rest. So the CPU wheel
    stays where it is, and this folder is looked into first where there is a GPU for it.

    Returns
    -------
    Path
        What ``D2L_CUDA`` says; without it, ``mxnet-cuda`` in the Python environment.
    """
    chosen = os.environ.get("D2L_CUDA")
    return Path(chosen or Path(sys.prefix, "mxnet-cuda")).absolute()
