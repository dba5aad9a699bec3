"""Arrays as bytes, in NumPy's ``.npy`` format, read without trust.

NumPy's own reader evaluates the header as Python and allocates what the header asks for. This reader accepts only what
NumPy's writer produces for plain numbers, and returns a view of bytes that were already received: it never allocates.
"""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from d2l_helpers.errors import ArgumentError, BadFrame

__all__ = ["MOST_AXES", "Array", "from_npy", "to_npy"]

Array = NDArray[Any]

MOST_AXES = 8
_MAGIC = b"\x93NUMPY\x01\x00"  # version 1.0, the one that NumPy writes for short headers
_LONGEST_HEADER = 512
_HEADER = re.compile(
    rb"\{'descr': '([<|])([biuf])([1248])', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,19}, )*\d{1,19},?)?\), \} *\n"
)
_DTYPES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<f2", "<i4", "<u4", "<f4", "<i8", "<u8", "<f8")
_MOST_EMPTY = 2**31  # NumPy overflows on the product of the axes, also where one of them is 0


def to_npy(array: Array) -> bytes:
    """Write an array of numbers or truth values.

    Parameters
    ----------
    array : numpy.ndarray
        Of kind b, i, u or f and at most 8 axes; any byte order or strides.

    Returns
    -------
    bytes
        The file, little-endian.

    Raises
    ------
    ArgumentError
        If the array is of another kind.
    """
    plain = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if plain.dtype.str not in _DTYPES or plain.ndim > MOST_AXES:
        raise ArgumentError(
            "This array cannot be sent into the sandbox.",
            got=f"dtype {array.dtype} and {array.ndim} axes",
            expected=f"truth values, integers or floats of at most 64 bits, and at most {MOST_AXES} axes",
            remedy="convert it with astype('float32')",
        )
    stream = io.BytesIO()
    write = np.lib.format.write_array  # typed from NumPy 2 on
    write(stream, plain, version=(1, 0), allow_pickle=False)  # type: ignore[no-untyped-call, unused-ignore]
    return stream.getvalue()


def from_npy(contents: memoryview) -> Array:
    """Read an array from bytes that may be anything.

    Parameters
    ----------
    contents : memoryview
        The whole file and nothing more; the returned array is a view of these bytes.

    Returns
    -------
    numpy.ndarray
        Little-endian, of kind b, i, u or f. It may hold NaN and infinities.

    Raises
    ------
    BadFrame
        If NumPy would not have written these bytes for such an array.
    """
    if bytes(contents[: len(_MAGIC)]) != _MAGIC or len(contents) < len(_MAGIC) + 2:
        raise _bad(f"bytes that begin with {bytes(contents[:10])!r}", "the magic of .npy, version 1.0")
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(contents[start - 2 : start], "little")
    if end > min(len(contents), start + _LONGEST_HEADER):
        raise _bad(f"a header of {end - start} bytes", f"one of at most {_LONGEST_HEADER}, within the file")
    header = _HEADER.fullmatch(bytes(contents[start:end]))
    if header is None:
        raise _bad(f"the header {bytes(contents[start:end])[:100]!r}", "one that NumPy writes for plain numbers")
    dtype = b"".join(header.groups()[:3]).decode()
    shape = tuple(int(axis) for axis in (header[5] or b"").split(b",") if axis.strip())
    data = contents[end:]
    _check(dtype, shape, data)
    array = np.frombuffer(data, dtype)
    return array.reshape(shape, order="F" if header[4] == b"True" else "C")


def _check(dtype: str, shape: tuple[int, ...], data: memoryview) -> None:
    if dtype not in _DTYPES:
        raise _bad(f"dtype {dtype}", f"one of {', '.join(_DTYPES)}")
    if len(shape) > MOST_AXES:
        raise _bad(f"{len(shape)} axes", f"at most {MOST_AXES}")
    size = math.prod(shape) * int(dtype[2])
    if size != len(data):
        raise _bad(f"shape {shape} of {dtype}, which is {size} bytes, before {len(data)} bytes", "as many bytes")
    if math.prod(max(axis, 1) for axis in shape) > _MOST_EMPTY:
        raise _bad(f"an array of no elements and shape {shape}", "axes whose product fits into a machine's integer")
    if dtype == "|b1" and np.frombuffer(data, np.uint8).max(initial=0) > 1:
        raise _bad("truth values that are neither 0 nor 1", "0 and 1")  # NumPy computes nonsense with other bytes


def _bad(got: str, expected: str) -> BadFrame:
    return BadFrame(
        "The sandbox sent something that is no array.",
        got=got,
        expected=expected,
        remedy="mark the item as bad_answer; nothing of the message can be used",
    )
