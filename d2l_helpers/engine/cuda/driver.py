"""Ask NVIDIA's driver for its GPUs through its own library; neither MXNet nor CUDA's toolkit is needed."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Driver", "Gpu", "look"]

LIBRARY = "libcuda.so.1"
_PLACES = (LIBRARY, f"/usr/lib64-nvidia/{LIBRARY}", f"/usr/lib/wsl/lib/{LIBRARY}")  # the linker's, Colab's, Windows's
_VERSION = Path("/sys/module/nvidia/version")
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Attributes
    ----------
    name : str
        As the driver calls it.
    capability : tuple of int
        Its compute capability, major and minor.
    memory : int
        In bytes.
    """

    name: str
    capability: tuple[int, int]
    memory: int

    def __str__(self) -> str:
        return f"{self.name}, compute capability {dotted(self.capability)}, {self.memory / 2**30:.0f} GiB"


@dataclass(frozen=True)
class Driver:
    """NVIDIA's driver.

    Attributes
    ----------
    version : str
        Such as 550.54.15; empty if unknown.
    cuda : tuple of int
        The newest CUDA that it can run, major and minor; (0, 0) if unknown.
    gpus : tuple of Gpu
        The GPUs that it lists.
    problem : str
        Why it does not work; empty if it works, which a driver without a GPU does.
    """

    version: str
    cuda: tuple[int, int]
    gpus: tuple[Gpu, ...]
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.version or 'of unknown version'}, for CUDA up to {dotted(self.cuda)}"


def dotted(version: tuple[int, int]) -> str:
    """Write (8, 6) as 8.6."""
    return ".".join(map(str, version))


@cache
def look() -> Driver | None:
    """Ask the driver, once a process.

    Returns
    -------
    Driver or None
        None if there is no driver.
    """
    library = _library()
    if library is None:
        return None
    try:
        return _ask(library)
    except (AttributeError, _Refused) as error:  # AttributeError: a library of that name without the function
        return Driver(_version(), (0, 0), (), str(error))


class _Refused(Exception):
    """Raised for a call that the driver answered with an error."""


def _library() -> ctypes.CDLL | None:
    for place in _PLACES:
        try:
            return ctypes.CDLL(place)
        except OSError:
            continue
    return None


def _ask(library: ctypes.CDLL) -> Driver:
    cuda, count = ctypes.c_int(), ctypes.c_int()
    status = library.cuInit(0)
    if status == _NO_DEVICE:
        return Driver(_version(), _newest_cuda(library), ())
    _require("cuInit", status)
    _require("cuDeviceGetCount", library.cuDeviceGetCount(ctypes.byref(count)))
    _require("cuDriverGetVersion", library.cuDriverGetVersion(ctypes.byref(cuda)))
    return Driver(_version(), _pair(cuda.value), tuple(_gpu(library, index) for index in range(count.value)))


def _gpu(library: ctypes.CDLL, index: int) -> Gpu:
    device, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    name, memory = ctypes.create_string_buffer(256), ctypes.c_size_t()
    _require("cuDeviceGet", library.cuDeviceGet(ctypes.byref(device), index))
    _require("cuDeviceGetName", library.cuDeviceGetName(name, len(name), device))
    for value, attribute in ((major, _CAPABILITY_MAJOR), (minor, _CAPABILITY_MINOR)):
        _require("cuDeviceGetAttribute", library.cuDeviceGetAttribute(ctypes.byref(value), attribute, device))
    _require("cuDeviceTotalMem", library.cuDeviceTotalMem_v2(ctypes.byref(memory), device))
    return Gpu(name.value.decode(errors="replace"), (major.value, minor.value), memory.value)


def _require(call: str, status: int) -> None:
    if status:
        raise _Refused(f"{call} returned error {status}")


def _newest_cuda(library: ctypes.CDLL) -> tuple[int, int]:
    version = ctypes.c_int()
    return (0, 0) if library.cuDriverGetVersion(ctypes.byref(version)) else _pair(version.value)


def _pair(version: int) -> tuple[int, int]:
    return version // 1000, version % 1000 // 10


def _version() -> str:
    try:
        return _VERSION.read_text().strip()
    except OSError:
        return ""
