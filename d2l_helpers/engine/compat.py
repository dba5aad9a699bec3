"""Run MXNet 1.6 to 1.9 and d2l 0.13.2, both of 2020, on the Python, NumPy and IPython of today.

NumPy itself is never modified: other libraries keep seeing the real one. Only modules inside ``mxnet`` are executed
with an ``__import__`` of their own, which hands them a proxy that forwards to NumPy and adds the names that NumPy
has dropped since. The proxy is built when MXNet is first imported, so installing the hook costs nothing.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import pkgutil
import re
import sys
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from d2l_helpers.engine.imports import builtins_for_d2l, builtins_for_mxnet

__all__ = ["install"]

_OWN = ("mxnet.onnx", "mxnet.contrib.onnx", "mxnet.test_utils")
# Copies of the operators for editors to read, replaced while MXNet is imported; only those of gen_sparse are called.
_GENERATED = re.compile(r"mxnet\.(ndarray|symbol)\.gen_(op|contrib|image|linalg|random|_internal)")
# These modules write operator parameters with str(); see _ParameterText.
_WRITE_PARAMETERS = {"mxnet._ctypes.ndarray", "mxnet._ctypes.symbol", "mxnet.symbol.symbol", "mxnet.io.io"}

# These modules of MXNet 1.6 lack what 1.9 has.
_INCOMPLETE = {"mxnet.ndarray.ndarray", "mxnet.numpy.multiarray", "mxnet.numpy", "mxnet.numpy.linalg"}


# By a method of a class of MXNet's: the function of this package that takes its place
_REPLACED: dict[str, str] = {}


def install(replace: Mapping[str, str] | None = None) -> None:
    """Make ``import mxnet`` and ``from d2l import mxnet`` work; safe to call twice.

    An MXNet that is already imported stays as it is: it evidently works without this. What an import that failed left
    behind is removed, for the next one to begin anew.

    Parameters
    ----------
    replace : mapping of str to str, optional
        Functions that take the place of methods of MXNet's classes, such as ``"mxnet.image:Class.method"`` replaced by
        ``"d2l_helpers.module:function"``, which is imported when the method is first called.
    """
    _REPLACED.update(replace or {})
    if "mxnet" not in sys.modules:  # modules that got the real NumPy would keep it
        for name in [name for name in sys.modules if name.startswith("mxnet.")]:
            del sys.modules[name]
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Find mxnet's and d2l's modules where they are, and load them by our loaders."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] != "mxnet" and name not in ("d2l", "d2l.mxnet"):
            return None
        if _GENERATED.fullmatch(name):
            # MXNet expects this error and continues without the module
            raise ModuleNotFoundError(f"{name} is left out", name=name)
        if name == "mxnet" and (folder := _cuda_folder()):
            path = [folder, *sys.path]
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if name == "d2l":
            if spec is None or spec.submodule_search_locations is not None:
                return None
            spec.submodule_search_locations = []  # `from d2l import mxnet` then asks for d2l.mxnet, as of a package
            return spec
        if name == "d2l.mxnet" and spec is None:
            raise _hidden(name, getattr(sys.modules.get("d2l"), "__file__", None) or "another package d2l")
        if spec and type(spec.loader) is importlib.machinery.SourceFileLoader:
            loader = _D2LLoader if name == "d2l.mxnet" else _MXNetLoader
            spec.loader = loader(spec.loader.name, spec.loader.path)
            if name in _OWN:
                spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


class _MXNetLoader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        if self.name == "mxnet" and not self.is_package(self.name):
            raise _hidden(self.name, self.path)
        module.__dict__["__builtins__"] = builtins_for_mxnet()
        if module.__name__ in _WRITE_PARAMETERS:
            module.__dict__["str"] = _ParameterText
        with warnings.catch_warnings(), _one_thread(), self._libraries():
            warnings.simplefilter("ignore")  # hide warnings about MXNet's own code, which a reader cannot change
            super().exec_module(module)
        if module.__name__ == "mxnet" and importlib.util.find_spec("mxnet.onnx"):  # 1.6 has only mxnet.contrib.onnx
            importlib.import_module("mxnet.onnx")  # which mxnet.contrib.onnx, now loaded lazily, would have imported
        if module.__name__ == "mxnet.base":
            from d2l_helpers.engine.mxnet_errors import explain_last_errors
            from d2l_helpers.engine.operators import make_when_called

            make_when_called(module.__dict__)
            explain_last_errors(module.__dict__)
        if module.__name__ == "mxnet.ndarray.ndarray" and not hasattr(module.NDArray, "__array__"):
            module.NDArray.__array__ = _to_numpy
        if module.__name__ == "mxnet.gluon.data.dataloader" and sys.platform == "linux":
            module.__dict__["multiprocessing"] = _forking()
        if module.__name__ in _INCOMPLETE:
            from d2l_helpers.engine.mxnet_1_6 import complete

            complete(module)
        for method, ours in _REPLACED.items():
            if method.partition(":")[0] == module.__name__:
                _replace(module, method.partition(":")[2], ours)

    @contextmanager
    def _libraries(self) -> Iterator[None]:
        """Before MXNet's first module, choose its libraries, load CUDA's if it needs them, and name those missing."""
        if self.name != "mxnet":
            yield
            return
        from d2l_helpers.engine import onednn, system_libraries  # imported here, to keep the import of d2l_helpers fast
        from d2l_helpers.engine.cuda import selection

        onednn.switch_off_where_it_differs()
        with selection.ready(Path(self.path).parents[1]), system_libraries.named():
            yield


def _hidden(name: str, file: str) -> Exception:
    """Return the error for a file of the reader's, such as ``mxnet.py``, that Python finds before the library."""
    from d2l_helpers.errors import LibraryUnusable

    return LibraryUnusable(
        f"Cannot import {name}.",
        got=f"{file}, which Python finds before the library {name.partition('.')[0]}",
        expected="the library among the installed packages",
        remedy="give this file or folder another name, and restart the kernel",
    )


