"""MXNet's operators, each compiled when it is first called.

While MXNet is imported it writes the Python source of some 2,500 functions, one for each operator of its C++ in each
of its interfaces, and compiles it all: three quarters of the time that the import takes, for a few dozen functions
that a notebook calls. Here each begins as a function that compiles its source at the first call and is the real one
from then on. Name, module and docstring are right from the start; the signature is from the first call.
"""

from __future__ import annotations

import types
from typing import Any

__all__ = ["GENERATORS", "compile_when_called"]

GENERATORS = {"mxnet.ndarray.register", "mxnet.symbol.register"}  # the modules that compile with exec()

Function = Any


def _stand_in(*args: Any, **kwargs: Any) -> Any:
    return _compiled("number")(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821


def compile_when_called(namespace: dict[str, Any]) -> None:
    """Give a module an ``exec`` for sources of one function each, which puts off compiling it.

    Parameters
    ----------
    namespace : dict
        The module's, before it is executed.
    """
    waiting: list[tuple[types.FunctionType, str]] = []

    def compiled(number: int) -> types.FunctionType:
        """Make a stand-in the function that it stands for; in two threads at once, both do the same."""
        function, source = waiting[number]
        found: dict[str, Function] = {}
        exec(source, namespace, found)
        real = found[function.__name__]
        function.__defaults__, function.__kwdefaults__ = real.__defaults__, real.__kwdefaults__
        function.__code__ = real.__code__  # last, for another thread may be about to call it
        return function

    def put_off(source: str, _: None, found: dict[str, Function]) -> None:
        name = source[source.index("def ") + len("def ") : source.index("(")]
        code = _stand_in.__code__
        constants = tuple(len(waiting) if constant == "number" else constant for constant in code.co_consts)
        function = types.FunctionType(code.replace(co_consts=constants, co_name=name), namespace, name)
        waiting.append((function, source))
        found[name] = function

    namespace.update(exec=put_off, _compiled=compiled)
