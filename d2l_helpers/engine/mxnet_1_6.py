"""Add to MXNet 1.6 what it lacks of 1.9, as far as the chapter and its answers use it; 1.9 stays as it is.

MXNet 1.6 was the first with `mxnet.np`, and lacks parts of NumPy's interface. Functions that need no derivative are
computed by NumPy itself, as 1.9 does for those without an operator of MXNet's.
"""

from __future__ import annotations

import functools
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

__all__ = ["complete"]

_FUNCTIONS = (
    "all",
    "allclose",
    "any",
    "argsort",
    "argwhere",
    "array_equal",
    "bincount",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "round",
    "sort",
    "where",
)
_FUNCTIONS_OF_MATRICES = ("solve",)


def complete(module: types.ModuleType) -> None:
    """Add the missing names to one of MXNet's modules.

    Parameters
    ----------
    module : module
        One of the keys of `_ADDITIONS`, just executed.
    """
    _ADDITIONS[module.__name__](module)


def _clip_slices(module: Any) -> None:
    """Make ``X[900:1200]`` of 1000 rows return the last 100, as everywhere else in Python."""
    index_range = module._get_index_range
    try:
        index_range(0, 2, 1)
    except IndexError:
        module._get_index_range = lambda start, stop, length, step=1: index_range(
            start, stop if stop is None else min(stop, length), length, step
        )


def _complete_arrays(module: Any) -> None:
    import numpy

    array = module.ndarray
    if hasattr(array, "__matmul__"):
        return
    array.__matmul__ = _matmul
    array.__abs__ = lambda self: module.abs(self)
    array.round = lambda self, decimals=0: module.around(self, decimals)
    for name in ("all", "any", "argsort"):
        setattr(array, name, _computed_by_numpy(getattr(numpy, name)))
    for name in ("and", "or", "xor", "invert"):
        setattr(array, f"__{name}__", _computed_by_numpy(getattr(operator, f"__{name}__")))


def _matmul(self: Any, other: Any) -> Any:
    if not isinstance(other, type(self)) or not (0 < self.ndim <= 2 and 0 < other.ndim <= 2):
        return NotImplemented
    return self.dot(other)  # the same for vectors and matrices, and it has a derivative


def _complete_functions(module: Any) -> None:
    import numpy

    _add(module, numpy, _FUNCTIONS)
    if not hasattr(module, "matmul"):
        module.matmul = lambda a, b: a @ b


def _complete_linalg(module: Any) -> None:
    import numpy

    _add(module, numpy.linalg, _FUNCTIONS_OF_MATRICES)


def _add(module: Any, numpys: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if not hasattr(module, name):
            setattr(module, name, _computed_by_numpy(getattr(numpys, name)))


def _computed_by_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def on_mxnet_arrays(*args: Any, **kwargs: Any) -> Any:
        mxnet: Any = sys.modules["mxnet"]
        contexts = [value.ctx for value in args if isinstance(value, mxnet.np.ndarray)]
        result = function(*map(_to_numpy, args), **{name: _to_numpy(value) for name, value in kwargs.items()})
        if not hasattr(result, "dtype"):
            return result  # allclose returns a plain bool
        # Without this error, its derivative would silently be zero
        if mxnet.autograd.is_recording() and result.dtype.kind == "f":
            raise NotImplementedError(f"MXNet 1.6 has no {function.__name__} with a derivative; MXNet 1.9 has")
        return mxnet.np.array(result, dtype=result.dtype, ctx=contexts[0] if contexts else None)

    return on_mxnet_arrays


def _to_numpy(value: Any) -> Any:
    return value.asnumpy() if hasattr(value, "asnumpy") else value


_ADDITIONS = {
    "mxnet.ndarray.ndarray": _clip_slices,
    "mxnet.numpy.multiarray": _complete_arrays,
    "mxnet.numpy": _complete_functions,
    "mxnet.numpy.linalg": _complete_linalg,
}
