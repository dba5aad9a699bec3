"""Make each of MXNet's operators when it is first called.

While MXNet is imported, it writes and compiles the Python source of some 2,500 functions, one for each C++ operator in
each of its interfaces. That takes three quarters of the import, and a notebook calls a few dozen of them. Here each
begins as a stub, which becomes the real function at its first call. Name and module are right from the start, and so
is the docstring in ``mxnet.np`` and ``mxnet.npx``, where readers look; other docstrings, and all signatures, are right
from the first call on.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["make_when_called"]

Make = Callable[[Any, str, str], types.FunctionType]
_DOCUMENTED = ("_np_", "_npx_")  # prefixes of the operators in MXNet's two interfaces that are like NumPy's


def make_when_called(namespace: dict[str, Any]) -> None:
    """Make MXNet register stubs.

    Parameters
    ----------
    namespace : dict
        Of the module ``mxnet.base``, after it was executed. Its functions get, as arguments, what makes operators.
    """
    for name in ("_init_op_module", "_init_np_op_module"):
        if name in namespace:
            namespace[name] = _with_stubs(namespace[name])


def _with_stubs(register: Callable[..., None]) -> Callable[..., None]:
    def register_stubs(*args: Any, **kwargs: Any) -> None:
        given = [_lazily(value) if callable(value) else value for value in args]
        named = {key: _lazily(value) if callable(value) else value for key, value in kwargs.items()}
        register(*given, **named)

    return register_stubs


def _lazily(make: Make) -> Make:
    """Return a function that makes a stub where `make` would make the operator."""

    def make_stub(handle: Any, name: str, func_name: str) -> types.FunctionType:
        stub = types.FunctionType(_stub.__code__, make.__globals__, func_name)
        stub.__qualname__ = func_name
        stub.__kwdefaults__ = {"become": partial(_become, stub, make, handle, name)}
        stub.__dict__["__signature__"] = _ANY_ARGUMENTS
        stub.__doc__ = _documentation(make, handle, name, func_name)
        return stub

    return make_stub


def _become(stub: types.FunctionType, make: Make, handle: Any, name: str) -> types.FunctionType:
    """Turn a stub into the operator that it stands for; two threads that do so at once do the same."""
    real = make(handle, name, stub.__name__)
    stub.__doc__ = stub.__doc__ or real.__doc__
    stub.__defaults__ = real.__defaults__
    stub.__code__ = real.__code__
    stub.__kwdefaults__ = real.__kwdefaults__  # after the code: another thread may still need `become`
    stub.__dict__.pop("__signature__", None)
    return stub


def _stub(*args: Any, become: Callable[[], types.FunctionType], **kwargs: Any) -> Any:
    return become()(*args, **kwargs)


_ANY_ARGUMENTS = inspect.signature(lambda *args, **kwargs: None)


def _documentation(make: Make, handle: Any, name: str, func_name: str) -> str:
    """Return the docstring of an operator that readers look up; making one takes half as long as the whole operator."""
    generate = make.__globals__.get("_generate_ndarray_function_code")
    return str(generate(handle, name, func_name)[1]) if generate and name.startswith(_DOCUMENTED) else ""
