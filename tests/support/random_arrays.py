"""Arrays of every kind that may cross the sandbox's boundary, for hypothesis."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

NUMBERS = st.sampled_from(["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
ORDERS = st.sampled_from("<>")
SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=8, min_side=0, max_side=3)
any_array = st.tuples(NUMBERS, ORDERS, SHAPES).flatmap(
    lambda kind: arrays_of.arrays(np.dtype(kind[0]).newbyteorder(kind[1]), kind[2])
)
