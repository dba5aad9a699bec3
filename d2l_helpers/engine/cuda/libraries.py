"""CUDA's libraries for MXNet's wheels: found where pip or conda has put them, and loaded before MXNet looks."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from d2l_helpers.engine.cuda.folder import cuda_folder

__all__ = ["CUDA_11", "CUDA_10", "Library", "load"]


@dataclass(frozen=True)
class Library:
    """What one package of NVIDIA's has for MXNet.

    Attributes
    ----------
    package, version : str
        As on PyPI.
    folder : str
        Its folder in ``nvidia/``.
    files : tuple of str
        The shared libraries, each after those that it needs.
    """

    package: str
    version: str
    folder: str
    files: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """The requirement that pins it."""
        return f"{self.package}=={self.version}"


_CUDNN = ("ops_infer", "cnn_infer", "adv_infer", "ops_train", "cnn_train", "adv_train")

CUDA_11 = (  # each after those that it needs; cuDNN 9 has another name, and MXNet asks for 8
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


def load(wheel: str, folder: Path) -> list[str]:
    """Load the CUDA libraries that a wheel needs; a library that is loaded already is not looked for again by name.

    Parameters
    ----------
    wheel : str
        The wheel's name. One for neither CUDA 11 nor CUDA 10.1 is left to find its libraries alone.
    folder : Path
        Where the wheel is installed: looked into first, then `cuda_folder`, ``sys.path``, the environment's ``lib``,
        and last where the system's linker looks.

    Returns
    -------
    list of str
        Those that are nowhere, or cannot be loaded.
    """
    if "cu11" in wheel:
        wanted = [(library.folder, file) for library in CUDA_11 for file in library.files]
    elif "cu101" in wheel:
        wanted = [("", file) for file in CUDA_10]
    else:
        return []
    places = [str(folder), str(cuda_folder()), *sys.path]
    return [file for inside, file in wanted if not any(map(_loads, _candidates(places, inside, file)))]


def _candidates(places: Sequence[str], inside: str, file: str) -> Iterator[str]:
    if inside:
        yield from (str(path) for place in places if (path := Path(place, "nvidia", inside, "lib", file)).exists())
    yield from (str(path) for path in [Path(sys.prefix, "lib", file)] if path.exists())
    yield file


def _loads(path: str) -> bool:
    try:
        ctypes.CDLL(path)  # for this process's later look-ups by name; its symbols stay its own
    except OSError:
        return False
    return True
