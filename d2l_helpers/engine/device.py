"""Choose the device to compute on: CUDA if there is a usable GPU, else the CPU."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

from d2l_helpers.engine import cuda
from d2l_helpers.errors import ArgumentError, quote

__all__ = ["device_or_default", "try_gpu"]


def try_gpu() -> Any:
    """Return the GPU if MXNet can compute on it, else the CPU.

    Finding a GPU is not enough: a wheel without machine code for it fails at the first kernel. So one sum is
    computed there first.

    Returns
    -------
    mxnet.context.Context
        ``mx.gpu(0)`` or ``mx.cpu()``. If there is a GPU that cannot be used, a warning names the reason.
    """
    import mxnet

    problem = _gpu_problem()
    if problem is None:
        return mxnet.gpu(0)
    if problem:
        warnings.warn(f"MXNet sees a GPU but cannot compute on it, so the CPU is used: {problem}", stacklevel=2)
    return mxnet.cpu()


def device_or_default(ctx: Any) -> Any:
    """Return a device of MXNet's as it is, and `try_gpu()` for None; raise ArgumentError for anything else."""
    if ctx is None:
        return try_gpu()
    if not hasattr(ctx, "device_typeid"):
        raise ArgumentError(
            "Cannot compute on this device.",
            got=f"ctx={quote(ctx)}",
            expected="a device of MXNet's, such as mxnet.cpu() or mxnet.gpu(0)",
            remedy="leave ctx out: the GPU is used if MXNet can compute on it",
        )
    return ctx


@cache
def _gpu_problem() -> str | None:
    """Return None if the first GPU works, "" if there is none, else MXNet's message; tried once per process."""
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
    """Return the line with the reason: in MXNet 1.9 after its C++ traceback; in 1.6 the one before that."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(("[bt]", "Stack trace:"))]
    reason = next((line for line in reversed(said) if line.startswith("MXNetError")), None)  # ours may follow
    return reason or (said[-1] if said else "it gives no reason")


def _no_code(mxnet: Any) -> str:
    """Return why the GPU cannot run MXNet's machine code, as far as the driver knows: clearer than CUDA's error."""
    driver = cuda.look()
    if driver is None or not driver.gpus:
        return ""
    wheels = cuda.installed_in([Path(mxnet.__file__).parents[1]])
    return cuda.code_for(wheels[0], driver.gpus[0]) if len(wheels) == 1 else ""
