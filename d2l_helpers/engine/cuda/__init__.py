"""NVIDIA's GPUs and MXNet's wheels for them, without MXNet: those that are here, those that fit, and their needs."""

from d2l_helpers.engine.cuda.driver import Driver, Gpu, look
from d2l_helpers.engine.cuda.libraries import cuda_folder
from d2l_helpers.engine.cuda.wheels import (
    CPU,
    CU101,
    CU117,
    Installed,
    Recommendation,
    Wheel,
    code_for,
    installed_in,
    recommend,
)

__all__ = [
    "CPU",
    "CU101",
    "CU117",
    "Driver",
    "Gpu",
    "Installed",
    "Recommendation",
    "Wheel",
    "code_for",
    "cuda_folder",
    "installed_in",
    "look",
    "recommend",
]
