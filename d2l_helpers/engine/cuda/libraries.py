"""Load CUDA's libraries for MXNet's wheels from where pip or conda has put them, before MXNet looks for them."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CUDA_11", "CUDA_10", "Library", "cuda_folder", "load"]


@dataclass(frozen=True)
class Library:
    """One of NVIDIA's packages, with the shared libraries that MXNet needs of it.

    Attributes
    ----------
    package, version : str
        As on PyPI.
    folder : str
        Its folder in ``nvidia/``.
    files : tuple of str
        Its shared libraries, each after those that it needs.
    """

    package: str
    version: str
    folder: str
    files: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """The requirement that pins the package."""
        return f"{self.package}=={self.version}"


_CUDNN = ("ops_infer", "cnn_infer", "adv_infer", "ops_train", "cnn_train", "adv_train")

CUDA_11 = (  # each after those that it needs; cuDNN 8, because MXNet does not find cuDNN 9, which has other names
    Library("nvidia-cuda-runtime-cu11", "11.8.89", "cuda_runtime", ("libcudart.so.11.0",)),
    Library("nvidia-cuda-nvrtc-cu11", "11.8.89", "cuda_nvrtc", ("libnvrtc-builtins.so.11.8", "libnvrtc.so.11.2")),
    Library("nvidia-nvtx-cu11", "11.8.86", "nvtx", ("libnvToolsExt.so.1",)),
    Library("nvidia-cublas-cu11", "11.11.3.6", "cublas", ("libcublasLt.so.11", "libcublas.so.11")),
    Library("nvidia-cufft-cu11", "10.9.0.58", "cufft", ("libcufft.so.10",)),
    Library("nvidia-curand-cu11", "10.3.0.86", "curand", ("libcurand.so.10",)),
    Library("nvidia-cusparse-cu11", "11.7.5.86", "cusparse", ("libcusparse.so.11",)),
    Library("nvidia-cusolver-cu11", "11.4.1.48", "cusolver", ("libcusolver.so.11",)),
    Library("nvidia-nccl-cu11", "2.21.5", "nccl", ("libnccl.so.2",)),
    Library(
        "nvidia-cudnn-cu11",
        "8.9.6.50",
        "cudnn",
        (*(f"libcudnn_{part}.so.8" for part in _CUDNN), "libcudnn.so.8"),
    ),
)
CUDA_10 = (  # conda's cudatoolkit=10.1 has them all; cuDNN and NCCL are in the wheel itself
    "libcudart.so.10.1",
    "libnvrtc.so.10.1",
    "libcublas.so.10",
    "libcufft.so.10",
    "libcurand.so.10",
    "libcusolver.so.10",
)


def cuda_folder() -> Path:
    """Return the folder into which the CUDA wheel and its libraries are installed, which need not exist.

    All wheels of MXNet write to one folder ``mxnet``, where the wheel that pip installs last overwrites the others. So
    the CPU wheel stays where it is, and this folder is searched first if there is a GPU for its wheel.

    Returns
    -------
    Path
        The value of ``D2L_CUDA``; without it, ``mxnet-cuda`` in the Python environment.
    """
    chosen = os.environ.get("D2L_CUDA")
    return Path(chosen or Path(sys.prefix, "mxnet-cuda")).absolute()


def load(wheel: str, folder: Path) -> list[str]:
    """Load the CUDA libraries that a wheel needs; the linker then finds them by name, wherever they are stored.

    Parameters
    ----------
    wheel : str
        The wheel's name. For a wheel for neither CUDA 11 nor CUDA 10.1 nothing is loaded.
    folder : Path
        Where the wheel is installed. It is searched first, then `cuda_folder`, ``sys.path``, the environment's
        ``lib``, and last the places of the system's linker.

    Returns
    -------
    list of str
        The libraries that were not found, or cannot be loaded.
    """
    if "cu11" in wheel:
        wanted = [(library.folder, file) for library in CUDA_11 for file in library.files]
    elif "cu101" in wheel:
        wanted = [("", file) for file in CUDA_10]
    else:
        return []
    places = [str(folder), str(cuda_folder()), *sys.path]
    return [file for package, file in wanted if not any(map(_loads, _candidates(places, package, file)))]


def _candidates(places: Sequence[str], package: str, file: str) -> Iterator[str]:
    if package:
        yield from (str(path) for place in places if (path := Path(place, "nvidia", package, "lib", file)).exists())
    yield from (str(path) for path in [Path(sys.prefix, "lib", file)] if path.exists())
    yield file


def _loads(path: str) -> bool:
    try:
        ctypes.CDLL(path)  # with RTLD_LOCAL: later look-ups by name find it, but its symbols mix with no other's
    except OSError:
        return False
    return True
