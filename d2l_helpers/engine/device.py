"""Which device to compute on: CUDA where there is a usable GPU, else the CPU."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

from d2l_helpers.engine import cuda

__all__ = ["try_gpu"]


def try_gpu() -> Any:
    """Give the GPU if MXNet can compute on it, else the CPU.

    Finding a GPU is not enough: a wheel without machine code for it fails at the first kernel. So one sum is
    computed there first.

    Returns
    -------
    mxnet.context.Context
        ``mx.gpu(0)`` or ``mx.cpu()``. A GPU that is there but cannot be used gives a warning that says why.
    """
    import mxnet

    problem = _gpu_problem()
    if problem is None:
        return mxnet.gpu(0)
    if problem:
        warnings.warn(f"MXNet sees a GPU but cannot compute on it, so the CPU is used: {problem}", stacklevel=2)
    return mxnet.cpu()


@cache
def _gpu_problem() -> str | None:
    """None if the first GPU works, "" if there is none, else what MXNet says; found out once a process."""
    import mxnet

    try:
        if not mxnet.context.num_gpus():
            return ""
        if reason := _no_code(mxnet):
            return reason
        mxnet.nd.ones((2,), ctx=mxnet.gpu(0)).sum().asscalar()
    except mxnet.MXNetError as error:
        return _reason(error)
    return None


def _reason(error: Exception) -> str:
    """The line that says it: MXNet 1.9's last, after its C++ traceback; 1.6's before it."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(("[bt]", "Stack trace:"))]
    return said[-1] if said else "it does not say why"


def _no_code(mxnet: Any) -> str:
    """Say why the GPU cannot run MXNet's machine code, as far as the driver tells: clearer than what CUDA says."""
    driver = cuda.look()
    if driver is None or not driver.gpus:
        return ""
    wheels = cuda.installed_in([Path(mxnet.__file__).parents[1]])
    return cuda.code_for(wheels[0], driver.gpus[0]) if len(wheels) == 1 else ""
