"""The messages of the worker inside the sandbox: the grader's requests read, and results written as JSON and arrays.

Student code can change this module in its process; the grader checks all that comes out (``replies`` and ``wire``).
"""

from __future__ import annotations

import io
import json
import math
import struct
from typing import Any

import numpy as np

_LONGEST = 64 << 10  # characters of a text
_DEEPEST = 8


class Unsupported(Exception):
    """A result that cannot be sent to the grader."""


def as_mxnet(array: Any) -> Any:
    """Return MXNet's array; float64 becomes float32, MXNet's default."""
    import mxnet

    dtype = "float32" if array.dtype == "float64" else array.dtype
    return mxnet.np.array(array, dtype=dtype)


def encode(value: Any, arrays: list[Any], depth: int = 0) -> dict[str, Any]:
    """Write a result as JSON and arrays: plain values, arrays, and tuples, lists and dicts of them."""
    if type(value).__module__.startswith("mxnet.") and hasattr(value, "asnumpy"):  # nothing that computes when read
        value = value.asnumpy()  # waits for MXNet, so that its asynchronous errors belong to this request
    if isinstance(value, np.generic | np.ndarray) and value.dtype == np.longdouble:
        value = value.astype(np.float64)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(float(value))}
    if value is None or (isinstance(value, bool | int | float | str) and len(str(value)) <= _LONGEST):
        return {"value": value}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, tuple | list) and depth < _DEEPEST:
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(item, arrays, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < _DEEPEST and all(isinstance(key, str) for key in value):
        return {"dict": [[key, encode(item, arrays, depth + 1)] for key, item in value.items()]}
    raise Unsupported(type(value).__name__[:100])


def receive(stream: Any) -> tuple[dict[str, Any], list[Any]] | None:
    """Read a message of the grader; return None at the end."""
    start = stream.read(8)
    if len(start) < 8:
        return None
    total, length = struct.unpack(">II", start)
    header = json.loads(stream.read(length))
    body = io.BytesIO(stream.read(total - 4 - length))
    return header, [np.load(body, allow_pickle=False) for _ in header.pop("arrays")]


def send(stream: Any, header: dict[str, Any], arrays: list[Any]) -> None:
    """Write a message, each array at an aligned offset."""
    parts = []
    for array in arrays:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        buffer = io.BytesIO()
        np.save(buffer, np.require(little, requirements="C"), allow_pickle=False)
        parts.append(buffer.getvalue())
    encoded = json.dumps(header | {"arrays": [*map(len, parts)]}, ensure_ascii=False).encode(errors="replace")
    encoded += b" " * (-(4 + len(encoded)) % 64)
    payload = struct.pack(">I", len(encoded)) + encoded + b"".join(parts)
    stream.write(struct.pack(">I", len(payload)) + payload)
    stream.flush()
