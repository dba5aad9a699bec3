"""Results that agree with the solution pass; the message about others never reveals the numbers."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from d2l_autograder.agreement import Raised, agree
from d2l_helpers.exercises.exercise import NotYet

INF, NAN = math.inf, math.nan
MATRIX = np.arange(6.0).reshape(2, 3)


RIGHT = {
    "equal numbers": (2.5, 2.5),
    "an integer for a float": (2, 2.0),
    "a float for an integer": (2.0, 2),
    "an array of one number": (np.array([2.5], "float32"), 2.5),
    "an array of one number, deep": (np.array([[[2.5]]]), 2.5),
    "a number and an array without axes": (2.5, np.array(2.5)),
    "single precision": (MATRIX.astype("float32") + 1e-6, MATRIX),
    "half precision": (MATRIX.astype("float16"), MATRIX),
    "small integers": (MATRIX.astype("uint8"), MATRIX),
    "lists of numbers": ([[0, 1, 2], [3, 4, 5]], MATRIX),
    "a tuple for a list": ((1.0, 2.0), [1.0, 2.0]),
    "an array for a list of numbers": (np.array([1.0, 2.0]), [1.0, 2.0]),
    "rows as arrays": ([MATRIX[0], MATRIX[1]], MATRIX),
    "truth values for a mask of numbers": (np.array([True, False]), np.array([1.0, 0.0])),
    "infinity where it is right": (np.array([INF, -INF, 1.0]), np.array([INF, -INF, 1.0])),
    "an empty array": (np.zeros((0, 3)), np.zeros((0, 3))),
    "an empty list": ([], []),
    "text": ("shirt", "shirt"),
    "nothing": (None, None),
    "truth": (True, True),
    "truth as MXNet's comparisons give it": (np.array(True), True),
    "results of several kinds": ((MATRIX, "a", None, [1.0]), (MATRIX, "a", None, [1.0])),
    "a dictionary in another order": ({"b": 1.0, "a": MATRIX}, {"a": MATRIX, "b": 1.0}),
    "just within a thousandth": (1000.9, 1000.0),
    "just within the absolute tolerance": (0.9e-4, 0.0),
    "rounded beside a large number": (np.array([0.9e-4, 3.0]), np.array([0.0, 3.0])),
    "small numbers, to three digits": (np.array([1.0009e-3, 2e-5]), np.array([1e-3, 2e-5])),
    "rounding errors for others": (np.array([1e-7, -2e-7]), np.array([-1e-7, 1e-7])),
    "a whole number with a rounding error": (6.00005, 6),
    "an error for an error": (Raised("one"), Raised("another")),
    "an error among results": ([1.0, Raised()], [1.0, Raised()]),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_result_that_agrees_passes(case):
    got, expected = RIGHT[case]
    agree(got, expected)


WRONG = {
    "just outside a thousandth": (1001.2, 1000.0, "a number that is wrong"),
    "just outside, below 0": (-1001.2, -1000.0, "a number that is wrong"),
    "just outside the absolute tolerance": (1.1e-4, 0.0, "a number that is wrong"),
    "zeros for small numbers": (np.zeros(2), np.array([9e-5, 2e-5]), "2 of 2 numbers are wrong"),
    "zero for a small number": (0.0, 9e-5, "a number that is wrong"),
    "a count that is off by one": (15_722, 15_721, "a number that is wrong"),
    "counts that are off by one": (np.array([15_721, 9999]), np.array([15_721, 10_000]), "1 of 2 numbers is wrong"),
    "a whole number with a fraction": (6.004, 6, "a number that is wrong"),
    "a truth value for a number": (True, 1.0, "a bool"),
    "a truth value in an array for a number": (np.array(True), 1.0, "an array"),
    "a result for an error": (1.0, Raised("secret"), "a float"),
    "nothing for an error": (None, Raised(), "nothing"),
    "an error for a result": (Raised("ValueError: no"), 1.0, "an error, ValueError: no"),
    "an error for nothing": (Raised("ValueError: no"), None, "an error"),
    "one of several": (MATRIX + (MATRIX == 4), MATRIX, "1 of 6 numbers is wrong"),
    "two of several": (MATRIX + (MATRIX > 3), MATRIX, "2 of 6 numbers are wrong"),
    "nan": (NAN, 1.0, "nan or infinite"),
    "nan where nan is expected": (NAN, NAN, "nan or infinite"),
    "nan in an array": (MATRIX * [1, NAN, 1], MATRIX, "2 of 6 numbers are nan or infinite"),
    "infinity": (INF, 1.0, "nan or infinite"),
    "infinity of the other sign": (-INF, INF, "nan or infinite"),
    "a number where infinity is expected": (1e300, INF, "wrong"),
    "another shape": (MATRIX.T, MATRIX, r"shape \(3, 2\)"),
    "a column": (np.ones((3, 1)), np.ones(3), r"shape \(3, 1\)"),
    "a row where there is one axis": (np.ones((1, 3)), np.ones(3), r"shape \(1, 3\)"),
    "a number for an array of one": (1.0, np.ones(1), r"shape \(\)"),
    "an array of one in another shape": (np.ones((1, 1)), np.ones(1), r"shape \(1, 1\)"),
    "many numbers for one": (np.ones(5), 1.0, r"shape \(5,\)"),
    "nothing left": (np.zeros(0), 1.0, r"shape \(0,\)"),
    "one number too few": ([1.0], [1.0, 2.0], r"shape \(1,\)"),
    "None for a number": (None, 1.0, "nothing"),
    "text for a number": ("1.0", 1.0, "a str"),
    "a dictionary for a number": ({}, 1.0, "a dict"),
    "a ragged list": ([[1.0], [1.0, 2.0]], np.ones((2, 2)), "a list"),
    "a list with text": ([1.0, "2"], [1.0, 2.0], "a list"),
    "a list with None": ([1.0, None], [1.0, 2.0], "a list"),
    "an integer that is too large": (10**400, 1.0, "an int"),
    "integers that are too large": ([10**30, 10**400], [1.0, 2.0], "a list"),
    "complex numbers": (MATRIX + 0j, MATRIX, "an array .* of complex128"),
    "objects": (np.array([1.0, None]), np.ones(2), "an array .* of object"),
    "dates": (np.array([0, 0], "datetime64[s]"), np.zeros(2), "of datetime64"),
    "text in an array": (np.array(["1", "2"]), np.ones(2), "an array"),
    "far too many": (np.zeros(10_000_001, "int8"), np.zeros(3), "10,000,001 elements"),
    "an integer for a truth value": (1, True, "an int"),
    "a float for a truth value": (0.0, False, "a float"),
    "truth values for one": (np.array([True, True]), True, "an array"),
    "a number in an array for a truth value": (np.array(1), True, "an array"),
    "the other truth value": (False, True, "False"),
    "the other truth value in an array": (np.array(False), True, "False"),
    "other text": ("Shirt", "shirt", "'Shirt'"),
    "a number for text": (1, "1", "an int"),
    "something for nothing": (0.0, None, "a float"),
    "nothing for a truth value": (None, False, "nothing"),
    "too many results": ((1.0, "a", "b"), (1.0, "a"), "3 results"),
    "one result": ([1.0], (1.0, "a"), "one result"),
    "an array for results": (MATRIX, (MATRIX[0], "a"), "an array"),
    "something in an empty list": ([1.0], [], "one result"),
    "a wrong part": ((MATRIX, "a", (1.0, "b")), (MATRIX, "a", (1.0, "c")), "part 3, part 2"),
    "a missing key": ({"a": 1.0}, {"a": 1.0, "b": 2.0}, "a dict"),
    "another key": ({"a": 1.0, "c": 2.0}, {"a": 1.0, "b": 2.0}, "a dict"),
    "a list for a dictionary": ([["a", 1.0]], {"a": 1.0}, "a list"),
    "a wrong value of a key": ({"a": 2.0}, {"a": 1.0}, "the result, a: a number that is wrong"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_result_that_does_not_agree_is_described(case):
    got, expected, said = WRONG[case]
    with pytest.raises(NotYet, match=f"got .*{said}"):
        agree(got, expected)


@pytest.mark.parametrize(
    "expected", [0.123456, [0.123456, 7.654321], np.full((2, 2), 0.123456), "secret", True, {"a": 0.123456}]
)
def test_the_message_does_not_reveal_the_answer(expected):
    for got in (0.5, np.zeros((2, 2)), [1.0, 2.0], "text", None, {"a": 1.0}, {"a": "x"}):
        with pytest.raises(NotYet) as caught:
            agree(got, expected)
        assert "123" not in str(caught.value)
        assert "secret" not in str(caught.value)


def test_the_message_names_the_part_of_the_result():
    with pytest.raises(NotYet) as caught:
        agree((1.0, {"a": [MATRIX, "b"]}), (1.0, {"a": [MATRIX + 1, "b"]}), "softmax(Z)")
    assert caught.value.got == "softmax(Z), part 2, a, part 1: 6 of 6 numbers are wrong"
    assert caught.value.expected.startswith("the right numbers")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_side=3)),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
SOLUTIONS = [1.0, MATRIX, (MATRIX, 1.0), [], "a", True, None, {"a": 1.0}]


@given(values)
def test_any_result_agrees_or_is_described(got):
    for expected in SOLUTIONS:
        with contextlib.suppress(NotYet):
            agree(got, expected)
            np.testing.assert_allclose(flat(got), flat(expected), rtol=1.1e-3, atol=1.1e-4)


def flat(value):
    """Return the numbers in a value, and the hashes of text and None."""
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in flat(value[key])]
    if isinstance(value, tuple | list):
        return [number for item in value for number in flat(item)]
    if isinstance(value, str | None):
        return [hash(value)]
    return np.asarray(value, dtype=float).ravel().tolist()
