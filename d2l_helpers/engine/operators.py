"""MXNet's operators, each made when it is first called.

While MXNet is imported it writes the Python source of some 2,500 functions, one for each operator of its C++ in each
of its interfaces, and compiles it all: three quarters of the time that the import takes, for the few dozen that a
notebook calls. Here each begins as a stand-in, which at its first call becomes the function that it stands for. Name
and module are right from the start, and so is the docstring in ``mxnet.np`` and ``mxnet.npx``, where readers look; all
others', and the signature, are from the first call.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["make_when_called"]

Make = Callable[[Any, str, str], types.FunctionType]
_READ = ("_np_", "_npx_")  # what the names of MXNet's operators begin with in the two interfaces like NumPy's


def make_when_called(namespace: dict[str, Any]) -> None:
    """Let MXNet register stand-ins.

    Parameters
    ----------
    namespace : dict
        Of the module ``mxnet.base``, after it was executed: its functions are told how to make an operator's.
    """
    for name in ("_init_op_module", "_init_np_op_module"):
        if name in namespace:
            namespace[name] = _with_stand_ins(namespace[name])


def _with_stand_ins(register: Callable[..., None]) -> Callable[..., None]:
    def register_stand_ins(*args: Any, **kwargs: Any) -> None:
        given = [_put_off(value) if callable(value) else value for value in args]
        named = {key: _put_off(value) if callable(value) else value for key, value in kwargs.items()}
        register(*given, **named)

    return register_stand_ins


def _put_off(make: Make) -> Make:
    """Give what makes a function's stand-in instead of the function."""

    def make_stand_in(handle: Any, name: str, func_name: str) -> types.FunctionType:
        stand_in = types.FunctionType(_stand_in.__code__, make.__globals__, func_name)
        stand_in.__qualname__ = func_name
        stand_in.__kwdefaults__ = {"become": partial(_become, stand_in, make, handle, name)}
        stand_in.__dict__["__signature__"] = _ANY_ARGUMENTS
        stand_in.__doc__ = _documentation(make, handle, name, func_name)
        return stand_in

    return make_stand_in


def _become(stand_in: types.FunctionType, make: Make, handle: Any, name: str) -> types.FunctionType:
    """Become what it stands for; two threads that come here at once do the same."""
    real = make(handle, name, stand_in.__name__)
    stand_in.__doc__ = stand_in.__doc__ or real.__doc__
    stand_in.__defaults__ = real.__defaults__
    stand_in.__code__ = real.__code__
    stand_in.__kwdefaults__ = real.__kwdefaults__  # after the code: another thread may still need `become`
    stand_in.__dict__.pop("__signature__", None)
    return stand_in


def _stand_in(*args: Any, become: Callable[[], types.FunctionType], **kwargs: Any) -> Any:
    return become()(*args, **kwargs)


_ANY_ARGUMENTS = inspect.signature(lambda *args, **kwargs: None)


def _documentation(make: Make, handle: Any, name: str, func_name: str) -> str:
    """Write the docstring, which comes with the source, where somebody will read it: it takes half of the time."""
    generate = make.__globals__.get("_generate_ndarray_function_code")
    return str(generate(handle, name, func_name)[1]) if generate and name.startswith(_READ) else ""
