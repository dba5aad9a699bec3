"""NumPy as MXNet of 2020 knows it: a proxy with the names that NumPy has dropped since. NumPy itself stays as it is."""

from __future__ import annotations

import types
from typing import Any

import numpy

__all__ = ["numpy_proxy"]


def numpy_proxy() -> types.ModuleType:
    """Return a module that forwards to NumPy, and has the names that MXNet of 2020 expects beside it."""

    class Proxy(types.ModuleType):
        """NumPy and the names that it dropped; every other attribute is NumPy's own."""

        def __getattr__(self, name: str) -> Any:
            return getattr(numpy, name)

        def __dir__(self) -> list[str]:
            return sorted({*dir(numpy), *self.__dict__})

    proxy = Proxy("numpy")
    proxy.__path__ = numpy.__path__
    # Up to NumPy 1.23 these were Python's own types; NumPy 2 reuses the name `bool` for its scalar type.
    proxy.__dict__.update(bool=bool, int=int, float=float, complex=complex, object=object, str=str)
    for name, value in _dropped_names().items():
        if name not in vars(numpy):
            proxy.__dict__[name] = value
    return proxy


def _dropped_names() -> dict[str, Any]:
    """Return the names of NumPy 1.16 to 1.23 that MXNet may use, with what replaces them."""
    infinity = dict.fromkeys(("PINF", "Inf", "Infinity", "infty"), numpy.inf)
    financial = ("fv", "ipmt", "irr", "mirr", "nper", "npv", "pmt", "ppmt", "pv", "rate")
    return {
        **infinity,
        **{name: _removed(name) for name in financial},  # mxnet.numpy.fallback only lists them
        "NINF": -numpy.inf,
        "PZERO": 0.0,
        "NZERO": -0.0,
        "NAN": numpy.nan,
        "NaN": numpy.nan,
        "float_": numpy.float64,
        "complex_": numpy.complex128,
        "unicode_": numpy.str_,
        "string_": numpy.bytes_,
        "product": numpy.prod,
        "cumproduct": numpy.cumprod,
        "sometrue": numpy.any,
        "alltrue": numpy.all,
        "round_": numpy.round,
        "row_stack": numpy.vstack,
        "in1d": numpy.isin,
        "msort": lambda array: numpy.sort(array, axis=0),
        "trapz": getattr(numpy, "trapezoid", None),
        "asscalar": lambda array: array.item(),
        "compat": types.SimpleNamespace(basestring=str, long=int),
    }


def _removed(name: str) -> Any:
    def function(*_: object, **__: object) -> None:
        raise AttributeError(f"numpy.{name} was removed from NumPy; the package numpy-financial has it")

    function.__name__ = name
    return function
