"""Memory that is filled with rows of an array, again and again.

On the CPU, NumPy fills this memory in the thread that calls `fill`, while MXNet computes with other memory in a thread
of its own. MXNet's `take` would wait for its turn in MXNet's thread; it fills the memory on other devices, and where
NumPy cannot read the array.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["RowBuffer", "in_numpy"]

# Of the types of MXNet's arrays, those that MXNet 1.6 and 1.9 take from NumPy without a copy
_SHARED_TYPES = ("float16", "float32", "float64", "int32", "int64")
_CACHE_LINE = 64  # bytes; with memory that begins elsewhere, an epoch takes 1 to 4 % longer


class RowBuffer:
    """An array of MXNet's for some rows of another.

    Parameters
    ----------
    source : mxnet.nd.NDArray, shape (n, ...)
        The array from which rows are gathered.
    num_rows : int
        How many rows the buffer has.

    Attributes
    ----------
    array : mxnet.nd.NDArray, shape (num_rows, ...)
        The rows, on the source's device.
    """

    def __init__(self, source: Any, num_rows: int) -> None:
        from mxnet import nd

        shape, context = (num_rows, *source.shape[1:]), source.context
        self._source = source
        self._rows: npt.NDArray[Any] | None = None
        self._memory: npt.NDArray[Any] | None = None
        if context.device_type != "cpu" or np.dtype(source.dtype).name not in _SHARED_TYPES:
            self.array = nd.empty(shape, ctx=context, dtype=source.dtype)
            return
        self._memory = _aligned(shape, source.dtype)
        self.array = nd.from_numpy(self._memory)
        self._memory.flags.writeable = True  # MXNet forbids it, because it would not know of the change
        self.look()

    def look(self) -> None:
        """Look where the source's memory is: an operator that writes into an array may give it other memory."""
        self._rows = None if self._memory is None else in_numpy(self._source)

    def fill(self, rows: npt.NDArray[np.intp]) -> None:
        """Gather rows of the source.

        NumPy overwrites the rows of the last call at once. MXNet must have finished its computations with those rows.

        Parameters
        ----------
        rows : numpy.ndarray of int, shape (num_rows,)
            Their indices, from 0 to n - 1.
        """
        # mode="clip" skips a check of every index, for which NumPy would gather into other memory first
        if self._rows is not None:
            self._source.wait_to_read()  # MXNet may still have to change it
            np.take(self._rows, rows, axis=0, mode="clip", out=self._memory)
        else:
            from mxnet import nd

            nd.take(self._source, nd.array(rows, ctx=self.array.context, dtype="int32"), mode="clip", out=self.array)


def in_numpy(array: Any) -> npt.NDArray[Any] | None:
    """Return NumPy's view of an array's memory.

    Parameters
    ----------
    array : mxnet.nd.NDArray
        Any array. MXNet goes on to write into its memory: wait for the array before you read the view.

    Returns
    -------
    numpy.ndarray or None
        None if NumPy cannot read the memory: on another device, or in another order of the values.
    """
    from mxnet import MXNetError

    if array.context.device_type != "cpu":
        return None
    try:
        return np.from_dlpack(_Exported(array))
    except MXNetError:  # a convolution's output has oneDNN's order of the values, which NumPy cannot read
        return None


def _aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return memory whose address is a multiple of 64, as that of a cache line: MXNet reads 64 bytes at once."""
    size, width = math.prod(shape), np.dtype(dtype).itemsize
    memory = np.empty(size + _CACHE_LINE // width, dtype)
    start = -memory.ctypes.data % _CACHE_LINE // width
    return memory[start : start + size].reshape(shape)


class _Exported:
    """An array of MXNet's that NumPy can read without a copy."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __dlpack__(self, **_: Any) -> Any:
        return self._array.to_dlpack_for_read()

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # the CPU
