"""Buffers hold the rows that they are asked for, whatever the type of the source and wherever its memory comes from."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mxnet import gpu, nd

from d2l_helpers.data.row_buffer import RowBuffer, in_numpy

TYPES = ["float16", "float32", "float64", "uint8", "int8", "int32", "int64"]


@given(
    data=st.data(),
    dtype=st.sampled_from(TYPES),
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    num_rows=st.integers(1, 9),
    is_numpys=st.booleans(),
)
def test_a_buffer_holds_the_rows_that_it_was_last_filled_with(data, dtype, shape, num_rows, is_numpys):
    numbers = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    source = (
        nd.from_numpy(numbers.copy())
        if is_numpys and dtype not in ("int8", "uint8")
        else nd.array(numbers, dtype=dtype)
    )
    buffer = RowBuffer(source, num_rows)
    for _ in range(2):
        rows = data.draw(st.lists(st.integers(0, shape[0] - 1), min_size=num_rows, max_size=num_rows))
        buffer.fill(np.array(rows))
        assert np.dtype(buffer.array.dtype) == dtype
        np.testing.assert_array_equal(buffer.array.asnumpy(), numbers[rows])


@pytest.mark.parametrize("dtype", ["int32", "int8"])
def test_a_source_that_is_part_of_an_array_is_read_where_it_is_and_as_it_is_now(dtype):
    whole = nd.zeros((2_000_000, 2), dtype=dtype)
    buffer = RowBuffer(whole[1:], 2)
    for number in range(1, 4):
        whole += 1  # MXNet does so later
        whole[-1] = number
        buffer.fill(np.array([len(whole) - 2, 0]))
        assert buffer.array.asnumpy().tolist() == [[number, number], [number, number]]


def test_a_source_in_the_order_that_convolutions_write_is_read():
    images, weight = nd.random.normal(shape=(4, 8, 9, 9)), nd.random.normal(shape=(16, 8, 3, 3))
    source = nd.Convolution(images, weight, kernel=(3, 3), num_filter=16, no_bias=True)
    buffer = RowBuffer(source, 3)  # before `asnumpy`, which could change the order
    buffer.fill(np.array([2, 0, 2]))
    np.testing.assert_array_equal(buffer.array.asnumpy(), source.asnumpy()[[2, 0, 2]])


def test_a_source_into_which_a_convolution_writes_later_is_read_as_it_is_then():
    images, weight = nd.random.normal(shape=(4, 16, 9, 9)), nd.random.normal(shape=(16, 16, 3, 3))
    source = nd.zeros((4, 16, 7, 7))
    buffer = RowBuffer(source, 3)
    buffer.fill(np.array([0, 1, 2]))
    nd.Convolution(images, weight, kernel=(3, 3), num_filter=16, no_bias=True, out=source)
    buffer.look()
    buffer.fill(np.array([2, 0, 2]))
    np.testing.assert_array_equal(buffer.array.asnumpy(), source.asnumpy()[[2, 0, 2]])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64"])
def test_the_memory_begins_with_a_line_of_the_cache(dtype):
    for num_rows in range(1, 20):
        buffer = RowBuffer(nd.ones((3, 5), dtype=dtype), num_rows)
        assert in_numpy(buffer.array).ctypes.data % 64 == 0


def test_memory_of_another_device_is_not_seen():
    assert in_numpy(mock.Mock(context=gpu(0))) is None
