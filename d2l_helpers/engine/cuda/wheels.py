"""MXNet's wheels: find those installed, check for which GPUs they have machine code, recommend one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from d2l_helpers.engine.cuda.driver import Driver, Gpu, dotted
from d2l_helpers.engine.cuda.libraries import CUDA_11, cuda_folder

__all__ = [
    "CPU",
    "CU101",
    "CU117",
    "WHEELS",
    "Installed",
    "Recommendation",
    "Wheel",
    "code_for",
    "installed_in",
    "recommend",
]

# Builds of MXNet are called mxnet_cu101mkl, mxnet_mkl, mxnet_native; mxnet-model-server and others are no builds
_DIST_INFO = re.compile(r"(mxnet(?:_?cu\d+)?(?:_?mkl|_native)?)-([^-]+)\.dist-info")
_LOCK = Path(__file__).parents[3] / "requirements-cu117.lock"  # in a checkout


@dataclass(frozen=True)
class Wheel:
    """A wheel of MXNet that the chapter supports.

    Attributes
    ----------
    name, version : str
        As on PyPI.
    cuda : tuple of int, optional
        The CUDA that it was built for; None for the CPU wheel.
    oldest, newest : tuple of int, optional
        The compute capabilities that it has machine code for, both included. Code for 8.6 runs on 8.9, not on 9.0.
    """

    name: str
    version: str
    cuda: tuple[int, int] | None = None
    oldest: tuple[int, int] = (0, 0)
    newest: tuple[int, int] = (0, 0)

    def has_code_for(self, gpu: Gpu) -> bool:
        """Return whether the GPU can run the wheel's machine code."""
        return self.cuda is not None and self.oldest <= gpu.capability <= self.newest

    @property
    def requirement(self) -> str:
        """The requirement that pins the wheel."""
        return f"{self.name}=={self.version}"

    @property
    def command(self) -> str:
        """The one command that installs the wheel; the wheel for CUDA 11 leaves the CPU wheel as it is."""
        if self.name == CU101.name:
            return "conda env create -f environment.yml"
        if self.name == CPU.name:
            return f"python -m pip install --no-deps {self.requirement}"
        target = shlex.quote(str(cuda_folder()))
        if _LOCK.exists():
            return f"python -m pip install --no-deps --upgrade --target {target} -r {shlex.quote(str(_LOCK))}"
        pins = " ".join([self.requirement, *(library.requirement for library in CUDA_11)])
        return f"python -m pip install --no-deps --upgrade --target {target} {pins}"


CPU = Wheel("mxnet", "1.9.1")
CU101 = Wheel("mxnet-cu101mkl", "1.6.0.post0", (10, 1), (3, 0), (7, 5))
CU117 = Wheel("mxnet-cu117", "1.9.1", (11, 8), (5, 0), (8, 9))
WHEELS = {wheel.name: wheel for wheel in (CU117, CU101, CPU)}  # in order of preference


@dataclass(frozen=True)
class Installed:
    """A wheel of MXNet that is installed.

    Attributes
    ----------
    name, version : str
        From its metadata.
    folder : Path
        The folder with its ``mxnet`` and its metadata.
    """

    name: str
    version: str
    folder: Path

    @property
    def needs_cuda(self) -> bool:
        """Whether importing the wheel fails without NVIDIA's driver."""
        return "cu" in self.name

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Recommendation:
    """The wheel that fits a machine best.

    Attributes
    ----------
    wheel : Wheel
        The wheel.
    why : str
        The reason, as the end of a sentence that names the wheel.
    """

    wheel: Wheel
    why: str


def installed_in(folders: Sequence[str | Path]) -> list[Installed]:
    """Return the wheels of MXNet in some folders, found by their metadata without importing anything.

    Parameters
    ----------
    folders : sequence of path
        Such as ``sys.path``.
    """
    found = {}
    for folder in dict.fromkeys(map(Path, folders)):
        for path in sorted(folder.glob("mxnet*.dist-info")):
            if parts := _DIST_INFO.fullmatch(path.name):
                name = parts[1].replace("_", "-")
                found[path.resolve()] = Installed(name, parts[2], folder)
    return list(found.values())


def code_for(installed: Installed, gpu: Gpu) -> str:
    """Return why an installed wheel cannot compute on a GPU; empty if it can, or if the wheel is unknown."""
    wheel = WHEELS.get(installed.name)
    if wheel is None or wheel.has_code_for(gpu):
        return ""
    if wheel.cuda is None:
        return f"{installed} computes on the CPU only"
    span = f"{dotted(wheel.oldest)} to {dotted(wheel.newest)}"
    return f"{installed} has machine code for compute capability {span}, and {gpu.name} has {dotted(gpu.capability)}"


def recommend(driver: Driver | None) -> Recommendation:
    """Return the wheel that fits the first GPU, on which the notebooks compute; the CPU wheel if there is none."""
    if driver is None:
        return Recommendation(CPU, "there is no NVIDIA driver")
    if driver.problem:
        return Recommendation(CPU, f"the NVIDIA driver does not work: {driver.problem}")
    if not driver.gpus:
        return Recommendation(CPU, "the NVIDIA driver finds no GPU")
    gpu = driver.gpus[0]
    coded = [wheel for wheel in WHEELS.values() if wheel.has_code_for(gpu)]
    if not coded:
        return Recommendation(
            CPU, f"no wheel of MXNet has machine code for compute capability {dotted(gpu.capability)}, so it is the CPU"
        )
    for wheel in coded:
        if wheel.cuda and wheel.cuda <= driver.cuda:
            return Recommendation(wheel, f"it has machine code for compute capability {dotted(gpu.capability)}")
    needed = min(wheel.cuda for wheel in coded if wheel.cuda)
    return Recommendation(
        CPU, f"the driver runs CUDA up to {dotted(driver.cuda)}; with one for CUDA {dotted(needed)} the GPU can be used"
    )