def _replace(module: types.ModuleType, method: str, ours: str) -> None:
    """Replace a method of a class, in its module, by a function that is imported when it is first called."""
    class_name, _, name = method.partition(".")
    owner = getattr(module, class_name)

    @wraps(getattr(owner, name))
    def call(*args: Any, **kwargs: Any) -> Any:
        return pkgutil.resolve_name(ours)(*args, **kwargs)

    setattr(owner, name, call)


def _cuda_folder() -> str | None:
    from d2l_helpers.engine.cuda import selection

    return selection.preferred_folder()


class _D2LLoader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__builtins__"] = builtins_for_d2l()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().exec_module(module)
        module.__dict__["use_svg_display"] = _use_svg_display


@contextmanager
def _one_thread() -> Iterator[None]:
    """Start MXNet's OpenMP with one thread, unless the reader has set OMP_NUM_THREADS.

    For the chapter's small matrices one thread is the fastest, three times as fast beside other work on two cores.
    MXNet reads the variable while it is imported; it is reset so that other libraries keep their default.
    """
    if "OMP_NUM_THREADS" in os.environ:
        yield
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        os.environ.pop("OMP_NUM_THREADS", None)


def _use_svg_display() -> None:
    """Make Jupyter display plots as SVG; where IPython is not running, do nothing."""
    from IPython import get_ipython
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    if get_ipython() is not None:
        set_matplotlib_formats("svg")


def _to_numpy(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    """Convert for ``np.asarray(mx_array)``, with NumPy 2's signature; always a copy, as ``asnumpy()`` is."""
    array = self.asnumpy()
    return array if dtype is None else array.astype(dtype, copy=False)


def _forking() -> types.SimpleNamespace:
    """Return multiprocessing as Linux had it up to Python 3.13, for DataLoader's workers.

    From 3.14 on a worker is not a fork but a new process, which would import MXNet without this module's help.
    """
    import multiprocessing

    context = multiprocessing.get_context("fork")
    own = {"Pool": context.Pool, "Process": context.Process, "get_context": lambda: context}
    return types.SimpleNamespace(**vars(multiprocessing) | own)


class _IsString(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, str)


class _ParameterText(metaclass=_IsString):
    """Write operator parameters as ``str`` does, but ``(2, 3)`` where NumPy 2 would write ``(2, np.int64(3))``."""

    def __new__(cls, value: object = "") -> str:  # type: ignore[misc]
        if type(value) in (tuple, list):
            value = type(value)([item.item() if hasattr(item, "item") else item for item in value])  # type: ignore
        return str(value)
