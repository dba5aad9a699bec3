"""What an import statement gives in the modules of MXNet and d2l: the real module, a substitute, or one for later."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

__all__ = ["builtins_for_d2l", "builtins_for_mxnet"]

# MXNet imports these for functions that the chapter never calls: they are imported at first use, to save a second
_OTHERS = ("requests", "h5py", "scipy.stats")
# d2l imports these for plots and tables: they are imported at first use, to save half a second
_OF_D2L = ("pandas", "matplotlib.pyplot", "IPython.display")


@cache
def builtins_for_mxnet() -> dict[str, Any]:
    """Return Python's builtins with an ``__import__`` that returns the proxy; made once per process."""
    from d2l_helpers.engine.numpy_proxy import numpy_proxy  # imported here, because it imports NumPy

    proxy, version = numpy_proxy(), _version_module()
    others = [name for name in _OTHERS if importlib.util.find_spec(name.partition(".")[0])]

    def import_(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if level == 0 and name == "distutils.version" and fromlist:
            return version  # distutils left the standard library with Python 3.12
        if level == 0 and (later := _later(others, name, fromlist)):
            return later
        if level == 0 and name == "sklearn.base":  # for a class that MXNet deprecates; 40 MB with its pandas
            raise ModuleNotFoundError(f"{name} is left out", name=name)
        module = builtins.__import__(name, globals, locals, fromlist, level)
        if level == 0 and (name == "numpy" or (name.startswith("numpy.") and not fromlist)):
            return proxy
        return module

    return {**vars(builtins), "__import__": import_}


def builtins_for_d2l() -> dict[str, Any]:
    """Return Python's builtins with an ``__import__`` that leaves for later what d2l needs for plots and tables."""

    def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        return _later(_OF_D2L, name, fromlist) or builtins.__import__(name, globals, locals, fromlist, level)

    return {**vars(builtins), "__import__": import_}


def _later(names: Sequence[str], name: str, fromlist: Sequence[str] | None) -> Any:
    """Return a stand-in for an import of one of these modules, which imports it at first use, or None for others."""
    if name in names and (fromlist or "." not in name):  # `import package.module` gives the package
        return _WhenUsed(name)
    if fromlist and all(f"{name}.{part}" in names for part in fromlist):
        return types.SimpleNamespace(**{part: _WhenUsed(f"{name}.{part}") for part in fromlist})
    return None


class _WhenUsed(types.ModuleType):
    """A module that is imported when one of its names is first used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)

    def __dir__(self) -> list[str]:
        return dir(importlib.import_module(self.__name__))


def _version_module() -> types.ModuleType:
    """Return a substitute for ``distutils.version``, in which MXNet compares versions."""
    from packaging.version import Version

    module = types.ModuleType("distutils.version")
    module.__dict__.update(LooseVersion=Version, StrictVersion=Version)
    return module
