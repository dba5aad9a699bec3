"""Where there is no GPU, show what one would find wrong: a notebook's first cell imports this.

`try_gpu` then gives ``cpu(1)``. MXNet treats it as the CPU that it is: it lets ``cpu(0)`` meet it in an operator, which
it would not allow a GPU, and draws the same random numbers there, which a GPU would not. So every call into MXNet's
library that computes is looked at, and `judge`, in the last cell, tells what a GPU would mind.
"""

from __future__ import annotations

import ctypes
import re
import traceback
from collections.abc import Callable, Iterator
from itertools import compress
from pathlib import Path
from typing import Any

from d2l_helpers.engine import device, operators  # before MXNet, which does not import on this Python without compat

import mxnet  # isort: skip
from mxnet._ffi._ctypes.types import MXNetValue, TypeCode  # isort: skip
from mxnet.base import _LIB, NDArrayHandle  # isort: skip

_OTHER_DEVICE = mxnet.cpu(1)
_faults: list[str] = []
# Operators by name, compiled, of mx.np, and backwards; to bind arrays of two devices MXNet refuses on any
_COMPUTING = ("MXImperativeInvokeEx", "MXInvokeCachedOpEx", "MXNetFuncCall", "MXAutogradBackwardEx")
_RANDOM = re.compile("random|normal|uniform|choice|shuffle|multinomial")
# Lines of MXNet's own, some of them without a file, and what stands in for them
_PASSED_BY = (__file__, str(Path(mxnet.__file__).parent), operators.__file__, "<string>")


def judge(array: Any) -> None:
    """Fail if there was a fault, or if `array`, with which the notebook has trained, is not on the other device."""
    if array.ctx != _OTHER_DEVICE:
        _faults.append(f"what was trained with is on {array.ctx}")
    assert not _faults, "\n".join(["", *_faults, ""])


def _watched(call: Callable[..., int]) -> Callable[..., int]:
    def watched(*arguments: Any) -> int:
        devices = {_device(handle) for handle in _arrays(arguments)}
        if len(devices) > 1:
            _note(f"{', '.join(sorted(devices))} meet")
        status = call(*arguments)
        if call.__name__ == "MXImperativeInvokeEx" and _RANDOM.search(_operator(arguments[0])):
            outputs, number = arguments[4]._obj, arguments[3]._obj.value
            if {_device(outputs[i]) for i in range(number)} - {str(mxnet.cpu())}:
                _note("random numbers are drawn on another device than the CPU")
        return status

    return watched


def _arrays(arguments: tuple[Any, ...]) -> Iterator[int]:
    """Find the handles of arrays among a call's arguments; where its results go is none of them."""
    lists = [each for each in arguments if isinstance(each, ctypes.Array)]
    for number, each in enumerate(lists):
        if each._type_ is NDArrayHandle:
            yield from filter(None, each)
        elif each._type_ is MXNetValue:  # arrays among numbers and text: the next list says what each one is
            is_array = (kind == TypeCode.NDARRAYHANDLE for kind in lists[number + 1])
            yield from (value.v_handle for value in compress(each, is_array))


def _device(handle: int) -> str:
    kind, number = ctypes.c_int(), ctypes.c_int()
    _LIB.MXNDArrayGetContext(NDArrayHandle(handle), ctypes.byref(kind), ctypes.byref(number))
    return str(mxnet.Context(mxnet.Context.devtype2str[kind.value], number.value))


def _operator(handle: ctypes.c_void_p) -> str:
    name = ctypes.c_char_p()
    _LIB.MXSymbolGetAtomicSymbolName(handle, ctypes.byref(name))
    return str(name.value)


def _note(fault: str) -> None:
    """Add a fault and the line that is to blame, once."""
    lines = (frame for frame in reversed(traceback.extract_stack()) if not frame.filename.startswith(_PASSED_BY))
    blamed = next(lines)
    fault = f"{fault}: {blamed.line or blamed.filename}"
    if fault not in _faults:
        _faults.append(fault)


device.try_gpu = lambda: _OTHER_DEVICE
for _name in _COMPUTING:
    setattr(_LIB, _name, _watched(getattr(_LIB, _name)))
