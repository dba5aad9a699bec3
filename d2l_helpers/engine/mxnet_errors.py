"""Explain the errors of MXNet's C++ code that readers meet most, in a last line of each.

MXNet's messages name its source files. The line says what to change, wherever the error is shown: in a cell of the
reader's own, in a panel, by a check, in a mark's report.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["NOT_RECORDED", "explain_last_errors"]

NOT_RECORDED = "not in a computational graph"
"""What MXNet's message contains if ``backward()`` finds nothing that depends on a parameter."""

_CONVERT = "Convert one of them to the other's type, such as y_hat.argmax(axis=1).astype(y.dtype) == y."
_EXPLANATIONS = (
    (
        NOT_RECORDED,
        "backward() finds no parameter to differentiate by: first call attach_grad() on each parameter, then compute "
        "the loss inside `with autograd.record():`, again for each backward().",
    ),
    (
        r"Type inconsistent, Provided = \w+, inferred type = \w+",
        f"These two arrays have different types, and this operation needs one type. {_CONVERT}",
    ),
    (
        r"does not support combination of [\w ]*(long|int|char)[\w ]* with [\w ]*(long|int|char)",
        f"These two arrays have different types of integers, and this operation needs one type. {_CONVERT}",
    ),
    (
        r"expected (float\d+|u?int\d+|unknown), got (float\d+|u?int\d+|unknown)",
        "These arrays have different types, and this operation needs one type. Convert the data to the parameters' "
        'type, which is float32 unless you chose another: X.astype("float32").',
    ),
    (
        "is not implemented for GPU|USE_CUDA=1 to enable GPU",
        "This MXNet computes on the CPU only. Leave out ctx, or pass ctx=d2l_helpers.try_gpu(), which is the CPU "
        "where there is no usable GPU.",
    ),
    (
        "Assigning to NDArrays that are already in a computational graph",
        "Inside `with autograd.record():` no array may be changed in place: compute the loss there, and update the "
        "parameters after backward(), outside of the block.",
    ),
)


def explain_last_errors(base: dict[str, Any]) -> None:
    """Let ``mxnet.base``, whose namespace this is, add a line to the errors of the table; not in MXNet 1.6."""
    if "get_last_ffi_error" not in base:
        return
    last_error = base["get_last_ffi_error"]

    def get_last_ffi_error() -> Exception:
        error: Exception = last_error()
        message = str(error)
        explanation = next((text for pattern, text in _EXPLANATIONS if re.search(pattern, message)), None)
        if explanation:
            error.args = (f"{message.rstrip()}\n{explanation}",)
        return error

    base["get_last_ffi_error"] = get_last_ffi_error
