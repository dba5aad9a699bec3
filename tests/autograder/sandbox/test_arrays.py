"""Arrays, written and read; what is read may be any bytes."""

import contextlib
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.random_arrays import any_array

from d2l_autograder.sandbox.arrays import from_npy, to_npy
from d2l_helpers.errors import ArgumentError, BadFrame


def npy(header, data=b"", magic=b"\x93NUMPY\x01\x00"):
    return memoryview(magic + len(header).to_bytes(2, "little") + header + data)


def header(descr="<f4", fortran="False", shape="(2,)"):
    return f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()


@given(any_array, st.booleans())
def test_arrays_cross_unchanged(array, fortran):
    array = np.asfortranarray(array) if fortran else array
    again = from_npy(memoryview(bytearray(to_npy(array))))
    assert again.dtype == array.dtype.newbyteorder("<")
    np.testing.assert_array_equal(again, array)


@given(any_array)
def test_what_numpy_writes_is_read(array):
    stream = io.BytesIO()
    np.save(stream, array.astype(array.dtype.newbyteorder("<")))
    np.testing.assert_array_equal(from_npy(memoryview(stream.getvalue())), array)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"\x93NUMPY\x01\x00" + tail))
def test_any_bytes_are_an_array_or_refused(contents):
    with contextlib.suppress(BadFrame):
        from_npy(memoryview(contents))


@given(any_array, st.data())
def test_an_array_with_a_changed_byte_is_no_larger_than_its_bytes_or_refused(array, data):
    contents = bytearray(to_npy(array))
    contents[data.draw(st.integers(0, len(contents) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadFrame):
        assert from_npy(memoryview(contents)).nbytes <= len(contents)


BAD_ARRAYS = {
    "no bytes": (memoryview(b""), "magic"),
    "pickle": (memoryview(b"cos\nsystem\n(S'true'\ntR."), "magic"),
    "version 3": (npy(header(), bytes(8), b"\x93NUMPY\x03\x00"), "magic"),
    "objects": (npy(header("|O8"), bytes(16)), "the header"),
    "text": (npy(header("<U4"), bytes(32)), "the header"),
    "records": (npy(b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", bytes(8)), "the header"),
    "complex": (npy(header("<c8"), bytes(16)), "the header"),
    "times": (npy(header("<M8[ns]"), bytes(16)), "the header"),
    "big endian": (npy(header(">f4"), bytes(8)), "the header"),
    "a float of eight bits": (npy(header("|f1"), bytes(2)), "dtype"),
    "too short": (npy(header(), bytes(7)), "8 bytes, before 7"),
    "too long": (npy(header(), bytes(9)), "8 bytes, before 9"),
    "huge": (npy(header(shape="(1000000, 1000000)")), "before 0 bytes"),
    "overflowing": (npy(header(shape="(4294967296, 4294967296)")), "before 0 bytes"),
    "empty and overflowing": (npy(header(shape="(0, 9999999999999999999)")), "no elements"),
    "a long double": (npy(header("<f8").replace(b"f8", b"f16"), bytes(32)), "the header"),
    "negative": (npy(header(shape="(-2,)"), bytes(8)), "the header"),
    "nine axes": (npy(header(shape="(1, 1, 1, 1, 1, 1, 1, 1, 2)"), bytes(8)), "9 axes"),
    "code": (npy(header(shape="(exit(),)"), bytes(8)), "the header"),
    "a long header": (npy(header() + b" " * 600, bytes(8)), "header of"),
    "a header past the end": (memoryview(b"\x93NUMPY\x01\x00\xff\x00{"), "header of"),
    "neither true nor false": (npy(header("|b1"), b"\x00\x02"), "truth values"),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_bytes_that_are_no_plain_array_are_refused_with_the_reason(case):
    contents, named = BAD_ARRAYS[case]
    with pytest.raises(BadFrame, match=re.escape(named)):
        from_npy(contents)


def test_arrays_that_cannot_be_sent_are_refused():
    for array in (np.array([None]), np.array(["a"]), np.array(1j), np.zeros((1,) * 9), np.zeros(1, np.longdouble)):
        with pytest.raises(ArgumentError, match="This array cannot be sent"):
            to_npy(array)
