"""NVIDIA's GPUs and MXNet's wheels for them, seen without MXNet: which is here, which fits, and what it needs."""

from d2l_helpers.engine.cuda.driver import Driver, Gpu, look
from d2l_helpers.engine.cuda.folder import cuda_folder
from d2l_helpers.engine.cuda.wheels import CPU, CU101, CU117, Fit, Installed, Wheel, code_for, fitting, installed_in

__all__ = [
    "CPU",
    "CU101",
    "CU117",
    "Driver",
    "Fit",
    "Gpu",
    "Installed",
    "Wheel",
    "code_for",
    "cuda_folder",
    "fitting",
    "installed_in",
    "look",
]
