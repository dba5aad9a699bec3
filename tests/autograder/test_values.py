"""Values from JSON that may be anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_helpers.autograder.values import Name, decode, encode
from d2l_helpers.errors import ArgumentError, BadFrame

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(texts, inner), max_leaves=10
)


json_values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


def same(left, right):
    if isinstance(left, float) and left != left:
        return right != right
    if isinstance(left, list | tuple):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right and type(left) is type(right)


@given(values)
def test_values_cross_unchanged(value):
    arrays = []
    spec = encode(value, arrays)
    assert same(decode(json.loads(json.dumps(spec, allow_nan=False)), arrays), value)


@given(json_values)
def test_any_json_is_a_value_or_refused(spec):
    with contextlib.suppress(BadFrame):
        decode(spec, [])


def test_a_value_refers_to_arrays_that_are_there():
    assert decode({"array": 0}, ["it"]) == "it"
    for spec in ({"array": 1}, {"array": -1}, {"array": True}, {"array": 0, "mark": 1}, {"mark": 1}, {"dict": [["a"]]}):
        with pytest.raises(BadFrame):
            decode(spec, ["it"])


def test_what_is_no_value_is_refused_here():
    assert encode(Name("net"), []) == {"name": "net"}
    with pytest.raises(ArgumentError, match="type object"):
        encode(object(), [])
